"""Build the derived files anew from the archive; a new index replaces the one in use once it is whole."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from crawlers.archive import Archive
from crawlers.locks import hold_lock
from pipelines.store import batched
from pipelines.understand import Understanding
from search.backends import rebuilt_index
from search.folder import WatchFolder, refuse_worker, watch_proof
from search.index import Refusal
from search.quarantine import release
from search.run import UNDERSTAND_BATCH, opened_understanding
from search.sync import Observer, ignore, sync_documents, sync_outcomes
from watchlists.errors import ArchiveError
from watchlists.model import Watchlist


@dataclass(frozen=True, slots=True, kw_only=True)
class Anew:
    """What is done beside filling a new index."""

    understands: bool = False
    """Understand every item again first."""
    adopts: bool = False
    """Take the place of the index in use even where it is another watch's."""


INDEX_ONLY = Anew()


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildReport:
    """What was built anew."""

    put: int
    understood: int
    refused: tuple[Refusal, ...]


def rebuild(
    folder: WatchFolder,
    watchlist: Watchlist,
    *,
    now: datetime,
    environ: Mapping[str, str],
    anew: Anew = INDEX_ONLY,
    observe: Observer = ignore,
) -> RebuildReport:
    """Build the index (and, if asked, understood.db) anew from the archive, under the run lock.

    Readers find the index in use until the new one is whole; broken off, they keep it.
    """
    require_archive(folder)
    with hold_lock(folder.run_lock):
        if anew.understands:
            drop_database(folder)
        return _build(folder, watchlist, now=now, environ=environ, adopts=anew.adopts, observe=observe)


def require_archive(folder: WatchFolder) -> None:
    """Say so where nothing was read yet."""
    if not folder.archive.exists():
        raise ArchiveError("There is nothing to index yet.", remedy="Read the sources first: veilleur run")
    refuse_worker(folder)


def drop_database(folder: WatchFolder) -> None:
    """Remove understood.db with its write-ahead log; it is derived."""
    for suffix in ("", "-wal", "-shm"):
        folder.understood.with_name(folder.understood.name + suffix).unlink(missing_ok=True)


def catch_up(understanding: Understanding, *, now: datetime) -> int:
    """Understand what is pending, and settle; how many documents changed."""
    understood = 0
    for batch in batched(understanding.pending(), UNDERSTAND_BATCH):
        understood += sum(1 for _ in understanding.understand(batch, now=now))
    for _ in understanding.settle(now=now):
        pass
    return understood


def _build(
    folder: WatchFolder,
    watchlist: Watchlist,
    *,
    now: datetime,
    environ: Mapping[str, str],
    adopts: bool,
    observe: Observer,
) -> RebuildReport:
    with (
        closing(Archive.open(folder.archive, readonly=True)) as archive,
        opened_understanding(folder, watchlist, archive) as understanding,
    ):
        understood = catch_up(understanding, now=now)
        watch = watch_proof(folder)
        with rebuilt_index(
            watchlist.index, folder=folder.index, environ=environ, watch=watch, adopts=adopts
        ) as index:
            release(folder.quarantine)  # the new index is asked itself what it refuses
            report = sync_documents(
                index, understanding, quarantine=folder.quarantine, now=now, observe=observe
            )
            sync_outcomes(index, archive, watchlist, now=now, is_whole=True)
    return RebuildReport(put=report.put, understood=understood, refused=report.refused)
