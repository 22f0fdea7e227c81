"""One run in the role its options name: all of the watch, a worker's share, or the desk."""

from __future__ import annotations

from search.cluster.desk import opened_desk
from search.cluster.workers import Worker, opened_worker
from search.folder import WatchFolder, refuse_worker
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
    """One run that does everything; raises ArchiveError in a worker's folder."""
    refuse_worker(folder)
    return run_cycle(folder, watchlist, request, observe=observe)
