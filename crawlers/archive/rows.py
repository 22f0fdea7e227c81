"""The `items` table: one row an item, with where it stands now; and how a row moves on."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from crawlers.items import Engagement

Counts = tuple[int | float | None, ...]
COUNTS = tuple(field.name for field in fields(Engagement))

SAMPLE_AGES = tuple(hours * 3_600_000_000 for hours in (1, 6, 24, 72, 168))
"""Ages, in ticks, at which counts are read again and kept even unmoved: 1 h, 6 h, 1, 3 and 7 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the archive holds of an item beside its content; times in ticks."""

    number: int
    id: str
    thread: str | None
    parent: str | None
    author: str | None
    author_url: str | None
    first_seen: int
    published: int | None
    fetched: int
    deleted: int | None
    content: int
    change: int
    holder: str
    """Source whose reading gave the text; it may revise it."""
    digest: bytes
    sampled: int | None
    """When counts were last kept."""
    counts: Counts
    """The newest known counts, in the order of Engagement's fields."""

    @property
    def base(self) -> int:
        """The moment ages count from: publication, or first sight where that is unknown or earlier."""
        return self.first_seen if self.published is None else min(self.published, self.first_seen)

    def is_due(self, at: int) -> bool:
        """Whether an age to read counts at was reached since they were last kept."""
        sampled = self.sampled
        return sampled is not None and any(sampled < self.base + age <= at for age in SAMPLE_AGES)


_PLAIN = tuple(field.name for field in fields(Row) if field.name != "counts")
NAMES = _PLAIN + COUNTS
COLUMNS = ", ".join(f"items.{name}" for name in NAMES)
# Made of our own field names only; every value is a parameter.
_LOAD = f"SELECT {COLUMNS} FROM items WHERE number = ?"  # noqa: S608
_UPDATE = f"UPDATE items SET {', '.join(f'{name} = ?' for name in NAMES)} WHERE number = ?"  # noqa: S608
_INSERT = f"INSERT INTO items ({', '.join(NAMES)}) VALUES ({', '.join('?' * len(NAMES))})"  # noqa: S608


def row_of(values: Sequence[object]) -> Row:
    """The row that a query for COLUMNS returned."""
    plain = dict(zip(_PLAIN, values, strict=False))
    return Row(**plain, counts=tuple(values[len(_PLAIN) :]))  # type: ignore[arg-type]  # the schema has the types


def load(connection: sqlite3.Connection, number: int) -> Row:
    """The row of that number, which exists."""
    return row_of(connection.execute(_LOAD, (number,)).fetchone())


def insert(connection: sqlite3.Connection, row: Row) -> None:
    """A new row."""
    connection.execute(_INSERT, _values(row))


def save(connection: sqlite3.Connection, row: Row) -> None:
    """The row as it is now."""
    connection.execute(_UPDATE, (*_values(row), row.number))


def next_number(connection: sqlite3.Connection) -> int:
    """A number no item has."""
    (number,) = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM items").fetchone()
    return int(number)


def _values(row: Row) -> tuple[object, ...]:
    return (*(getattr(row, name) for name in _PLAIN), *row.counts)


def newer_counts(new: Counts, old: Counts) -> Counts:
    """Each count as shown last: what a place does not show now keeps its value."""
    return tuple(was if now is None else now for now, was in zip(new, old, strict=True))


def with_counts(row: Row, counts: Counts, *, at: int) -> Row:
    """The row with counts read at `at`; `sampled` moves when they are worth a sample."""
    known = newer_counts(counts, row.counts)
    is_shown = any(count is not None for count in counts)
    if not is_shown or (known == row.counts and not row.is_due(at)):
        return row
    return replace(row, counts=known, sampled=at)


def with_place(row: Row, *, thread: str | None, parent: str | None, is_holder: bool) -> Row:
    """The row in its thread; only the holder may say that it moved to another."""
    if is_holder:
        thread, parent = thread or row.thread, parent or row.parent
    else:
        thread, parent = row.thread or thread, row.parent or parent
    if (thread, parent) == (row.thread, row.parent):
        return row
    return replace(row, thread=thread, parent=parent)


def with_presence(row: Row, *, deleted: int | None, fetched: int, is_holder: bool) -> Row:
    """The row, gone or back: only the holder's later reading brings a deleted item back."""
    if deleted is not None and row.deleted is None:
        return replace(row, deleted=deleted)
    if deleted is None and row.deleted is not None and is_holder and fetched > row.deleted:
        return replace(row, deleted=None)
    return row
