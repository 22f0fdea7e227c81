"""understood.db: Documents as understood, with what they were made from. Derived and disposable.

One writer, many readers, short transactions; see pipelines.database for the file itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pipelines.database import begin, open_database, read_database, told
from pipelines.document import Document
from pipelines.document_codec import decode, encode, encoded_digest

Each = TypeVar("Each")
_BATCH = 500


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
        connection, was_rebuilt = open_database(path)
        return cls(path, connection, was_rebuilt=was_rebuilt)

    @classmethod
    def look(cls, path: Path) -> Store | None:
        """The file for reading only; None where there is none that can be read."""
        connection = read_database(path)
        return cls(path, connection, was_rebuilt=False) if connection else None

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
        bodies = [(encode(each), each.id) for each in documents]
        rows = [(encoded_digest(body), body, id) for body, id in bodies]
        with self._write() as connection:
            connection.executemany("UPDATE documents SET digest = ?, body = ? WHERE id = ?", rows)

    def delete(self, ids: Iterable[str]) -> int:
        """Forget documents and their vectors; how many there were."""
        wanted = [(id,) for id in ids]
        with self._write() as connection:
            connection.executemany("DELETE FROM vectors WHERE id = ?", wanted)
            connection.executemany("DELETE FROM subjects WHERE id = ?", wanted)
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

    def places(self, ids: Iterable[str]) -> Iterator[tuple[str, Place]]:
        """Where each of these documents stands, where it is known."""
        for id, source, opens in self._among("id, source, opens", ids):
            yield id, Place(source, bool(opens))

    def published_since(self, since: datetime, *, opens: bool) -> list[tuple[str, datetime]]:
        """Id and time of the posts, or of the replies, published from then on in any place, oldest first."""
        found = self._read(
            "SELECT id, published FROM documents WHERE opens = ? AND published >= ? ORDER BY published, id",
            (opens, since.timestamp()),
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

    def count_vectors(self, *, model: str) -> int:
        """How many documents have a vector made by that model that says something."""
        every = "SELECT count(*) FROM vectors WHERE model = ?"  # two indexes: no vector is read for it
        ((total,),) = self._read(every, (model,))
        ((empty,),) = self._read(f"{every} AND vector = zeroblob(1024)", (model,))
        return int(total) - int(empty)

    def told_subjects(self, ids: Iterable[str]) -> dict[str, tuple[str, str, str]]:
        """Group, term and label each of these was given when it was told; see pipelines.subject_pass."""
        found: dict[str, tuple[str, str, str]] = {}
        for batch in batched(ids, _BATCH):
            marks = ",".join("?" * len(batch))
            sql = f"SELECT id, grouped, term, label FROM subjects WHERE id IN ({marks})"  # noqa: S608
            found.update({id: (grouped, term, label) for id, grouped, term, label in self._read(sql, batch)})
        return found

    def keep_subjects(self, rows: Iterable[tuple[str, str, str, str]], *, afresh: bool) -> None:
        """Remember (id, group, term, label) of each; `afresh` forgets all others."""
        with self._write() as connection:
            if afresh:
                connection.execute("DELETE FROM subjects")
            connection.executemany("INSERT OR REPLACE INTO subjects VALUES (?,?,?,?)", rows)

    def languages(self, source: str, least: int) -> dict[str, int]:
        """How many posts of a source, of at least that many characters, are in each language."""
        sql = (
            "SELECT json_extract(body, '$.language'), count(*) FROM"
            " (SELECT CAST(body AS TEXT) AS body FROM documents WHERE source = ?)"
            " WHERE length(json_extract(body, '$.text')) >= ? GROUP BY 1 ORDER BY 1"
        )
        return {language: count for language, count in self._read(sql, (source, least)) if language}

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

    def compact(self) -> None:
        """Write the file anew without what was ever deleted from it, and empty its log."""
        with told(self.path):
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _among(self, columns: str, ids: Iterable[str]) -> Iterator[tuple]:  # type: ignore[type-arg]
        for batch in batched(ids, _BATCH):
            marks = ",".join("?" * len(batch))
            yield from self._read(f"SELECT {columns} FROM documents WHERE id IN ({marks})", batch)  # noqa: S608

    def _read(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with told(self.path):
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with told(self.path):
            begin(self._connection)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have rolled back already
                    self._connection.execute("ROLLBACK")
                raise


def _row(entry: Entry) -> tuple[object, ...]:
    document, stamp = entry.document, entry.stamp
    body = encode(document)
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
        encoded_digest(body),
        body,
    )


def batched(values: Iterable[Each], size: int) -> Iterator[tuple[Each, ...]]:
    """Consecutive tuples of at most `size` values."""
    rest = iter(values)
    while batch := tuple(islice(rest, size)):
        yield batch
