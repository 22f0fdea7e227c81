"""Giving keys to items within a transaction, and joining the items that a key shows to be one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crawlers.archive.changes import Changes
from crawlers.archive.claims import Claims
from crawlers.archive.identity import Key
from crawlers.archive.matching import are_apart
from crawlers.archive.merging import merge, rename
from crawlers.archive.rows import Row, load


class Naming:
    """The names of items during one transaction; `changes` is kept by the caller."""

    def __init__(self, connection: sqlite3.Connection, claims: Claims, changes: Changes) -> None:
        self.claims = claims
        self._connection = connection
        self._changes = changes

    def give(self, key: Key, row: Row) -> None:
        """Let the key name the item; those that named their thread or parent by it follow."""
        if self.claims.give(key, number=row.number, id=row.id) and key.key != row.id:
            rename(self._connection, key.key, row.id, changes=self._changes)

    def join(self, row: Row, other: Row) -> Row:
        """Make one item of two; the row that stays."""
        merged = merge(self._connection, row, other, changes=self._changes)
        for each in (row, other):
            self.claims.move(each.number, number=merged.number, id=merged.id)
        return merged

    def connect(self, number: int, keys: Iterable[Key]) -> None:
        """Give an item keys; where one names another item the two are joined, unless clearly two."""
        row = load(self._connection, number)
        for key in keys:
            claim = self.claims.get(key.key)
            if claim is None or claim.number in {None, row.number}:
                self.give(key, row)
                continue
            other = load(self._connection, claim.number or 0)
            if not are_apart(self._connection, other, row, by=key):
                row = self.join(row, other)
