"""Edits of a watchlist.toml that keep every comment and every line they are not about.

Each edit is text -> text: the table concerned is cut out by its lines, changed with tomlkit, and
put back; the rest is never parsed and written again, so nothing of it can change.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from watchlists.durations import format_duration
from watchlists.errors import WatchlistError
from watchlists.lines import Block, Layout
from watchlists.load import parse_watchlist
from watchlists.model import Decision, Organisation, SavedSearch, Source

Record = Organisation | Source | Decision | SavedSearch
"""What an edit writes as a table."""


def add_source(text: str, source: Source) -> str:
    """The text with the source added below the last one."""
    return add_sources(text, (source,))


def add_sources(text: str, sources: Iterable[Source]) -> str:
    """The text with the sources added below the last one, in their order."""
    return _add_tables(text, "source", tuple(sources))


def add_organisation(text: str, organisation: Organisation) -> str:
    """The text with the organisation added below the last one."""
    return _add_tables(text, "organisation", (organisation,))


def add_decision(text: str, decision: Decision) -> str:
    """The text with the decision added below the last one."""
    return _add_tables(text, "decision", (decision,))


def add_search(text: str, search: SavedSearch) -> str:
    """The text with the saved search added below the last one."""
    return _add_tables(text, "search", (search,))


def remove_search(text: str, id: str) -> str:
    """The text without the saved search of that id."""
    searches = parse_watchlist(text).searches
    position = next((i for i, search in enumerate(searches) if search.id == id), None)
    if position is None:
        raise WatchlistError(
            'There is no saved search "{id}" in the watchlist.',
            remedy="See the ids with: veilleur searches",
            id=id,
        )
    block = _find_block(text, position, name="search")
    return text[: block.begin] + text[block.stop :]


def set_source(text: str, id: str, **changes: object) -> str:
    """The text with keys of one source changed; None takes a key out."""
    sources = parse_watchlist(text).sources
    position = next((i for i, source in enumerate(sources) if source.id == id), None)
    if position is None:
        raise WatchlistError(
            'There is no source "{id}" in the watchlist.',
            remedy="See the ids with: veilleur sources",
            id=id,
        )
    block = _find_block(text, position)
    return text[: block.begin] + _change(text[block.begin : block.stop], changes) + text[block.stop :]


def set_index(text: str, **changes: str) -> str:
    """The text with these keys of its [index] set; the table is added below the rest where there is none."""
    layout = Layout(text)
    if any(key[0] == "index" for key in layout.blocks[0].keys):
        raise WatchlistError(
            "The watchlist's `index = …` cannot be changed by a command.",
            why="It is written in one line; commands edit an [index] table.",
            remedy="Write it as an [index] table, or change it by hand.",
        )
    block = next((each for each in layout.blocks if each.path == ("index",)), None)
    document = tomlkit.parse(text[block.begin : block.stop] if block else "[index]\n")
    document["index"].update(changes)
    written = tomlkit.dumps(document)
    if block:
        return text[: block.begin] + _match_line_ends(written, text) + text[block.stop :]
    gap = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
    return text + _match_line_ends(gap + written, text)


def write_text_atomically(path: Path, text: str) -> None:
    """Replace a file's text whole or not at all, its mode kept; raises WatchlistError when it cannot."""
    target = path.resolve()
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        with _temporary_beside(target) as temporary:
            temporary.write_bytes(text.encode("utf-8"))
            temporary.chmod(mode)
            _sync(temporary)
            temporary.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise WatchlistError(
            "{path} could not be written; it is as it was.",
            why=error.strerror or str(error),
            remedy="Make room on the disk or check your rights on the folder, then try again.",
            path=path,
        ) from error


@contextlib.contextmanager
def _temporary_beside(target: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have the disk hold what was written, so that a power cut leaves the old or the new text."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _add_tables(text: str, name: str, records: Sequence[Record]) -> str:
    if not records:
        return text
    layout = Layout(text)
    _refuse_inline(layout, name)
    written = _match_line_ends("\n".join(_write_table(name, record) for record in records), text)
    stop = max((block.stop for block in layout.blocks if block.path[:1] == (name,)), default=len(text))
    before, after = text[:stop], text[stop:]
    gap = "" if not before.strip() else _match_line_ends("\n" if before.endswith("\n") else "\n\n", text)
    return f"{before}{gap}{written}{after}"


def _refuse_inline(layout: Layout, name: str) -> None:
    if (name,) in layout.blocks[0].keys:
        raise WatchlistError(
            "The watchlist's `{name} = [...]` cannot be added to by a command.",
            why="It is written as one list; commands edit [[{name}]] tables.",
            remedy="Write each as a [[{name}]] table, or add the new one by hand.",
            name=name,
        )


def _find_block(text: str, position: int, *, name: str = "source") -> Block:
    layout = Layout(text)
    _refuse_inline(layout, name)
    return next(block for block in layout.blocks if block.path == (name, position))


def _match_line_ends(written: str, text: str) -> str:
    return written.replace("\n", "\r\n") if "\r\n" in text else written


def _write_table(name: str, record: Record) -> str:
    table = tomlkit.table()
    for key, value in _changed_fields(record).items():
        table[key] = _to_toml(value)
    document = tomlkit.document()
    array = tomlkit.aot()
    array.append(table)
    document[name] = array
    return tomlkit.dumps(document)


def _changed_fields(record: Record) -> dict[str, object]:
    """What the record says beyond its defaults, in the order of its fields."""
    return {
        each.name: value
        for each in dataclasses.fields(record)
        if (value := getattr(record, each.name)) != each.default
    }


def _change(block: str, changes: Mapping[str, object]) -> str:
    document = tomlkit.parse(block)
    table: Table | dict[str, Any] = document["source"][0]
    for key, value in changes.items():
        if value is None:
            table.pop(key, None)
        else:
            table[key] = _to_toml(value)
    return tomlkit.dumps(document)


def _to_toml(value: object) -> Any:
    if isinstance(value, timedelta):
        return format_duration(value)
    return list(value) if isinstance(value, tuple) else value
