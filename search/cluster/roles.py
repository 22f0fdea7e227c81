"""One run in the role its options name: all of the watch, a worker's share, or the desk."""

from __future__ import annotations

from crawlers.archive import Archive
from crawlers.locks import hold_lock
from search.cluster.desk import opened_desk
from search.cluster.workers import Worker, opened_worker
from search.folder import WatchFolder, is_desk, refuse_desk, refuse_worker
from search.run import Observer, RunRequest, run_cycle
from search.summary import RunSummary
from watchlists.model import Watchlist


def run_worker(worker: Worker, request: RunRequest, *, observe: Observer) -> RunSummary:
    """One run of a worker."""
    with opened_worker(worker) as session:
        return session.cycle(request, observe=observe)


def run_desk(
    folder: WatchFolder, watchlist: Watchlist, request: RunRequest, *, observe: Observer
) -> RunSummary:
    """One run of the desk."""
    with opened_desk(folder, watchlist, environ=request.environ) as session:
        return session.cycle(request, observe=observe)


def run_whole(
    folder: WatchFolder, watchlist: Watchlist, request: RunRequest, *, observe: Observer
) -> RunSummary:
    """One run that does everything; raises ArchiveError in the folder of a worker, or of a desk."""
    refuse_worker(folder)
    if watchlist.index.backend == "elasticsearch":  # an index moved back to this machine has no workers
        refuse_desk(folder)
    return run_cycle(folder, watchlist, request, observe=observe)


def run_alone(
    folder: WatchFolder, watchlist: Watchlist, request: RunRequest, *, observe: Observer
) -> RunSummary:
    """One run that does everything, in a folder that is a desk's no more."""
    refuse_worker(folder)
    if is_desk(folder):
        with hold_lock(folder.run_lock), Archive.open(folder.archive) as archive:
            archive.replay.end()
    return run_cycle(folder, watchlist, request, observe=observe)
