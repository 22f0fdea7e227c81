"""Forgetting at the desk, told to the workers: by marks that name nobody, which each applies by its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from crawlers.archive import Archive
from search.cluster.parts import opened_parts
from search.folder import WatchFolder
from watchlists.model import Watchlist


@contextmanager
def told_workers(
    folder: WatchFolder, watchlist: Watchlist, *, now: datetime, environ: Mapping[str, str]
) -> Iterator[None]:
    """What is erased from the archive within the block is erased from the cluster, and by every worker.

    The cluster is reached first: where that fails nothing is erased yet. Broken off later, the same command
    does the rest.
    """
    with Archive.open(folder.archive) as archive:
        has_workers = bool(archive.replay.cursors())
    if watchlist.index.backend != "elasticsearch" or not has_workers:
        yield
        return
    with opened_parts(folder, watchlist, environ) as parts:
        with Archive.open(folder.archive) as archive:
            since = archive.replay.begin_forgetting(now)
        yield
        with Archive.open(folder.archive) as archive:
            marks = [mark.hex() for mark, at in archive.tombstones().items() if at >= since]
            parts.forget(marks, at=now)
            archive.replay.end_forgetting()
