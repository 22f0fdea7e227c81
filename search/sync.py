"""Make the index equal to what was understood, by comparison: nothing is lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawlers.archive import Archive
from pipelines.document import Document
from pipelines.store import batched
from pipelines.understand import Understanding
from search.index import Index, Refusal
from search.quarantine import hold, read_quarantine, without_held
from watchlists.model import Watchlist

BATCH = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What it took to make the index equal."""

    put: int = 0
    deleted: int = 0
    refused: tuple[Refusal, ...] = ()


def put_documents(index: Index, documents: Iterable[Document]) -> SyncReport:
    """Put documents batch by batch; what was refused is reported, the rest goes on."""
    taken = 0
    refused: list[Refusal] = []
    for batch in batched(documents, BATCH):
        report = index.put(batch)
        taken += report.taken
        refused += report.refused
    return SyncReport(put=taken, refused=tuple(refused))


def sync_documents(
    index: Index, understanding: Understanding, *, quarantine: Path, now: datetime
) -> SyncReport:
    """Put what is missing or different, delete what is no longer understood.

    What the index refuses for good goes to quarantine, and is not sent again until it changes.
    """
    held = dict(index.ids())
    wanted = dict(understanding.ids_and_digests())
    stale = [id for id, digest in wanted.items() if held.get(id) != digest]
    sendable = without_held(stale, wanted, read_quarantine(quarantine))
    report = put_documents(index, understanding.documents(sendable))
    if report.refused:
        hold(quarantine, report.refused, wanted, now=now)
    gone = index.delete(id for id in held if id not in wanted)
    return SyncReport(put=report.put, deleted=gone, refused=report.refused)


def sync_outcomes(index: Index, archive: Archive, watchlist: Watchlist, *, now: datetime) -> None:
    """Put the outcomes and community samples the index has not seen yet."""
    end = now + timedelta(seconds=1)
    known = index.outcomes(since=now - timedelta(days=60), until=end)
    since = known[-1].at if known else EPOCH
    index.put_outcomes(archive.outcomes(since=since, until=end))
    index.put_samples(
        sample
        for source in watchlist.sources
        for sample in archive.community_samples(source.id, since=since, until=end)
    )
