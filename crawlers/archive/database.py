"""One SQLite file: opened safely, written in short transactions, its errors in our words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from crawlers.archive.schema import MIGRATIONS
from watchlists.errors import ArchiveError

ATTEMPTS = 10
"""Waits of `patience` seconds for another writer before a write is given up, loudly."""

_REASONS: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: (
        "The disk is full; nothing was half written.",
        "Free some space, then run again: what is missing will be read then.",
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk did not read or write as asked; nothing was half written.",
        "Check the disk and its free space, then run again.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "The file is damaged.",
        "Restore it from a backup, or move it away: the next run begins a new one.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "The file is not an archive.",
        "Restore it from a backup, or move it away: the next run begins a new one.",
    ),
    sqlite3.SQLITE_BUSY: (
        "Another program has been writing to it for minutes.",
        "See which one holds it with `veilleur doctor`, and stop it.",
    ),
    sqlite3.SQLITE_READONLY: (
        "It may not be written.",
        "Give yourself the right to write the file and its folder.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "It cannot be opened.",
        "Check that the folder exists and that you may use it.",
    ),
}


class Database:
    """A connection to archive.db, for one thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection

    @classmethod
    def open(cls, path: Path, *, readonly: bool, patience: float) -> Database:
        """The file, made (mode 0600) where absent unless `readonly`, brought to today's schema."""
        with told(path):
            if not path.exists():
                if readonly:
                    raise _nothing_yet(path)
                _make(path)
            return cls._prepared(path, readonly=readonly, patience=patience)

    @classmethod
    def _prepared(cls, path: Path, *, readonly: bool, patience: float) -> Database:
        database = cls(path, _connect(path, readonly=readonly, patience=patience))
        try:
            database.prepare(readonly=readonly)
        except BaseException:
            database.connection.close()
            raise
        return database

    def prepare(self, *, readonly: bool) -> None:
        """Settings of the connection, then the schema."""
        if not readonly:
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute("PRAGMA foreign_keys = ON")
        self._migrate(readonly=readonly)

    def _migrate(self, *, readonly: bool) -> None:
        if self._known_version() == len(MIGRATIONS):
            return
        if readonly:
            raise _nothing_yet(self.path)
        with self.write() as connection:
            for step in MIGRATIONS[self._known_version() :]:
                for statement in step.split(";"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _known_version(self) -> int:
        version = self.version()
        if version > len(MIGRATIONS):
            raise ArchiveError(
                "{path} was written by a newer Veilleur.",
                why="This one knows archives up to version {known}; the file has version {version}.",
                remedy="Update Veilleur, or use the version that wrote the file.",
                path=self.path,
                known=len(MIGRATIONS),
                version=version,
            )
        return version

    def version(self) -> int:
        """How many migrations the file has been through."""
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        return int(version)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One short transaction: all of it is kept, or nothing."""
        with told(self.path):
            self._begin()
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back already.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def _begin(self) -> None:
        """Take the write lock; the work comes after it, so waiting again loses and repeats nothing."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self.connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if _primary(error) != sqlite3.SQLITE_BUSY or attempt == ATTEMPTS:
                    raise
            else:
                return

    def read(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows at once: no read stays open while the caller works."""
        with told(self.path):
            return self.connection.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Give the file back."""
        with told(self.path):
            self.connection.close()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """SQLite's errors as ArchiveError: what, why, what to do."""
    try:
        yield
    except sqlite3.Error as error:
        why, remedy = _REASONS.get(_primary(error), ("SQLite says: {error}.", "Run `veilleur doctor`."))
        raise ArchiveError(
            "The archive {path} cannot be used.", why=why, remedy=remedy, path=path, error=error
        ) from error
    except OSError as error:
        raise ArchiveError(
            "The archive {path} cannot be used.",
            why="The system says: {error}.",
            remedy="Check the folder, its free space, and that you may write there.",
            path=path,
            error=error.strerror or error,
        ) from error


def _primary(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0) or 0
    return code & 0xFF


def _connect(path: Path, *, readonly: bool, patience: float) -> sqlite3.Connection:
    mode = "ro" if readonly else "rw"
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None)


def _make(path: Path) -> None:
    """A new archive, under its name only once it is whole: SQLite's change to WAL waits for nobody.

    Made by us, so that it is private from the start; -wal and -shm take their mode from it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        connection = _connect(draft, readonly=False, patience=0.0)
        try:
            Database(path, connection).prepare(readonly=False)
            # Closing would do it too, but silently leave it undone where the disk is full.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        with suppress(FileExistsError):  # another process was faster
            path.hardlink_to(draft)
    finally:
        for suffix in ("", "-wal", "-shm"):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)


def _nothing_yet(path: Path) -> ArchiveError:
    return ArchiveError(
        "There is nothing to read yet.",
        why="{path} has not been made: no run has collected anything here.",
        remedy="Run `veilleur run` first.",
        path=path,
    )
