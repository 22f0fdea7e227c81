"""Prepared tables validated into records, with everything at fault left out and named.

Only this module and watchlists.tables validate with pydantic; both load only when a watchlist is read.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from watchlists.lines import Step, Where
from watchlists.problems import Fault
from watchlists.schema_faults import explain_detail
from watchlists.tables import Tables, tables_adapter


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The tables that are sound, where each entry stood, and what was wrong with the others."""

    tables: Tables
    positions: Mapping[str, tuple[int, ...]]
    """Array of tables -> position in the file of each entry kept."""
    faults: tuple[Fault, ...]


def draft_tables(prepared: Mapping[str, Any]) -> Draft:
    """Validate prepared tables; keys with faults are left out, so that all others are checked further."""
    try:
        return Draft(tables=_validate(prepared), positions={}, faults=())
    except ValidationError as error:
        details = error.errors(include_url=False)
    faults = tuple(explain_detail(detail) for detail in _tell_apart(details))
    kept, positions = _leave_out(prepared, details)
    try:
        return Draft(tables=_validate(kept), positions=positions, faults=faults)
    except ValidationError:  # faults that only showed once others were gone; they come at the next check
        return Draft(tables=_validate({"watch": {"name": "-"}}), positions={}, faults=faults)


def _tell_apart(details: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Without ids missing only because the name they are made from is at fault itself."""
    entries = [detail["loc"][:-1] for detail in details]
    for detail in details:
        is_id = detail["type"] == "missing" and detail["loc"][-1] == "id"
        if not is_id or entries.count(detail["loc"][:-1]) == 1:
            yield detail


def _validate(tables: Mapping[str, Any]) -> Tables:
    return tables_adapter().validate_json(json.dumps(tables, default=_encode))


def _encode(value: object) -> str:
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _leave_out(
    prepared: Mapping[str, Any], details: Iterable[ErrorDetails]
) -> tuple[dict[str, Any], dict[str, tuple[int, ...]]]:
    """The tables without what is at fault, and which position each entry kept had."""
    tables = {name: _copy(value) for name, value in prepared.items()}
    for detail in details:
        _remove(tables, detail["loc"], is_lacking=detail["type"] == "missing")
    watch = tables.get("watch")
    tables["watch"] = {"name": "-", **(watch if isinstance(watch, dict) else {})}
    positions = {}
    for name, entries in tables.items():
        if isinstance(entries, list):
            positions[name] = tuple(i for i, entry in enumerate(entries) if entry is not None)
            tables[name] = [entry for entry in entries if entry is not None]
    return tables, positions


def _copy(table: Any) -> Any:
    """A table or array of tables whose keys can be taken out without touching the original."""
    if isinstance(table, list):
        return [_copy(entry) for entry in table]
    return {key: _copy(value) for key, value in table.items()} if isinstance(table, dict) else table


def _remove(tables: dict[str, Any], where: Where, *, is_lacking: bool) -> None:
    """Take out the key at fault; the whole entry where it lacks a key it cannot be without."""
    holder, step = _find_holder(tables, where[:-1] if is_lacking and len(where) > 1 else where)
    if isinstance(holder, dict) and step != "watch":
        holder.pop(step, None)
    elif isinstance(holder, list) and isinstance(step, int):
        holder[step] = None


def _find_holder(tables: dict[str, Any], where: Where) -> tuple[Any, Step]:
    """The innermost table (or top-level array) on a path, and the step that leaves it."""
    holder: Any = tables
    found: tuple[Any, Step] = (tables, where[0])
    for depth, step in enumerate(where):
        if isinstance(holder, dict) or (isinstance(holder, list) and depth == 1):
            found = (holder, step)
        holder = holder.get(step) if isinstance(holder, dict) else _item(holder, step)
    return found


def _item(holder: Any, step: Step) -> Any:
    return holder[step] if isinstance(holder, list) and isinstance(step, int) else None
