"""What was said: ledger.db, which keeps every digest as it was written, byte for byte.

SQLite in WAL, mode 0600, one writer at a time, short transactions. A digest is kept whole (its
view model, each rendering, the documents it accounts for) or not at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from search.books.ledger_schema import MIGRATIONS
from search.window import Window
from watchlists.errors import VeilleurError

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


class LedgerError(VeilleurError):
    """ledger.db cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A digest as it was kept; `key` grows with time."""

    key: int
    window: Window
    built_at: datetime
    language: str

    @property
    def day(self) -> date:
        """The local day it is dated by."""
        return self.window.day


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A document a digest accounts for."""

    document: str
    first_seen: datetime


class Ledger:
    """An open ledger.db."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Ledger:
        """The ledger at `path`, made when missing; raises LedgerError when it cannot be used."""
        with _explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            connection = sqlite3.connect(path, timeout=30, isolation_level=None)
            with ExitStack() as undo:
                undo.callback(connection.close)
                for pragma in PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}")
                ledger = cls(connection, path)
                ledger._migrate()
                undo.pop_all()
        return ledger

    def _migrate(self) -> None:
        with self._writing() as cursor:
            version = int(cursor.execute("PRAGMA user_version").fetchone()[0])
            if version > len(MIGRATIONS):
                raise LedgerError(
                    "The ledger was written by a newer Veilleur: {path}",
                    remedy="Update Veilleur, or move the file aside.",
                    path=self._path,
                )
            for script in MIGRATIONS[version:]:
                for statement in script.split(";"):
                    cursor.execute(statement)
            cursor.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Cursor]:
        with _explained(self._path), closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def keep(
        self,
        window: Window,
        *,
        built_at: datetime,
        language: str,
        renderings: Iterable[tuple[str, bytes]],
        told: Iterable[Told],
    ) -> Kept:
        """Keep a digest whole. A document that an earlier digest told stays with that one."""
        times = (_stamp(window.start), _stamp(window.end), window.timezone, _stamp(built_at))
        with self._writing() as cursor:
            cursor.execute(
                "INSERT INTO digests (day, started, ended, timezone, built, language)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (window.day.isoformat(), *times, language),
            )
            key = int(cursor.lastrowid or 0)
            cursor.executemany(
                "INSERT INTO renderings (digest, format, body) VALUES (?, ?, ?)",
                [(key, format, body) for format, body in renderings],
            )
            cursor.executemany(
                "INSERT OR IGNORE INTO told (document, first_seen, digest) VALUES (?, ?, ?)",
                [(each.document, _stamp(each.first_seen), key) for each in told],
            )
        return Kept(key=key, window=window, built_at=built_at, language=language)

    def last(self) -> Kept | None:
        """The digest kept last, or None."""
        found = self._digests("ORDER BY key DESC LIMIT 1")
        return found[0] if found else None

    def first(self) -> Kept | None:
        """The digest kept first, or None."""
        found = self._digests("ORDER BY key LIMIT 1")
        return found[0] if found else None

    def of_day(self, day: date) -> tuple[Kept, ...]:
        """The digests dated that day, in the order they were kept."""
        return self._digests("WHERE day = ? ORDER BY key", day.isoformat())

    def days(self) -> tuple[date, ...]:
        """Every day that has a digest, in order."""
        rows = self._read("SELECT DISTINCT day FROM digests ORDER BY day")
        return tuple(date.fromisoformat(row[0]) for row in rows)

    def rendering(self, key: int, format: str) -> bytes | None:
        """One rendering as it was kept, byte for byte; None when there is none."""
        rows = self._read("SELECT body FROM renderings WHERE digest = ? AND format = ?", key, format)
        return bytes(rows[0][0]) if rows else None

    def told_since(self, moment: datetime, *, before: int | None = None) -> frozenset[str]:
        """Documents first seen since `moment` that digests (before that key) accounted for."""
        rows = self._read(
            "SELECT document FROM told WHERE first_seen >= ? AND (? IS NULL OR digest < ?)",
            _stamp(moment),
            before,
            before,
        )
        return frozenset(row[0] for row in rows)

    def keep_alerts(self, vigils: Iterable[tuple[str, str]], changes: Iterable[tuple[datetime, str]]) -> None:
        """Keep how each organisation stands, and what changed and when; bodies are JSON (alert_book)."""
        with self._writing() as cursor:
            cursor.executemany("INSERT OR REPLACE INTO vigils (organisation, body) VALUES (?, ?)", vigils)
            cursor.executemany(
                "INSERT INTO changes (told, body) VALUES (?, ?)",
                [(_stamp(moment), body) for moment, body in changes],
            )

    def vigils(self) -> tuple[str, ...]:
        """How each organisation stood at the last check."""
        return tuple(row[0] for row in self._read("SELECT body FROM vigils ORDER BY organisation"))

    def changes(self, *, since: datetime, until: datetime) -> tuple[str, ...]:
        """What alerts changed and were told in [since, until), in the order they were."""
        rows = self._read(
            "SELECT body FROM changes WHERE told >= ? AND told < ? ORDER BY told, key",
            _stamp(since),
            _stamp(until),
        )
        return tuple(row[0] for row in rows)

    def ask_probe(self, place: str, *, asked: datetime) -> None:
        """Note that somebody should look at a place."""
        with self._writing() as cursor:
            cursor.execute(
                "INSERT OR IGNORE INTO probes (place, asked) VALUES (?, ?)", (place, _stamp(asked))
            )

    def answer_probe(self, place: str, body: str) -> None:
        """Keep what was found at a place, as JSON."""
        with self._writing() as cursor:
            cursor.execute("UPDATE probes SET body = ? WHERE place = ?", (body, place))

    def probes(self) -> tuple[tuple[str, datetime, str | None], ...]:
        """Places to look at: when that was asked, and what was found (None: not yet), oldest first."""
        rows = self._read("SELECT place, asked, body FROM probes ORDER BY asked, place")
        return tuple((place, _moment(asked), body) for place, asked, body in rows)

    def all(self) -> tuple[Kept, ...]:
        """Every digest, in the order they were kept."""
        return self._digests("ORDER BY key")

    def told_by(self, key: int) -> frozenset[str]:
        """Documents a digest accounts for."""
        return frozenset(row[0] for row in self._read("SELECT document FROM told WHERE digest = ?", key))

    def rewrite(self, key: int, renderings: Iterable[tuple[str, bytes]]) -> None:
        """Put other renderings in the place of a digest's own: what they told is to be forgotten."""
        with self._writing() as cursor:
            cursor.execute("DELETE FROM renderings WHERE digest = ?", (key,))
            cursor.executemany(
                "INSERT INTO renderings (digest, format, body) VALUES (?, ?, ?)",
                [(key, format, body) for format, body in renderings],
            )

    def change(self, statement: str, *values: str | int | None) -> int:
        """Run one statement on a table another module knows (search.deliver.outbox); rows it changed."""
        with self._writing() as cursor:
            return cursor.execute(statement, values).rowcount

    def select(self, statement: str, *values: str | int | None) -> list[tuple[Any, ...]]:
        """The rows such a statement finds."""
        return self._read(statement, *values)

    def forget(self, documents: Iterable[str], marks: Iterable[str]) -> None:
        """Drop these documents, and what alerts kept that holds one of these marks."""
        with self._writing() as cursor:
            gone = [(each,) for each in documents]
            cursor.executemany("DELETE FROM told WHERE document = ?", gone)
            cursor.executemany("UPDATE letters SET body = replace(body, ?, '')", gone)
            for mark in marks:
                cursor.execute("DELETE FROM vigils WHERE instr(body, ?)", (mark,))
                cursor.execute("DELETE FROM changes WHERE instr(body, ?)", (mark,))

    def compact(self) -> None:
        """Write the file anew without what was ever deleted from it, and empty its log."""
        with _explained(self._path):
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _digests(self, rest: str, *values: str | int | None) -> tuple[Kept, ...]:
        fields = "key, started, ended, timezone, built, language"
        rows = self._read(f"SELECT {fields} FROM digests {rest}", *values)  # noqa: S608  (our own literals)
        return tuple(_kept(row) for row in rows)

    def _read(self, statement: str, *values: str | int | None) -> list[tuple[Any, ...]]:
        with _explained(self._path):
            return self._connection.execute(statement, values).fetchall()


def _kept(row: tuple[Any, ...]) -> Kept:
    key, started, ended, timezone, built, language = row
    window = Window(start=_moment(started), end=_moment(ended), timezone=timezone)
    return Kept(key=key, window=window, built_at=_moment(built), language=language)


def _stamp(moment: datetime) -> str:
    """A time as text that sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk say into a LedgerError."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(
            "The ledger cannot be used: {path}",
            why=str(error),
            remedy="Check the folder’s rights and free space; a damaged ledger.db can be moved aside, "
            "the next digest starts a new one.",
            path=path,
        ) from error
