"""The desk: takes in what workers told, relates documents to each other, keeps the index and the ledger.

Where any other run has a crawl child, a desk has the workers' parts: told to its own archive in the order of
their time, they make it what it would be had it read all sources itself. The rest is a run like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawlers.archive import Archive
from crawlers.locks import hold_lock
from crawlers.run import CrawlJob, Event
from search.cluster.hello import Hello, remark_on
from search.cluster.parts import REMEMBERED, ClusterMemo, Opened, Parts, opened_parts
from search.cluster.workers import longest_kept, need_cluster
from search.folder import WatchFolder, refuse_worker
from search.role import Role
from search.run import Observer, RunRequest, RunSession, ignore
from search.summary import Remark, RunSummary
from watchlists.model import Watchlist

TIDIED = timedelta(days=1)
"""How often what is old leaves the cluster."""


@dataclass(slots=True, kw_only=True)
class Pull:
    """The workers' parts, as search.role.Crawl."""

    folder: WatchFolder
    watchlist: Watchlist
    environ: Mapping[str, str]
    received: int = field(default=0, init=False)
    broken: int = field(default=0, init=False)
    """Parts that this watch did not write."""
    hellos: tuple[Hello, ...] = field(default=(), init=False)
    now: datetime = field(init=False)
    _is_stopped: bool = field(default=False, init=False)
    _tidied: datetime | None = field(default=None, init=False)

    def start(self, job: CrawlJob) -> Pull:
        """Itself, with its first job."""
        self.send(job)
        return self

    def send(self, job: CrawlJob, /) -> None:
        """Give the next job; which sources are read is the workers' affair."""
        self.now, self._is_stopped = job.now, False

    def events(self) -> Iterator[Event]:
        """Take in what is new; yields each outcome."""
        if self._is_stopped:
            return
        self.received = self.broken = 0
        with (
            opened_parts(self.folder, self.watchlist, self.environ) as parts,
            hold_lock(self.folder.archive.with_name("archive.lock")),
            Archive.open(self.folder.archive) as archive,
        ):
            self.hellos = parts.hellos()
            for opened in parts.since(archive.replay.cursors(), self.hellos):
                if self._take(archive, opened) and opened.entry and opened.entry.outcome:
                    yield opened.entry.outcome
            archive.replay.conclude({each.worker: each.until for each in self.hellos})
            self._tidy(parts)

    def stop(self) -> None:
        """What was taken in stays; the rest is there for the next run."""
        self._is_stopped = True

    def wait(self) -> int:
        """Nothing is left running."""
        return 0

    def remarks(self) -> tuple[Remark, ...]:
        """What came from whom, and what is wrong with the workers."""
        values = (("received", str(self.received)), ("workers", str(len(self.hellos))))
        told = Remark(text="Told by workers: {received} entries; workers known: {workers}.", values=values)
        text = "{count} parts in the cluster were not written by this watch, and are left out."
        foreign = (Remark(text=text, values=(("count", str(self.broken)),)),) if self.broken else ()
        return (told, *foreign, *remark_on(self.hellos, watchlist=self.watchlist, now=self.now))

    def _take(self, archive: Archive, opened: Opened) -> bool:
        if opened.entry is None:
            self.broken += 1
            return False
        is_new = archive.replay.play(opened.worker, opened.seq, opened.entry)
        self.received += is_new
        return is_new

    def _tidy(self, parts: Parts) -> None:
        if self._tidied is None or self.now - self._tidied >= TIDIED:
            parts.index.expire(before=self.now - longest_kept(self.watchlist))
            parts.index.expire_memories(before=self.now - REMEMBERED)
            self._tidied = self.now


class DeskSession:
    """Runs of a desk, one after the other; see search.run.RunSession."""

    def __init__(self, session: RunSession, memo: ClusterMemo) -> None:
        self._session, self._memo = session, memo

    def cycle(self, request: RunRequest, *, observe: Observer = ignore) -> RunSummary:
        """One run at `request.now`."""
        self._memo.begin(request.now)
        return self._session.cycle(request, observe=observe)


@contextmanager
def opened_desk(
    folder: WatchFolder, watchlist: Watchlist, *, environ: Mapping[str, str]
) -> Iterator[DeskSession]:
    """A session of the desk; raises VeilleurError where the folder or the settings do not allow it."""
    need_cluster(watchlist)
    refuse_worker(folder)
    memo = ClusterMemo(folder, watchlist, environ=environ, keeps=False)
    pull = Pull(folder=folder, watchlist=watchlist, environ=environ)
    role = Role(start=pull.start, memo=memo, remarks=pull.remarks)
    try:
        with RunSession(folder, watchlist, environ=environ, role=role) as session:
            with Archive.open(folder.archive) as archive:
                archive.replay.begin()
            yield DeskSession(session, memo)
    finally:
        memo.close()
