"""Marks of what another archive of the same watch erased: erased here too, and refused from now on.

A mark is a keyed hash that names nobody; only by hashing what is here is it found whom it means.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from crawlers.archive.database import Database
from crawlers.archive.forgetting import erase
from crawlers.archive.journal import names_in, pack, unpack, without
from crawlers.archive.moments import ticks
from crawlers.archive.tombstones import author_names, mark_of
from crawlers.items import Author


def adopt(database: Database, marks: Iterable[bytes], *, now: datetime, key: bytes) -> tuple[str, ...]:
    """Take marks over; the ids of the items they erased here."""
    known = {mark for (mark,) in database.read("SELECT mark FROM tombstones")}
    new = frozenset(marks) - known
    if not new:
        return ()
    numbers = _meant(database, new, key)
    with database.write() as connection:
        _drop_told(connection, new, key)  # first: once an item is erased, its marks are new no more
    erased = erase(database, numbers, names=(), now=now, key=lambda: key)
    with database.write() as connection:
        connection.executemany(
            "INSERT OR IGNORE INTO tombstones (mark, at) VALUES (?, ?)", [(mark, ticks(now)) for mark in new]
        )
    return erased


def holds(database: Database, marks: Iterable[bytes], *, key: bytes) -> bool:
    """Whether anything here is meant by one of these marks."""
    return bool(_meant(database, frozenset(marks), key))


def _meant(database: Database, marks: frozenset[bytes], key: bytes) -> list[int]:
    """Numbers of the items whose key or author is marked."""
    keys = database.read("SELECT key, item FROM keys WHERE item IS NOT NULL")
    found = {int(str(item)) for name, item in keys if mark_of(str(name), key=key) in marks}
    people = database.read("SELECT DISTINCT author, author_url FROM items WHERE author IS NOT NULL")
    for name, url in people:
        author = Author(name=str(name), url=None if url is None else str(url))
        if any(mark_of(each, key=key) in marks for each in author_names(author)):
            sql = "SELECT number FROM items WHERE author = ? AND author_url IS ?"
            found |= {int(str(number)) for (number,) in database.read(sql, (name, url))}
    return sorted(found)


def _drop_told(connection: sqlite3.Connection, marks: frozenset[bytes], key: bytes) -> None:
    """Leave what the journal tells of them out of it."""

    def is_erased(name: str) -> bool:
        return mark_of(name, key=key) in marks

    for seq, body in connection.execute("SELECT seq, body FROM journal").fetchall():
        entry = unpack(body)
        if not any(map(is_erased, names_in(entry))):
            continue
        left = without(entry, is_erased)
        if left is None:
            connection.execute("DELETE FROM journal WHERE seq = ?", (seq,))
        else:
            connection.execute("UPDATE journal SET body = ? WHERE seq = ?", (pack(left), seq))
