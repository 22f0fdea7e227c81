"""A data view and one dashboard for Kibana, over the documents of a watch. Pure.

The saved objects have the shapes that Kibana 8.9 exports (its own versions are written in each, so
that later ones bring them up to date at import). They hold no text and no name from the watch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

CORE_VERSION = "8.8.0"
"""`coreMigrationVersion` of every object of Kibana 8.8 and later."""
TYPE_VERSIONS = {"index-pattern": "8.0.0", "lens": "8.9.0", "dashboard": "8.9.0"}
LAYER = "documents"
COUNT = "___records___"
"""Kibana's own name for "every document"."""
WIDTH, HEIGHT = 24, 12
"""Of a panel, on a grid of 48 columns."""

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture: documents over time, or by the commonest values of a field."""

    id: str
    title: str
    field: str
    """A keyword field of the documents: split by it."""
    over_time: bool = False
    query: str = ""
    """In Kibana's query language."""
    most: int = 10
    """Values shown; the rest is one bar."""


def panels(translate: Translate) -> tuple[Panel, ...]:
    """The dashboard's pictures, in reading order."""
    _ = translate
    heard = "not backfill: true"
    return (
        Panel(id="posts", title=_("Posts a day, by owner of the place"), field="owner", over_time=True),
        Panel(
            id="mentions",
            title=_("Mentions a day, by organisation"),
            field="mentions",
            over_time=True,
            query=heard,
        ),
        Panel(id="stance", title=_("Tone towards each organisation"), field="stance", query=heard, most=15),
        Panel(id="topics", title=_("Followed topics a day"), field="topic", over_time=True, query=heard),
        Panel(id="intents", title=_("What the posts are: questions, complaints, praise…"), field="intent"),
        Panel(id="phrases", title=_("Commonest key phrases"), field="phrase", query=heard, most=20),
        Panel(id="links", title=_("Domains linked to"), field="link", query=heard, most=20),
        Panel(id="sources", title=_("Documents by source"), field="source", most=50),
    )


def saved_objects(alias: str, *, name: str, translate: Translate) -> Iterator[str]:
    """Lines of an NDJSON file for Kibana's import: the data view, the pictures, the dashboard.

    `alias` is the index alias of the watch, `name` its name as it is to be shown.
    """
    view = f"{alias}-view"
    shown = panels(translate)
    yield _line("index-pattern", view, {"title": alias, "name": name, "timeFieldName": "@timestamp"})
    for panel in shown:
        # Kibana finds a picture's data view by this name of the reference.
        reference = ("index-pattern", view, f"indexpattern-datasource-layer-{LAYER}")
        yield _line("lens", f"{alias}-{panel.id}", _lens(panel), (reference,))
    references = tuple(("lens", f"{alias}-{panel.id}", f"{panel.id}:panel_{panel.id}") for panel in shown)
    yield _line("dashboard", f"{alias}-dashboard", _dashboard(name, shown), references)


def _line(
    kind: str, id: str, attributes: dict[str, Any], references: Sequence[tuple[str, str, str]] = ()
) -> str:
    saved = {
        "type": kind,
        "id": id,
        "attributes": attributes,
        "references": [{"type": type, "id": to, "name": name} for type, to, name in references],
        "coreMigrationVersion": CORE_VERSION,
        "typeMigrationVersion": TYPE_VERSIONS[kind],
        "managed": False,
    }
    return json.dumps(saved, ensure_ascii=False)


def _dashboard(name: str, shown: Sequence[Panel]) -> dict[str, Any]:
    cells = [_cell(panel, number) for number, panel in enumerate(shown)]
    return {
        "title": name,
        "description": "",
        "panelsJSON": json.dumps(cells),
        "optionsJSON": json.dumps({"useMargins": True, "hidePanelTitles": False}),
        "timeRestore": True,
        "timeFrom": "now-30d/d",
        "timeTo": "now",
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps({"query": _kuery(""), "filter": []})},
        "version": 1,
    }


def _cell(panel: Panel, number: int) -> dict[str, Any]:
    row, column = divmod(number, 2)
    place = {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT, "i": panel.id}
    return {
        "type": "lens",
        "gridData": place,
        "panelIndex": panel.id,
        "panelRefName": f"panel_{panel.id}",
        "embeddableConfig": {"enhancements": {}},
    }


def _lens(panel: Panel) -> dict[str, Any]:
    columns = {"values": _values(panel), "count": _count()}
    if panel.over_time:
        columns = {"values": columns["values"], "day": _day(), "count": columns["count"]}
    layer = {"columns": columns, "columnOrder": list(columns), "incompleteColumns": {}}
    return {
        "title": panel.title,
        "description": "",
        "visualizationType": "lnsXY",
        "state": {
            "datasourceStates": {"formBased": {"layers": {LAYER: layer}}},
            "visualization": _picture(panel),
            "query": _kuery(panel.query),
            "filters": [],
        },
    }


def _picture(panel: Panel) -> dict[str, Any]:
    series = "bar_stacked" if panel.over_time else "bar_horizontal"
    layer: dict[str, Any] = {
        "layerId": LAYER,
        "layerType": "data",
        "seriesType": series,
        "accessors": ["count"],
        "xAccessor": "day" if panel.over_time else "values",
    }
    if panel.over_time:
        layer["splitAccessor"] = "values"
    return {
        "legend": {"isVisible": panel.over_time, "position": "bottom"},
        "valueLabels": "show",
        "preferredSeriesType": series,
        "layers": [layer],
    }


def _values(panel: Panel) -> dict[str, Any]:
    return {
        "label": panel.field,
        "dataType": "string",
        "operationType": "terms",
        "isBucketed": True,
        "scale": "ordinal",
        "sourceField": panel.field,
        "params": {
            "size": panel.most,
            "orderBy": {"type": "column", "columnId": "count"},
            "orderDirection": "desc",
            "otherBucket": True,
            "missingBucket": False,
        },
    }


def _day() -> dict[str, Any]:
    return {
        "label": "@timestamp",
        "dataType": "date",
        "operationType": "date_histogram",
        "isBucketed": True,
        "scale": "interval",
        "sourceField": "@timestamp",
        "params": {"interval": "1d", "includeEmptyRows": True},
    }


def _count() -> dict[str, Any]:
    return {
        "label": "n",
        "dataType": "number",
        "operationType": "count",
        "isBucketed": False,
        "scale": "ratio",
        "sourceField": COUNT,
    }


def _kuery(query: str) -> dict[str, str]:
    return {"query": query, "language": "kuery"}
