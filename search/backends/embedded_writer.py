"""What is put and deleted between two commits of the embedded index."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import tantivy

from pipelines.document import Document
from search.backends.embedded_folder import MAKE_ROOM, Snapshots, guarded
from search.backends.embedded_schema import make_row
from search.index import PutReport, Refusal
from watchlists.errors import IndexUnavailable

HEAP_BYTES = 64 * 1024 * 1024
LONGEST_ID = 512
"""Bytes of an id; a server's limit too."""


class Writer:
    """The engine's one writer, taken at the first change and given back by `close`."""

    def __init__(self, engine: tantivy.Index, folder: Path, snapshots: Snapshots) -> None:
        self._engine = engine
        self._folder = folder
        self._snapshots = snapshots
        self._writer: tantivy.IndexWriter | None = None
        self._pending: dict[str, bool] = {}
        """Id -> whether the document will exist after the next commit."""

    def put(self, documents: Iterable[Document]) -> PutReport:
        """Add documents in place of those of the same id; what cannot be held is refused."""
        taken, refused = 0, []
        for document in documents:
            try:
                check_id(document.id)
                row = make_row(document)
            except ValueError as error:
                refused.append(Refusal(id=document.id, reason=str(error)))
                continue
            with guarded(self._folder, remedy=MAKE_ROOM):
                self._open().delete_documents_by_term("id", document.id)
                self._open().add_document(row)
            self._pending[document.id] = True
            taken += 1
        return PutReport(taken=taken, refused=tuple(refused))

    def delete(self, ids: Iterable[str]) -> int:
        """Remove documents; how many there were, those put since the last commit included."""
        gone = 0
        for id in ids:
            if not self._exists(id):
                continue
            with guarded(self._folder, remedy=MAKE_ROOM):
                self._open().delete_documents_by_term("id", id)
            self._pending[id] = False
            gone += 1
        return gone

    def commit(self) -> None:
        """Make the changes durable; after a failure, what was committed before still stands."""
        if self._writer is None or not self._pending:
            return
        writer, self._writer = self._writer, None
        with guarded(self._folder, remedy=MAKE_ROOM):
            writer.commit()
        self._writer = writer
        self._pending.clear()

    def close(self) -> None:
        """Give the lock back; merges under way are finished, what was not committed is dropped."""
        writer, self._writer = self._writer, None
        if writer is None or self._pending:
            return
        with guarded(self._folder, remedy=MAKE_ROOM):
            writer.wait_merging_threads()

    def _exists(self, id: str) -> bool:
        if id in self._pending:
            return self._pending[id]
        with guarded(self._folder, remedy=MAKE_ROOM):
            query = tantivy.Query.term_query(self._engine.schema, "id", id, "basic")
            return bool(self._snapshots.newest().count(query))

    def _open(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._engine.writer(HEAP_BYTES, 1)
        return self._writer


def check_id(id: str) -> None:
    """Raise ValueError for an id no engine takes."""
    if not 0 < len(id.encode()) <= LONGEST_ID:
        raise ValueError(f"an id has between 1 and {LONGEST_ID} bytes")


def refuse_writing() -> IndexUnavailable:
    """The error of a change to an index opened for reading."""
    return IndexUnavailable(
        "The index is open for reading only.", why="Only the holder of the run lock changes it."
    )
