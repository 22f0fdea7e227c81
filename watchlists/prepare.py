"""Raw TOML made ready for the records: ids filled in, durations and hours unified, names turned into ids.

What cannot be made ready is left as it is: the schema says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from watchlists.durations import parse_duration
from watchlists.slugs import make_slug, make_unique, make_url_slug

Table = dict[str, Any]

PLURALS = {"webhook": "webhooks", "host": "hosts"}
"""Arrays of tables inside a table: the TOML name, in the singular, and the record's field."""
NAMED = ("organisation", "topic", "campaign", "search")
WEEKDAYS = {
    name: number
    for names in (
        ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
        ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
    )
    for number, name in enumerate(names)
}


def prepare_tables(raw: Mapping[str, Any]) -> Table:
    """A copy of the raw tables, ready to be validated."""
    tables = {name: _copy(value) for name, value in raw.items()}
    for name in NAMED:
        _fill_ids(_entries(tables, name), lambda entry: entry.get("name"), make_slug)
    _fill_ids(_entries(tables, "source"), lambda entry: entry.get("name") or entry.get("url"), _slug_source)
    for table in ("delivery", "crawl"):
        _rename_arrays(tables.get(table))
    _fill_ids(
        _entries(tables.get("delivery"), "webhooks"), lambda entry: entry.get("kind", "json"), make_slug
    )
    _prepare_values(tables)
    _name_organisations(tables)
    return tables


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(each) for key, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value


def _entries(table: Any, name: str) -> list[Table]:
    """The entries of an array of tables that are tables indeed."""
    found = table.get(name) if isinstance(table, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _fill_ids(entries: list[Table], read: Callable[[Table], Any], make: Callable[[str], str]) -> None:
    taken = {entry["id"] for entry in entries if isinstance(entry.get("id"), str)}
    for entry in entries:
        seed = read(entry)
        if "id" not in entry and isinstance(seed, str) and seed:
            whole = f"{entry.get('url', '')} {entry.get('target', '')} {seed}"
            entry["id"] = make_unique(make(seed), seed=whole, taken=taken)
            taken.add(entry["id"])


def _slug_source(text: str) -> str:
    return make_url_slug(text) if "://" in text else make_slug(text)


def _rename_arrays(table: Any) -> None:
    for singular, plural in PLURALS.items():
        if isinstance(table, dict) and singular in table and plural not in table:
            table[plural] = table.pop(singular)


def _prepare_values(tables: Table) -> None:
    for source in _entries(tables, "source"):
        _convert(source, ("every",), _to_duration)
    if isinstance(crawl := tables.get("crawl"), dict):
        _convert(crawl, ("source_deadline",), _to_duration)
    if isinstance(alerts := tables.get("alerts"), dict):
        _convert(alerts, ("quiet_from", "quiet_until"), _to_time)
    if isinstance(delivery := tables.get("delivery"), dict):
        _convert(delivery, ("hour",), _to_time)
        _convert(delivery, ("days",), _to_weekdays)


def _convert(table: Table, keys: tuple[str, ...], convert: Callable[[Any], Any]) -> None:
    for key in keys:
        if key in table:
            table[key] = convert(table[key])


def _to_duration(value: Any) -> Any:
    duration = parse_duration(value) if isinstance(value, str) else None
    return f"PT{int(duration.total_seconds())}S" if duration is not None else False


def _to_time(value: Any) -> Any:
    """An hour as 8, "8h", "08:30" or "8h30", as ISO time; anything else unchanged."""
    text = f"{value}h" if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        return value
    hour, _, minute = text.strip().lower().replace("h", ":", 1).partition(":")
    is_time = (
        hour.isdecimal() and len(hour) <= 2 and (not minute or (minute.isdecimal() and len(minute) == 2))
    )
    return f"{int(hour):02}:{minute or '00'}" if is_time else text


def _to_weekdays(value: Any) -> Any:
    """Names of days, in French or English, as numbers from Monday = 0; anything else unchanged."""
    if not isinstance(value, list):
        return value
    return [WEEKDAYS.get(day.strip().lower()[:3], day) if isinstance(day, str) else day for day in value]


def _name_organisations(tables: Table) -> None:
    """Where another table names an organisation by its name, put its id."""
    known = _entries(tables, "organisation")
    ids = {entry.get("id") for entry in known if isinstance(entry.get("id"), str)}
    by_name = {
        entry["name"].casefold(): entry.get("id") for entry in known if isinstance(entry.get("name"), str)
    }
    for entry in (*_entries(tables, "source"), *_entries(tables, "campaign")):
        said = entry.get("organisation")
        if isinstance(said, str) and said not in ids:
            entry["organisation"] = by_name.get(said.casefold(), said)
