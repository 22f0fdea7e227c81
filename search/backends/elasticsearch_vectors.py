"""What documents mean, on a server: vectors in an index of their own, found by approximate kNN.

Apart from the documents, since a document is replaced whole whenever its counts move, and its vector only
when its words do. What is put goes to the server at once and shows with the next refresh. Vectors are kept
whole, not as bytes: scores are then those of the embedded index, also where there are few.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import numpy as np

from pipelines.embeddings import from_bytes
from pipelines.encoder import SIZE
from search.backends.elasticsearch_bulk import PAUSE, send
from search.backends.elasticsearch_reading import Reader
from search.backends.embedded_vectors import telling
from search.index import Neighbour, Vector

logger = logging.getLogger(__name__)

LEAST_CANDIDATES, MOST_CANDIDATES = 200, 10_000
"""Vectors a shard looks at for one search; a server looks at no more than the latter."""
WIDENING = 4
"""Candidates for each neighbour that is asked for."""
_PLACES = 5
"""Decimals sent of each number: finer than the half floats they come from."""


def vector_settings() -> dict[str, Any]:
    """Settings of a vector index."""
    return {"refresh_interval": "-1", "auto_expand_replicas": "0-1"}


def vector_mappings() -> dict[str, Any]:
    """A vector, the encoder that made it, and what a comparison needs; no source, since it is derived."""
    return {
        "dynamic": "strict",
        "_source": {"enabled": False},
        "properties": {
            "id": {"type": "keyword", "index": False},
            "model": {"type": "keyword"},
            "digest": {"type": "keyword", "index": False},
            "vector": {
                "type": "dense_vector",
                "dims": SIZE,
                "index": True,
                "similarity": "cosine",
                "index_options": {"type": "hnsw"},
            },
        },
    }


class Vectors:
    """The vectors behind an alias."""

    def __init__(self, reader: Reader, *, pause: float = PAUSE) -> None:
        self._reader = reader
        self._pause = pause
        self.alias = reader.index

    def put(self, vectors: Iterable[Vector]) -> None:
        """Send vectors."""
        self._send(
            {
                "_index": self.alias,
                "_id": each.id,
                "id": each.id,
                "model": each.model,
                "digest": each.digest,
                "vector": np.round(from_bytes([each.data])[0], _PLACES).tolist(),
            }
            for each in telling(vectors)
        )

    def delete(self, ids: Iterable[str]) -> None:
        """Remove the vectors of these documents."""
        self._send({"_op_type": "delete", "_index": self.alias, "_id": id} for id in ids)

    def count(self, model: str) -> int:
        """How many vectors of that encoder there are."""
        return self._reader.count({"term": {"model": model}})

    def digests(self, ids: Collection[str]) -> dict[str, str]:
        """The digests of the vectors of these documents."""
        if not ids:
            return {}
        fields = ["id", "digest"]
        hits, _ = self._reader.search(
            {"ids": {"values": list(ids)}}, size=len(ids), docvalue_fields=fields, source=False
        )
        return {hit["fields"]["id"][0]: hit["fields"]["digest"][0] for hit in hits}

    def nearest(
        self, vector: bytes, *, model: str, limit: int, among: Collection[str] | None
    ) -> tuple[Neighbour, ...]:
        """The documents nearest to a vector, nearly all of them."""
        numbers = from_bytes([vector])[0]
        if limit <= 0 or not numbers.any():
            return ()
        filters: list[dict[str, Any]] = [{"term": {"model": model}}]
        if among is not None:
            filters.append({"ids": {"values": list(among)}})
        hits = self._reader.find_near(
            {
                "field": "vector",
                "query_vector": numbers.tolist(),
                "k": limit,
                "num_candidates": min(MOST_CANDIDATES, max(LEAST_CANDIDATES, WIDENING * limit)),
                "filter": filters,
            },
            size=limit,
        )
        found = sorted((-round(2 * hit["_score"] - 1, 4), hit["_id"]) for hit in hits)
        return tuple(Neighbour(id=id, score=-score) for score, id in found)

    def _send(self, actions: Iterator[dict[str, Any]]) -> None:
        for answer in send(self._reader, actions, pause=self._pause):
            if answer.result == "refused":  # its document is found by its words all the same
                logger.warning("the vector of %s was refused: %s", answer.id, answer.reason)
