"""Outcomes and community samples beside the embedded index, in a small SQLite file: derived, disposable."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from crawlers.items import CommunitySample, Outcome
from search.backends.columns import microseconds

_OUTCOMES = TypeAdapter(Outcome)
_SAMPLES = TypeAdapter(CommunitySample)
Record = TypeVar("Record")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outcomes (
    source TEXT NOT NULL, run TEXT NOT NULL, at INTEGER NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (source, run)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS outcomes_at ON outcomes (at, source);
CREATE TABLE IF NOT EXISTS samples (
    source TEXT NOT NULL, at INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY (source, at)
) WITHOUT ROWID;
"""
_PUT_OUTCOME = "INSERT OR REPLACE INTO outcomes (source, run, at, record) VALUES (?, ?, ?, ?)"
_PUT_SAMPLE = "INSERT OR REPLACE INTO samples (source, at, record) VALUES (?, ?, ?)"
_BUSY_SECONDS = 30.0


class Records:
    """The file, with what is put and not yet committed. A missing file is an empty one to readers."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._outcomes: list[tuple[str, str, int, bytes]] = []
        self._samples: list[tuple[str, int, bytes]] = []

    def put_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Keep outcomes for the next commit."""
        self._outcomes.extend(
            (each.source, each.run, microseconds(each.at), _OUTCOMES.dump_json(each)) for each in outcomes
        )

    def put_samples(self, samples: Iterable[CommunitySample]) -> None:
        """Keep samples for the next commit."""
        self._samples.extend(
            (each.source, microseconds(each.at), _SAMPLES.dump_json(each)) for each in samples
        )

    def commit(self) -> None:
        """Write what was put, in one short transaction."""
        if not (self._outcomes or self._samples):
            return
        with closing(self._connect()) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_PUT_OUTCOME, self._outcomes)
            connection.executemany(_PUT_SAMPLE, self._samples)
        self._outcomes.clear()
        self._samples.clear()

    def outcomes(self, *, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """Outcomes with since <= at < until, by time, then source, then run."""
        return self._read(
            "SELECT record FROM outcomes WHERE at >= ? AND at < ? ORDER BY at, source, run",
            (microseconds(since), microseconds(until)),
            _OUTCOMES,
        )

    def samples(self, source: str, *, since: datetime, until: datetime) -> tuple[CommunitySample, ...]:
        """Samples of a source with since <= at < until, by time."""
        return self._read(
            "SELECT record FROM samples WHERE source = ? AND at >= ? AND at < ? ORDER BY at",
            (source, microseconds(since), microseconds(until)),
            _SAMPLES,
        )

    def _read(
        self, select: str, values: tuple[object, ...], adapter: TypeAdapter[Record]
    ) -> tuple[Record, ...]:
        if not self._path.exists():
            return ()
        with closing(self._connect()) as connection:
            return tuple(adapter.validate_json(record) for (record,) in connection.execute(select, values))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
        return connection
