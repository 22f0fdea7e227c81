"""Make the index equal to what was understood, by comparison: nothing is lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from crawlers.archive import Archive
from crawlers.items import CommunitySample, Outcome
from pipelines.document import Document
from pipelines.embeddings import encoder_version
from pipelines.store import batched
from pipelines.understand import Understanding
from search.index import Index, Refusal, Vector
from search.quarantine import hold, let_go_settled, read_quarantine, without_held
from watchlists.model import Watchlist

BATCH = 500
PUT = 2_000
"""Documents given to the index at a time: a server works on some while the next are made ready."""
COMMITTED = 10_000
"""Documents after which a long work is made durable: broken off, it goes on from there."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REACHES = tuple(timedelta(hours=hours) for hours in (6, 24, 4 * 24, 16 * 24, 64 * 24))
"""How far back outcomes are compared: no further than it takes to see that nothing older is missing."""
ENOUGH = 2_000
"""Outcomes compared at least: of one request, of 500, a server that failed may have taken any."""
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
    for batch in batched(documents, PUT):
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
    refused = read_quarantine(quarantine)
    found = _compare(index, understanding, frozenset(each.id for each in refused))
    sendable = without_held(found.stale, found.digests, refused)
    sending = _with_vectors(index, understanding, sendable)
    report = put_documents(index, _observed(sending, observe, len(sendable), found.wanted))
    if report.refused:
        hold(quarantine, report.refused, found.digests, now=now)
    let_go_settled(quarantine, found.digests)
    gone = index.delete(found.gone)
    sync_vectors(index, understanding)
    return SyncReport(put=report.put, deleted=gone, refused=report.refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Difference:
    """What it takes to make the index equal; holds one entry a document that differs, not one a document."""

    wanted: int
    """How many documents the index should hold."""
    stale: tuple[str, ...]
    digests: Mapping[str, str]
    """Of the stale ones and of those that were refused, as they are now."""
    gone: tuple[str, ...]
    """Ids, in the index or refused, that are understood no more."""


def _compare(index: Index, understanding: Understanding, refused: frozenset[str]) -> _Difference:
    """One pass over what was understood against what the index holds, of which matches are let go at once."""
    held = dict(index.ids())
    wanted, stale, digests = 0, [], {}
    for id, digest in understanding.ids_and_digests():
        wanted += 1
        is_stale = held.pop(id, None) != digest
        if is_stale:
            stale.append(id)
        if is_stale or id in refused:
            digests[id] = digest
    gone = (*held, *(id for id in sorted(refused) if id not in digests and id not in held))
    return _Difference(wanted=wanted, stale=tuple(stale), digests=digests, gone=gone)


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


def sync_vectors(index: Index, understanding: Understanding) -> None:
    """Put the vectors the index lacks, where their number says that it lacks any."""
    model = encoder_version()
    index.commit()  # so that what was just put is counted
    if index.count_vectors(model) != understanding.count_vectors(model=model):
        put_vectors(index, understanding, (id for id, _ in understanding.ids_and_digests()))


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

    All are put where `is_whole` asks for it.
    """
    end = now + timedelta(seconds=1)
    since, missing = (
        (EPOCH, told_outcomes(archive, since=EPOCH, until=end))
        if is_whole
        else _find_missing(index, archive, end=end)
    )
    if missing:
        begin = since if since == EPOCH else missing[0].at - SAMPLED_BEFORE
        index.put_samples(_samples(archive, watchlist, since=begin, until=end))
        index.put_outcomes(missing)


def told_outcomes(archive: Archive, *, since: datetime, until: datetime) -> list[Outcome]:
    """Outcomes an index is told, by time: that a source was not due says nothing of it."""
    found = archive.outcomes(since=since, until=until)
    return [each for each in found if each.state != "not_due"]


def _find_missing(index: Index, archive: Archive, *, end: datetime) -> tuple[datetime, list[Outcome]]:
    """Since when outcomes were compared, and those the index lacks.

    They are put by time, so that what a failed run left out is the end of them: where the index has the older
    half of many, it has all before.
    """
    for since in (*(end - reach for reach in REACHES), EPOCH):
        told = told_outcomes(archive, since=since, until=end)
        if len(told) < ENOUGH and since > end - REACHES[-1]:
            continue
        known = {(each.source, each.run) for each in index.outcomes(since=since, until=end)}
        lacks = [number for number, each in enumerate(told) if (each.source, each.run) not in known]
        if told and (not lacks or 2 * lacks[0] >= len(told)):
            break
    return since, [told[number] for number in lacks]


def _samples(
    archive: Archive, watchlist: Watchlist, *, since: datetime, until: datetime
) -> Iterator[CommunitySample]:
    for source in watchlist.sources:
        yield from archive.community_samples(source.id, since=since, until=until)
