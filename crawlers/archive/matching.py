"""Which archived items a reading is of: by its keys, with doubt where a key is only a claim."""

from __future__ import annotations

import sqlite3

from crawlers.archive import revisions
from crawlers.archive.claims import Claims
from crawlers.archive.contents import Content
from crawlers.archive.identity import Key, is_another
from crawlers.archive.reading import Reading
from crawlers.archive.rows import Row, load


def find_matches(connection: sqlite3.Connection, claims: Claims, reading: Reading) -> list[Row]:
    """The items this reading is of; more than one when it shows that they are the same."""
    found: dict[int, Row] = {}
    for key in reading.keys:
        claim = claims.get(key.key)
        if claim is None or claim.number is None or claim.number in found:
            continue
        row = load(connection, claim.number)
        if (key.is_own and claim.is_own) or not _differs(connection, row, reading, by=key, claims=claims):
            found[row.number] = row
    return list(found.values())


def _differs(connection: sqlite3.Connection, row: Row, reading: Reading, *, by: Key, claims: Claims) -> bool:
    """Whether the item behind a key that is not both sides' own is another thing."""
    if by.key in reading.shared and not by.is_own:
        return True
    item = reading.item
    named = {known_id(claims, item.thread_id), known_id(claims, item.parent_id)}
    if row.id in named - {item.id} or item.id in {row.thread, row.parent} - {row.id}:
        return True
    return is_another(revisions.current(connection, row), reading.content, by=by)


def are_apart(connection: sqlite3.Connection, one: Row, other: Row, *, by: Key) -> bool:
    """Whether two archived items that a key connects are two things all the same."""
    if one.id in {other.thread, other.parent} or other.id in {one.thread, one.parent}:
        return True
    return is_another(_content(connection, one), _content(connection, other), by=by)


def _content(connection: sqlite3.Connection, row: Row) -> Content:
    return revisions.current(connection, row)


def known_id(claims: Claims, id: str | None) -> str | None:
    """The id an item lives under, for any id it is or was known by."""
    claim = claims.get(id) if id else None
    return claim.id if claim and claim.number else id
