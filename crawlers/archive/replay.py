"""What workers told, told to the desk's archive: once each, by the rules of any other reading.

Entries are given in the order of their time, then source, whoever read them. So one archive that reads all
sources, and a desk that hears of them from any number of workers, come to hold the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from crawlers.archive import logbook
from crawlers.archive.claims import Claims
from crawlers.archive.database import Database
from crawlers.archive.intake import Intake
from crawlers.archive.journal import Entry
from crawlers.archive.moments import moment, moment_or_none, ticks
from crawlers.archive.presence import mark_deleted
from crawlers.archive.reading import Reading, prepare
from crawlers.archive.states import Arrival
from crawlers.archive.tombstones import Tombstones

READ = "('ok', 'unchanged', 'partial', 'silent')"
"""Outcomes of a source that was read."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The desk's side of an archive."""

    database: Database
    key: Callable[[], bytes]

    @property
    def is_desk(self) -> bool:
        """Whether workers read for this archive: it was made a desk, or has heard of some."""
        rows = self.database.read("SELECT value FROM facts WHERE name = 'desk'")
        return bool(rows[0][0]) if rows else bool(self.cursors())

    def begin(self) -> None:
        """Be a desk from now on."""
        self._set_desk(True)

    def end(self) -> None:
        """Be no desk any more; what was taken in stays, and would not be taken in again."""
        self._set_desk(False)

    def _set_desk(self, is_desk: bool) -> None:
        if self.is_desk is not is_desk:
            with self.database.write() as connection:
                connection.execute("REPLACE INTO facts VALUES ('desk', ?)", (int(is_desk),))

    def cursors(self) -> dict[str, int]:
        """For each worker, the number up to which all it told was taken in."""
        rows = self.database.read("SELECT worker, until FROM workers")
        return {str(worker): int(str(until)) for worker, until in rows}

    def play(self, worker: str, seq: int, entry: Entry) -> bool:
        """Take one entry in; False where that was done before."""
        with self.database.write() as connection:
            done = connection.execute("INSERT OR IGNORE INTO replayed VALUES (?, ?)", (worker, seq)).rowcount
            if not done:
                return False
            if entry.arrivals:
                self._land(connection, worker, entry)
            mark_deleted(connection, entry.gone, at=entry.at)
            if entry.outcome is not None:
                logbook.keep_outcome(connection, entry.outcome)
            if entry.sample is not None:
                logbook.keep_community_sample(connection, entry.sample)
            logbook.keep_accounts(connection, entry.accounts)
        return True

    def conclude(self, cursors: Mapping[str, int]) -> None:
        """Say that all up to these numbers was taken in."""
        with self.database.write() as connection:
            for worker, until in cursors.items():
                connection.execute("REPLACE INTO workers VALUES (?, ?)", (worker, until))
                connection.execute("DELETE FROM replayed WHERE worker = ? AND seq <= ?", (worker, until))

    def begin_forgetting(self, now: datetime) -> datetime:
        """The moment since when marks are to be told to workers: earlier where that was broken off."""
        with self.database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO facts VALUES ('forgetting', ?)", (ticks(now),))
        rows = self.database.read("SELECT value FROM facts WHERE name = 'forgetting'")
        return moment(int(str(rows[0][0])))

    def end_forgetting(self) -> None:
        """Say that workers were told."""
        with self.database.write() as connection:
            connection.execute("DELETE FROM facts WHERE name = 'forgetting'")

    def _land(self, connection: sqlite3.Connection, worker: str, entry: Entry) -> None:
        taken_over = _hand_over(connection, worker, entry)
        readings = _shared(prepare([_as_news(each, taken_over) for each in entry.arrivals]), entry)
        names = {key.key for each in readings for key in each.keys}
        claims = Claims(connection, names)
        intake = Intake(connection, source=entry.source, home=entry.home, now=entry.at, claims=claims)
        intake.land(readings, Tombstones(connection, self.key))


def _hand_over(connection: sqlite3.Connection, worker: str, entry: Entry) -> datetime | None:
    """When the source was last read by another before this worker took it over; None where it began it."""
    row = connection.execute(
        "SELECT worker, taken_over FROM readers WHERE source = ?", (entry.source,)
    ).fetchone()
    if row is not None and row[0] == worker:
        return moment_or_none(row[1])
    (last,) = connection.execute(
        f"SELECT max(at) FROM outcomes WHERE source = ? AND at < ? AND state IN {READ}",  # noqa: S608  (ours)
        (entry.source, ticks(entry.at)),
    ).fetchone()
    connection.execute("REPLACE INTO readers VALUES (?, ?, ?)", (entry.source, worker, last))
    return moment_or_none(last)


def _as_news(arrival: Arrival, taken_over: datetime | None) -> Arrival:
    """History of a source that was read before is what was published by then; the rest is news."""
    if taken_over is None or not arrival.is_backfill:
        return arrival
    published = arrival.item.published
    return replace(arrival, is_backfill=published is not None and published <= taken_over)


def _shared(readings: tuple[Reading, ...], entry: Entry) -> tuple[Reading, ...]:
    """The readings, with the keys that the whole listing showed to name nothing."""
    shared = frozenset(entry.shared)
    return tuple(replace(each, shared=each.shared | shared) for each in readings) if shared else readings
