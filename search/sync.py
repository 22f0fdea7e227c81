"""Make the index equal to what was understood, by comparison: nothing is lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from crawlers.archive import Archive
from crawlers.items import CommunitySample
from pipelines.document import Document
from pipelines.embeddings import encoder_version
from pipelines.store import batched
from pipelines.understand import Understanding
from search.index import Index, Refusal, Vector
from search.quarantine import hold, let_go_settled, read_quarantine, without_held
from watchlists.model import Watchlist

BATCH = 500
COMMITTED = 10_000
"""Documents after which a long work is made durable: broken off, it goes on from there."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COMPARED = timedelta(days=60)
"""How far back outcomes are compared."""
SAMPLED_BEFORE = timedelta(days=1)
"""A sample is taken before the outcome of its reading."""


Observer = Callable[[int, int], None]
"""Told how many documents of how many are as they should be."""


def ignore(_done: int, _wanted: int) -> None:
    """The observer nobody looks through."""


class Meanings(Protocol):
    """Where vectors are kept: understood.db, by way of the Store or the Understanding."""

    def vectors(self, ids: Iterable[str], *, model: str) -> dict[str, bytes]:
        """Vectors of these documents by that encoder."""

    def count_vectors(self, *, model: str) -> int:
        """How many documents have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What it took to make the index equal."""

    put: int = 0
    deleted: int = 0
    refused: tuple[Refusal, ...] = ()


def put_documents(index: Index, documents: Iterable[Document]) -> SyncReport:
    """Put documents batch by batch; what was refused is reported, the rest goes on."""
    taken = waiting = 0
    refused: list[Refusal] = []
    for batch in batched(documents, BATCH):
        report = index.put(batch)
        taken += report.taken
        refused += report.refused
        waiting += len(batch)
        if waiting >= COMMITTED:
            index.commit()
            waiting = 0
    return SyncReport(put=taken, refused=tuple(refused))


def sync_documents(
    index: Index,
    understanding: Understanding,
    *,
    quarantine: Path,
    now: datetime,
    observe: Observer = ignore,
) -> SyncReport:
    """Put what is missing or different, delete what is no longer understood.

    What the index refuses for good goes to quarantine, and is not sent again until it changes.
    """
    held = dict(index.ids())
    wanted = dict(understanding.ids_and_digests())
    stale = [id for id, digest in wanted.items() if held.get(id) != digest]
    refused = read_quarantine(quarantine)
    sendable = without_held(stale, wanted, refused)
    sending = _with_vectors(index, understanding, sendable)
    report = put_documents(index, _observed(sending, observe, len(sendable), len(wanted)))
    if report.refused:
        hold(quarantine, report.refused, wanted, now=now)
    let_go_settled(quarantine, wanted)
    gone = index.delete(id for id in (*held, *(each.id for each in refused)) if id not in wanted)
    sync_vectors(index, understanding, wanted)
    return SyncReport(put=report.put, deleted=gone, refused=report.refused)


def _with_vectors(index: Index, understanding: Understanding, ids: Iterable[str]) -> Iterator[Document]:
    """Documents to be put, their vectors put first: cut off in between, the documents are still stale."""
    for batch in batched(ids, BATCH):
        put_vectors(index, understanding, batch)
        yield from understanding.documents(batch)


def _observed(
    documents: Iterable[Document], observe: Observer, missing: int, wanted: int
) -> Iterator[Document]:
    observe(wanted - missing, wanted)
    for done, document in enumerate(documents, wanted - missing + 1):
        yield document
        observe(done, wanted)


def sync_vectors(index: Index, meanings: Meanings, ids: Collection[str]) -> None:
    """Put the vectors the index lacks, where their number says that it lacks any."""
    model = encoder_version()
    index.commit()  # so that what was just put is counted
    if index.count_vectors(model) != meanings.count_vectors(model=model):
        put_vectors(index, meanings, ids)


def put_vectors(index: Index, meanings: Meanings, ids: Iterable[str]) -> None:
    """Put the vectors of these documents that the index has otherwise, or not at all."""
    for batch in batched(ids, BATCH):
        held = index.vector_digests(batch)
        index.put_vectors(each for each in _vectors(meanings, batch) if held.get(each.id) != each.digest)


def _vectors(meanings: Meanings, ids: Iterable[str]) -> Iterator[Vector]:
    model = encoder_version()
    for id, data in meanings.vectors(ids, model=model).items():
        yield Vector(id=id, model=model, data=data)


def sync_outcomes(
    index: Index, archive: Archive, watchlist: Watchlist, *, now: datetime, is_whole: bool = False
) -> None:
    """Put the outcomes the index lacks, by comparison, and the community samples since the first of them.

    Those of the last days are compared; all are put where the index has none, or `is_whole` asks for it.
    """
    end = now + timedelta(seconds=1)
    known = index.outcomes(since=now - COMPARED, until=end)
    since = EPOCH if is_whole or not known else now - COMPARED
    seen = set() if is_whole else {(each.source, each.run) for each in known}
    missing = [
        each for each in archive.outcomes(since=since, until=end) if (each.source, each.run) not in seen
    ]
    if missing:
        begin = since if since == EPOCH else missing[0].at - SAMPLED_BEFORE
        index.put_samples(_samples(archive, watchlist, since=begin, until=end))
        index.put_outcomes(missing)


def _samples(
    archive: Archive, watchlist: Watchlist, *, since: datetime, until: datetime
) -> Iterator[CommunitySample]:
    for source in watchlist.sources:
        yield from archive.community_samples(source.id, since=since, until=until)
