"""The file understood.db: opened safely, begun anew where unusable, its errors in our words.

SQLite in WAL, mode 0600, transactions begun with BEGIN IMMEDIATE and retried while another holds the
file. A file that is damaged or of another layout is replaced: everything in it can be understood
again from the archive.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from watchlists.errors import UnderstandingError

LAYOUT = 2
_PATIENCE = 30.0
_ATTEMPTS = 10
_SCHEMA = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    content INTEGER NOT NULL,
    change INTEGER NOT NULL,
    language_key TEXT NOT NULL,
    names_key TEXT NOT NULL,
    hits TEXT NOT NULL,
    facts_key TEXT NOT NULL,
    source TEXT NOT NULL,
    opens INTEGER NOT NULL,
    published REAL NOT NULL,
    digest TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX documents_of_place ON documents (source, opens, published);
CREATE TABLE vectors (id TEXT PRIMARY KEY, model TEXT NOT NULL, vector BLOB NOT NULL);
CREATE INDEX vectors_by_model ON vectors (model);
CREATE INDEX vectors_of_nothing ON vectors (model) WHERE vector = zeroblob(1024);
CREATE TABLE subjects (
    id TEXT PRIMARY KEY, grouped TEXT NOT NULL, term TEXT NOT NULL, label TEXT NOT NULL
);
CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def open_database(path: Path) -> tuple[sqlite3.Connection, bool]:
    """The file, made where absent; True when an unusable one was replaced."""
    with told(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not path.exists() or not path.stat().st_size
        connection = _connect(path)
        if _is_usable(connection):
            return connection, False
        if not is_new:
            connection = _begin_anew(path, connection)
        _create(connection)
        return connection, not is_new


def read_database(path: Path) -> sqlite3.Connection | None:
    """The file for reading only, left as it is; None where there is none of this layout."""
    if not path.exists():
        return None
    with told(path):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)
        if _is_usable(connection):
            return connection
        connection.close()
        return None


def _connect(path: Path) -> sqlite3.Connection:
    # Made by us so that it is private from the start; -wal and -shm take their mode from it.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    with suppress(sqlite3.DatabaseError):  # told by _is_usable
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _is_usable(connection: sqlite3.Connection) -> bool:
    try:
        ((layout,),) = connection.execute("PRAGMA user_version").fetchall()
        connection.execute("SELECT count(*) FROM documents WHERE id = ''")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_ERROR:  # no such table
            return False
        raise
    except sqlite3.DatabaseError:
        return False
    return bool(layout == LAYOUT)


def _begin_anew(path: Path, connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.close()
    for each in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        each.unlink(missing_ok=True)
    return _connect(path)


def _create(connection: sqlite3.Connection) -> None:
    begin(connection)
    # Another process may have been faster.
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'documents'").fetchall():
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
    connection.execute("COMMIT")


def begin(connection: sqlite3.Connection) -> None:
    """Take the write lock; the work comes after it, so waiting again loses and repeats nothing."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or attempt == _ATTEMPTS:
                raise
        else:
            return


@contextmanager
def told(path: Path) -> Iterator[None]:
    """SQLite's errors as UnderstandingError: what, why, what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise UnderstandingError(
            "The file {path} cannot be used.",
            why="The system says: {error}.",
            remedy="Check its folder and free space. It may be deleted: the next run makes it again.",
            path=path,
            error=error,
        ) from error
