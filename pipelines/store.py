"""understood.db: Documents as understood, with what they were made from. Derived and disposable.

SQLite in WAL, mode 0600, one writer, short transactions begun with BEGIN IMMEDIATE and retried
while another holds the file. A file that is damaged or of another layout is begun anew: everything in it
can be understood again from the archive.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pipelines.document import Document
from pipelines.document_codec import decode, document_digest, encode
from watchlists.errors import UnderstandingError

Each = TypeVar("Each")
LAYOUT = 1
_PATIENCE = 30.0
_ATTEMPTS = 10
_BATCH = 500
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
CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a stored document was made from; work is found by comparing it with what is now."""

    content: int
    """Revision of the item's content."""
    change: int
    """The archive's change counter of the item."""
    language_key: str
    names_key: str
    hits: str
    """Digest of the watched names found: equal hits make equal language work."""
    facts_key: str


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where posts of one kind are compared with each other: a source, and whether they open threads."""

    source: str
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document to store, with its stamp and, where meaning is worked out, its vector."""

    document: Document
    stamp: Stamp
    vector: bytes | None = None
    vector_model: str = ""


class Store:
    """understood.db, for one thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, was_rebuilt: bool) -> None:
        self.path = path
        self.was_rebuilt = was_rebuilt
        """An unusable file was replaced: everything is to be understood again."""
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Store:
        """The file, made where absent, begun anew where unusable."""
        with _told(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_new = not path.exists()
            connection = _connect(path)
            if _is_usable(connection):
                return cls(path, connection, was_rebuilt=False)
            if not is_new and path.stat().st_size:
                connection = _begin_anew(path, connection)
            _create(connection)
            return cls(path, connection, was_rebuilt=not is_new)

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def put(self, entries: Sequence[Entry]) -> None:
        """Store entries, replacing those of the same id, all or none."""
        rows = [_row(entry) for entry in entries]
        vectors = [(e.document.id, e.vector_model, e.vector) for e in entries if e.vector is not None]
        with self._write() as connection:
            connection.executemany("INSERT OR REPLACE INTO documents VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows)
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?,?,?)", vectors)

    def replace_documents(self, documents: Sequence[Document]) -> None:
        """Store new versions of known documents under the stamps they have."""
        rows = [(document_digest(each), encode(each), each.id) for each in documents]
        with self._write() as connection:
            connection.executemany("UPDATE documents SET digest = ?, body = ? WHERE id = ?", rows)

    def delete(self, ids: Iterable[str]) -> int:
        """Forget documents and their vectors; how many there were."""
        wanted = [(id,) for id in ids]
        with self._write() as connection:
            connection.executemany("DELETE FROM vectors WHERE id = ?", wanted)
            return connection.executemany("DELETE FROM documents WHERE id = ?", wanted).rowcount

    def stamps(self, ids: Iterable[str]) -> dict[str, tuple[Stamp, str]]:
        """Stamp and place (source id) of each document known."""
        columns = "id, content, change, language_key, names_key, hits, facts_key, source"
        return {
            id: (
                Stamp(
                    content=content,
                    change=change,
                    language_key=language,
                    names_key=names,
                    hits=hits,
                    facts_key=facts,
                ),
                source,
            )
            for id, content, change, language, names, hits, facts, source in self._among(columns, ids)
        }

    def documents(self, ids: Iterable[str]) -> Iterator[Document]:
        """Documents of these ids, in their order; unknown ids are left out."""
        for batch in batched(ids, _BATCH):
            bodies = dict(self._among("id, body", batch))
            yield from (decode(bodies[id]) for id in batch if id in bodies)

    def digests(self) -> Iterator[tuple[str, str]]:
        """Every (id, digest), ordered by id."""
        yield from self._read("SELECT id, digest FROM documents ORDER BY id")

    def of_place(self, place: Place, *, since: datetime, until: datetime) -> list[tuple[str, datetime]]:
        """Id and time of the posts of a place published in [since, until), oldest first."""
        found = self._read(
            "SELECT id, published FROM documents"
            " WHERE source = ? AND opens = ? AND published >= ? AND published < ? ORDER BY published, id",
            (place.source, place.opens, since.timestamp(), until.timestamp()),
        )
        return [(id, datetime.fromtimestamp(published, UTC)) for id, published in found]

    def vectors(self, ids: Iterable[str], *, model: str) -> dict[str, bytes]:
        """Vectors of these documents made by that model."""
        found: dict[str, bytes] = {}
        for batch in batched(ids, _BATCH):
            marks = ",".join("?" * len(batch))
            sql = f"SELECT id, vector FROM vectors WHERE model = ? AND id IN ({marks})"  # noqa: S608  (marks only)
            found.update(self._read(sql, (model, *batch)))
        return found

    def count(self) -> int:
        """How many documents there are."""
        ((count,),) = self._read("SELECT count(*) FROM documents")
        return int(count)

    def mark(self, name: str) -> str | None:
        """A mark set earlier, or None."""
        found = self._read("SELECT value FROM marks WHERE name = ?", (name,))
        return str(found[0][0]) if found else None

    def set_mark(self, name: str, value: str) -> None:
        """Remember something between runs."""
        with self._write() as connection:
            connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))

    def integrity(self) -> str:
        """`ok`, or SQLite's complaint."""
        return str(self._read("PRAGMA integrity_check")[0][0])

    def _among(self, columns: str, ids: Iterable[str]) -> Iterator[tuple]:  # type: ignore[type-arg]
        for batch in batched(ids, _BATCH):
            marks = ",".join("?" * len(batch))
            yield from self._read(f"SELECT {columns} FROM documents WHERE id IN ({marks})", batch)  # noqa: S608

    def _read(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with _told(self.path):
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with _told(self.path):
            _begin(self._connection)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have rolled back already
                    self._connection.execute("ROLLBACK")
                raise


def _row(entry: Entry) -> tuple[object, ...]:
    document, stamp = entry.document, entry.stamp
    return (
        document.id,
        stamp.content,
        stamp.change,
        stamp.language_key,
        stamp.names_key,
        stamp.hits,
        stamp.facts_key,
        document.community.source,
        document.parent is None,
        document.published.timestamp(),
        document_digest(document),
        encode(document),
    )


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
    _begin(connection)
    # Another process may have been faster.
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'documents'").fetchall():
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
    connection.execute("COMMIT")


def _begin(connection: sqlite3.Connection) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or attempt == _ATTEMPTS:
                raise
        else:
            return


@contextmanager
def _told(path: Path) -> Iterator[None]:
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


def batched(values: Iterable[Each], size: int) -> Iterator[tuple[Each, ...]]:
    """Consecutive tuples of at most `size` values."""
    rest = iter(values)
    while batch := tuple(islice(rest, size)):
        yield batch
