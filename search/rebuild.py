"""Build the derived files anew from the archive."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from crawlers.archive import Archive
from crawlers.locks import hold_lock
from pipelines.store import batched
from search.backends import open_index
from search.folder import WatchFolder
from search.index import Refusal
from search.run import UNDERSTAND_BATCH, opened_understanding
from search.sync import sync_documents, sync_outcomes
from watchlists.errors import ArchiveError
from watchlists.model import Watchlist


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
    is_understood_anew: bool = False,
) -> RebuildReport:
    """Drop the index (and, if asked, understood.db) and build it from the archive, under the run lock."""
    if not folder.archive.exists():
        raise ArchiveError("There is nothing to index yet.", remedy="Read the sources first: veilleur run")
    with hold_lock(folder.run_lock):
        if is_understood_anew:
            drop_database(folder)
        if watchlist.index.backend == "embedded":
            shutil.rmtree(folder.index, ignore_errors=True)
        return _build(folder, watchlist, now=now, environ=environ)


def drop_database(folder: WatchFolder) -> None:
    """Remove understood.db with its write-ahead log; it is derived."""
    for suffix in ("", "-wal", "-shm"):
        folder.understood.with_name(folder.understood.name + suffix).unlink(missing_ok=True)


def _build(
    folder: WatchFolder, watchlist: Watchlist, *, now: datetime, environ: Mapping[str, str]
) -> RebuildReport:
    understood = 0
    with (
        closing(Archive.open(folder.archive, readonly=True)) as archive,
        opened_understanding(folder, watchlist, archive) as understanding,
        closing(open_index(watchlist.index, folder=folder.index, environ=environ)) as index,
    ):
        for batch in batched(understanding.pending(), UNDERSTAND_BATCH):
            understood += sum(1 for _ in understanding.understand(batch, now=now))
        for _ in understanding.settle(now=now):
            pass
        report = sync_documents(index, understanding, quarantine=folder.quarantine, now=now)
        sync_outcomes(index, archive, watchlist, now=now)
        index.commit()
    return RebuildReport(put=report.put, understood=understood, refused=report.refused)
