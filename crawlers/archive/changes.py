"""The archive-wide change counter: it only grows, forgotten and merged items included."""

from __future__ import annotations

import sqlite3


class Changes:
    """Numbers for one transaction, written back by `keep`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._start = self._last = latest(connection)

    def next(self) -> int:
        """A number greater than every one given before."""
        self._last += 1
        return self._last

    def keep(self) -> None:
        """Remember the last number given."""
        if self._last != self._start:
            self._connection.execute("UPDATE facts SET value = ? WHERE name = 'change'", (self._last,))


def latest(connection: sqlite3.Connection) -> int:
    """The last number given and kept."""
    (value,) = connection.execute("SELECT value FROM facts WHERE name = 'change'").fetchone()
    return int(value)
