"""What Kibana is given: objects that hang together, over fields that the server can sum up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch

import cli
from search.backends import open_index
from search.kibana import COUNT, panels, saved_objects
from tests.documents import document
from tests.elasticsearch_server import fresh_settings
from watchlists.model import IndexSettings

ALIAS = "veille-documents"


def objects() -> list[dict[str, Any]]:
    """What is exported, line by line."""
    return [json.loads(line) for line in saved_objects(ALIAS, name="Veille « Acme »", translate=str)]


def columns() -> Iterator[dict[str, Any]]:
    """Every column of every picture."""
    for each in objects():
        if each["type"] == "lens":
            (layer,) = each["attributes"]["state"]["datasourceStates"]["formBased"]["layers"].values()
            assert list(layer["columns"]) == layer["columnOrder"]
            yield from layer["columns"].values()


def test_every_object_refers_only_to_objects_that_are_there() -> None:
    known = {(each["type"], each["id"]) for each in objects()}
    references = [(to["type"], to["id"]) for each in objects() for to in each["references"]]
    assert len(known) == len(objects()) == len(panels(str)) + 2
    assert references
    assert set(references) <= known


def test_the_dashboard_shows_every_picture_without_overlap() -> None:
    dashboard = objects()[-1]
    cells = json.loads(dashboard["attributes"]["panelsJSON"])
    names = {to["name"] for to in dashboard["references"]}
    assert {f"{cell['panelIndex']}:{cell['panelRefName']}" for cell in cells} == names
    places = {(cell["gridData"]["x"], cell["gridData"]["y"]) for cell in cells}
    assert len(places) == len(cells) == len(panels(str))


def test_a_picture_draws_only_columns_it_has() -> None:
    for each in objects():
        if each["type"] == "lens":
            state = each["attributes"]["state"]
            (layer,) = state["visualization"]["layers"]
            drawn = {*layer["accessors"], layer["xAccessor"], layer.get("splitAccessor", "count")}
            assert drawn == set(state["datasourceStates"]["formBased"]["layers"][layer["layerId"]]["columns"])


@pytest.mark.elasticsearch
def test_the_server_can_sum_up_every_field_that_is_drawn() -> None:
    fields = sorted({column["sourceField"] for column in columns()} - {COUNT})
    with fresh_settings() as settings, closing(open_index(settings, folder=Path(), environ={})) as index:
        index.put([document("d1")])
        index.commit()
        with closing(Elasticsearch(settings.url)) as client:
            found = client.field_caps(index=settings.alias, fields=fields).body["fields"]
    kinds = {field: tuple(found[field].items()) for field in fields}
    assert all(kind["aggregatable"] for each in kinds.values() for _, kind in each)
    assert {name for name, _ in kinds["@timestamp"]} == {"date"}


def export(folder: Path, settings: str) -> Result:
    """`veilleur export kibana` of a small watch."""
    folder.mkdir()
    (folder / "watchlist.toml").write_text(f'[watch]\nname = "Essai"\nlanguage = "fr"\n{settings}')
    return CliRunner().invoke(
        cli.veilleur, ["--watch", str(folder), "export", "kibana"], obj=cli.start_context()
    )


def test_the_command_prints_the_objects_of_the_watchs_own_alias(tmp_path: Path) -> None:
    settings = IndexSettings(backend="elasticsearch", url="http://es.example:9200", alias="essai")
    index = f'[index]\nbackend = "{settings.backend}"\nurl = "{settings.url}"\nalias = "{settings.alias}"\n'
    result = export(tmp_path / "watch", index)
    first, *_, last = map(json.loads, result.stdout.splitlines())
    assert first["attributes"] == {
        "title": "essai",
        "name": "Veilleur\u00a0: Essai",
        "timeFieldName": "@timestamp",
    }
    assert last["attributes"]["title"] == "Veilleur\u00a0: Essai"


def test_without_a_server_the_command_says_how_to_get_one(tmp_path: Path) -> None:
    result = export(tmp_path / "watch", "")
    assert result.exception is not None
    assert "reindex --to elasticsearch" in str(result.exception)
