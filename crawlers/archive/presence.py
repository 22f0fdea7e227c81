"""Items that have disappeared from their place, marked; their history is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from crawlers.archive.changes import Changes
from crawlers.archive.moments import ticks

_GONE = (
    "UPDATE items SET deleted = ?, change = ? WHERE deleted IS NULL"
    " AND number = (SELECT item FROM keys WHERE key = ?)"
)


def mark_deleted(connection: sqlite3.Connection, ids: Iterable[str], *, at: datetime) -> int:
    """Mark items as gone, within the caller's transaction; how many were not marked before."""
    changes = Changes(connection)
    count = sum(connection.execute(_GONE, (ticks(at), changes.next(), id)).rowcount for id in ids)
    changes.keep()
    return count
