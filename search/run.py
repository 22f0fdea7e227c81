"""One cycle of the watch: crawl in a child, understand and index what arrives, settle, sum up.

The child is spawned before any language model loads, so that language work hides behind network
waits. Whatever is interrupted, the next cycle finds it by comparison and catches up.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self

from crawlers.archive import Archive
from crawlers.items import Outcome
from crawlers.locks import hold_lock
from crawlers.pseudonyms import load_key
from crawlers.run import CrawlJob, Landed, Progress
from pipelines.sharing import Sharing
from pipelines.store import batched
from pipelines.understand import Understanding
from search.alert_book import alert
from search.alerts import Change
from search.deliver.dispatch import dispatch
from search.deliver.outbox import Delivery
from search.folder import WatchFolder, opened_index
from search.probing import probe_places
from search.retention import expire_items
from search.role import Crawl, Role
from search.summary import RunSummary, find_newly_failed
from search.sync import SyncReport, sync_documents, sync_outcomes
from watchlists.errors import CrawlBroken, IndexDamaged
from watchlists.model import Watchlist
from watchlists.query import Everything

logger = logging.getLogger(__name__)

UNDERSTAND_BATCH = 64
Observer = Callable[[Progress | Outcome], None]


def ignore(_event: Progress | Outcome) -> None:
    """The observer nobody looks through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What one cycle is asked to do."""

    now: datetime
    sources: tuple[str, ...] = ()
    """Ids of the sources to read; empty reads all that are due."""
    force: bool = False
    """Read sources that are not due, too."""
    environ: Mapping[str, str] = field(default_factory=dict)


def run_cycle(
    folder: WatchFolder,
    watchlist: Watchlist,
    request: RunRequest,
    *,
    role: Role | None = None,
    observe: Observer = ignore,
) -> RunSummary:
    """Do one whole cycle under the watch's run lock; raises LockHeld when another run has it."""
    with RunSession(folder, watchlist, environ=request.environ, role=role) as session:
        return session.cycle(request, observe=observe)


class RunSession:
    """Cycles one after the other under one lock, with one crawl child and models loaded once.

    A scheduled run is a session of one cycle; a simulated clock steps through many.
    """

    def __init__(
        self,
        folder: WatchFolder,
        watchlist: Watchlist,
        *,
        environ: Mapping[str, str],
        role: Role | None = None,
    ) -> None:
        self._folder, self._watchlist, self._environ = folder, watchlist, environ
        self._role = role or Role()
        self._stack = ExitStack()
        self._crawl: Crawl | None = None
        self._archive: Archive | None = None
        self._understanding: Understanding | None = None

    def __enter__(self) -> Self:
        self._folder.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as stack:
            stack.enter_context(hold_lock(self._folder.run_lock))
            Archive.open(self._folder.archive).close()  # the schema is there before anybody reads
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._crawl is not None:
            self._crawl.stop()  # nobody is left to understand what it would still read
        self._stack.close()

    def cycle(self, request: RunRequest, *, observe: Observer = ignore) -> RunSummary:
        """One cycle at `request.now`."""
        archive = self._open_archive()
        before = archive.last_outcomes()  # read before the child can add to them
        crawl = self._send(request)
        understanding = self._open_understanding(archive)
        tools = _Tools(archive=archive, understanding=understanding, role=self._role)
        cycle = _Cycle(self._folder, self._watchlist, request, tools)
        return cycle.run(crawl, before, observe)

    def _send(self, request: RunRequest) -> Crawl:
        job = CrawlJob(
            watchlist=self._folder.watchlist,
            archive=self._folder.archive,
            now=request.now,
            sources=request.sources,
            force=request.force,
        )
        if self._crawl is None:
            self._crawl = self._role.start(job)
            self._stack.callback(self._crawl.wait)
        else:
            self._crawl.send(job)
        return self._crawl

    def _open_archive(self) -> Archive:
        if self._archive is None:
            self._archive = self._stack.enter_context(
                closing(Archive.open(self._folder.archive, readonly=True))
            )
        return self._archive

    def _open_understanding(self, archive: Archive) -> Understanding:
        """What was understood, opened after the child was started."""
        if self._understanding is None:
            self._understanding = self._stack.enter_context(
                opened_understanding(self._folder, self._watchlist, archive, role=self._role)
            )
        return self._understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tools:
    """What a session keeps open between cycles."""

    archive: Archive
    understanding: Understanding
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """What came of a cycle after its reading."""

    report: SyncReport = field(default_factory=SyncReport)
    documents: int = 0
    alerts: tuple[Change, ...] = ()
    deliveries: tuple[Delivery, ...] = ()


class _Cycle:
    """The parent's half of a cycle, while the child crawls."""

    def __init__(self, folder: WatchFolder, watchlist: Watchlist, request: RunRequest, tools: _Tools) -> None:
        self._folder, self._watchlist, self._request = folder, watchlist, request
        self._archive, self._understanding, self._role = tools.archive, tools.understanding, tools.role
        self._outcomes: list[Outcome] = []
        self._notes: list[str] = []
        self._understood = 0
        self._broken: CrawlBroken | None = None

    def run(self, crawl: Crawl, before: Mapping[str, Outcome], observe: Observer) -> RunSummary:
        started = time.monotonic()
        was_stopped = self._follow(crawl, observe)
        ending = self._end()
        return RunSummary(
            outcomes=tuple(self._outcomes),
            newly_failed=find_newly_failed(self._outcomes, before),
            understood=self._understood,
            indexed=ending.report.put,
            refused=len(ending.report.refused),
            documents=ending.documents,
            seconds=time.monotonic() - started,
            was_stopped=was_stopped,
            notes=(*self._notes, *self._understanding.notes()),
            alerts=ending.alerts,
            deliveries=ending.deliveries,
            remarks=self._role.remarks(),
            is_share=self._role.finish is not None,
        )

    def _end(self) -> _Ending:
        """What follows the reading; raises CrawlBroken once all that had landed is safe."""
        if self._role.finish is not None:
            self._role.finish(self._understanding, self._request.now)
            self._check_whole()
            return _Ending()
        report, documents = self._index()
        self._check_whole()
        now, environ = self._request.now, self._request.environ
        alerts = alert(self._folder, self._watchlist, now=now, environ=environ)
        deliveries = dispatch(self._folder, self._watchlist, now=now, environ=environ)
        probe_places(self._folder, self._watchlist, now=now, environ=environ)
        return _Ending(report=report, documents=documents, alerts=alerts, deliveries=deliveries)

    def _check_whole(self) -> None:
        if self._broken is not None:
            raise self._broken

    def _follow(self, crawl: Crawl, observe: Observer) -> bool:
        """Understand what arrives until the child is done; True when Ctrl-C ended it early."""
        try:
            self._understand(self._understanding.pending())
            self._understand(self._arrivals(crawl, observe))
        except KeyboardInterrupt:
            crawl.stop()
            for _ in self._arrivals(crawl, observe):  # how each source ended; the child has a moment for that
                pass
            return True
        except CrawlBroken as error:
            self._broken = error
        self._understand(self._understanding.pending())
        return False

    def _arrivals(self, crawl: Crawl, observe: Observer) -> Iterator[str]:
        for event in crawl.events():
            if isinstance(event, Landed):
                yield from event.ids
            elif isinstance(event, Outcome):
                self._outcomes.append(event)
                observe(event)
            elif isinstance(event, Progress):
                observe(event)

    def _understand(self, ids: Iterable[str]) -> None:
        for batch in batched(ids, UNDERSTAND_BATCH):
            self._understood += sum(1 for _ in self._understanding.understand(batch, now=self._request.now))

    def _index(self) -> tuple[SyncReport, int]:
        expire_items(self._folder.archive, self._watchlist, now=self._request.now)
        for _ in self._understanding.settle(now=self._request.now):
            pass
        try:
            return self._sync()
        except IndexDamaged as damage:
            if self._watchlist.index.backend != "embedded":
                raise  # others may read it; reindex fills a new one beside it
            logger.warning("the index is damaged and is built anew: %s", damage)
        shutil.rmtree(self._folder.index, ignore_errors=True)
        self._notes.append("index_rebuilt")
        return self._sync()

    def _sync(self) -> tuple[SyncReport, int]:
        with opened_index(
            self._folder, self._watchlist.index, environ=self._request.environ, readonly=False
        ) as index:
            report = sync_documents(
                index, self._understanding, quarantine=self._folder.quarantine, now=self._request.now
            )
            sync_outcomes(index, self._archive, self._watchlist, now=self._request.now)
            index.commit()
            return report, index.count(Everything())


@contextmanager
def opened_understanding(
    folder: WatchFolder, watchlist: Watchlist, archive: Archive, *, role: Role | None = None
) -> Iterator[Understanding]:
    """understood.db over its archive, closed again whatever happens."""
    key = load_key(folder.state)
    if role is None or role.memo is None:
        understanding = Understanding.open(folder.understood, archive=archive, watchlist=watchlist, key=key)
    else:
        sharing = Sharing(memo=role.memo, tells_stories=role.tells_stories)
        understanding = sharing.open(folder.understood, archive=archive, watchlist=watchlist, key=key)
    try:
        yield understanding
    finally:
        understanding.close()
