"""What documents mean, beside the embedded index: half floats in a memory-mapped file, looked through whole.

`vectors.f16` holds rows, `vectors.db` says which row is whose. A changed vector gets a new row, so that
readers never see half of one; a rebuilt index leaves the old rows behind.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.embeddings import from_bytes, to_bytes
from pipelines.encoder import SIZE
from pipelines.store import batched
from search.index import Neighbour, Vector

ROW_BYTES = 2 * SIZE
_ROWS = 16_384
"""Rows looked at in one go: 32 MB as whole floats."""
_ASKED = 500
_BUSY_SECONDS = 30.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    id TEXT PRIMARY KEY, model TEXT NOT NULL, digest TEXT NOT NULL, row INTEGER NOT NULL UNIQUE
);
CREATE INDEX IF NOT EXISTS vectors_of_model ON vectors (model, row);
"""
Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


class Vectors:
    """The two files, with what is put and not yet committed. Missing files are empty ones to readers."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "vectors.f16"
        self._rows = folder / "vectors.db"
        self._pending: dict[str, Vector | None] = {}

    def put(self, vectors: Iterable[Vector]) -> None:
        """Keep vectors for the next commit."""
        self._pending.update((each.id, each) for each in telling(vectors))

    def delete(self, ids: Iterable[str]) -> None:
        """Drop the vectors of these documents with the next commit."""
        self._pending.update((id, None) for id in ids)

    def commit(self) -> None:
        """Write the rows, then whose they are: a process killed in between leaves rows of nobody."""
        if not self._pending:
            return
        kept = [vector for vector in self._pending.values() if vector is not None]
        with closing(self._connect()) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            ((first,),) = connection.execute("SELECT coalesce(max(row) + 1, 0) FROM vectors")
            self._write(first, kept)
            connection.executemany("DELETE FROM vectors WHERE id = ?", [(id,) for id in self._pending])
            connection.executemany(
                "INSERT INTO vectors VALUES (?, ?, ?, ?)",
                [(each.id, each.model, each.digest, row) for row, each in enumerate(kept, first)],
            )
        self._pending.clear()

    def count(self, model: str) -> int:
        """How many vectors of that encoder there are."""
        return int(self._read("SELECT count(*) FROM vectors WHERE model = ?", (model,), ((0,),))[0][0])

    def digests(self, ids: Iterable[str]) -> dict[str, str]:
        """The digests of the vectors of these documents."""
        return {id: digest for id, digest, _ in self._among("id, digest, row", ids)}

    def nearest(
        self, vector: bytes, *, model: str, limit: int, among: Collection[str] | None
    ) -> tuple[Neighbour, ...]:
        """The documents nearest to a vector, by every one of them."""
        rows = self._rows_of(model, among)
        if not rows.size or limit <= 0:
            return ()
        scores = self._scores(rows, from_bytes([vector])[0])
        least = np.partition(scores, -limit)[-limit] if limit < scores.size else scores.min()
        chosen = scores >= least  # equals at the end are all looked at: ids decide
        names = self._names(rows[chosen])
        found = [
            (-float(score), names[int(row)]) for row, score in zip(rows[chosen], scores[chosen], strict=True)
        ]
        return tuple(Neighbour(id=id, score=-score) for score, id in sorted(found)[:limit])

    def _rows_of(self, model: str, among: Collection[str] | None) -> Rows:
        if among is None:
            found = self._read("SELECT row FROM vectors WHERE model = ? ORDER BY row", (model,))
        else:
            found = sorted((row,) for row, made_by in self._among("row, model", among) if made_by == model)
        return np.fromiter((row for (row,) in found), dtype=np.int64, count=len(found))

    def _scores(self, rows: Rows, vector: NDArray[np.float32]) -> Scores:
        held = np.memmap(self._data, dtype="<f2", mode="r").reshape(-1, SIZE)
        asked = vector / (float(np.linalg.norm(vector)) or 1.0)
        scores = np.empty(rows.size, dtype=np.float32)
        for start in range(0, rows.size, _ROWS):
            part = held[rows[start : start + _ROWS]].astype(np.float32)
            scores[start : start + _ROWS] = part @ asked
        return np.round(scores, 4)

    def _names(self, rows: Rows) -> dict[int, str]:
        return dict(self._among("row, id", rows.tolist(), key="row"))

    def _write(self, first: int, vectors: list[Vector]) -> None:
        if not vectors:
            return
        rows = from_bytes([each.data for each in vectors])
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)  # once here, and at no search
        handle = os.open(self._data, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as data:
            data.seek(first * ROW_BYTES)
            data.write(to_bytes(rows))
            data.flush()
            os.fsync(data.fileno())

    def _among(self, columns: str, values: Iterable[object], *, key: str = "id") -> Iterator[tuple[Any, ...]]:
        for batch in batched(values, _ASKED):
            marks = ",".join("?" * len(batch))
            yield from self._read(f"SELECT {columns} FROM vectors WHERE {key} IN ({marks})", batch)  # noqa: S608

    def _read(
        self, select: str, values: tuple[object, ...], absent: tuple[tuple[Any, ...], ...] = ()
    ) -> list[tuple[Any, ...]]:
        if not self._rows.exists():
            return list(absent)
        with closing(self._connect()) as connection:
            return connection.execute(select, values).fetchall()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._rows, timeout=_BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
        return connection


def telling(vectors: Iterable[Vector]) -> Iterator[Vector]:
    """Those that say something; raises ValueError for one of another length."""
    for vector in vectors:
        if len(vector.data) != ROW_BYTES:
            raise ValueError(f"a vector has {ROW_BYTES} bytes, not {len(vector.data)}")
        if vector.data.strip(b"\x00"):
            yield vector
