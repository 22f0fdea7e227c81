"""The demo web read by one process, or by several workers and a desk: what comes of it, to be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Self

from crawlers.archive import Archive
from crawlers.archive.states import AccountSeen
from crawlers.items import Outcome
from crawlers.pseudonyms import load_key
from crawlers.shards import Shard
from pipelines.document import Document
from search.backends.elasticsearch_parts_storage import remove_parts
from search.cluster.desk import DeskSession, opened_desk
from search.cluster.workers import Worker, WorkerSession, opened_worker
from search.folder import WatchFolder, opened_index
from search.run import RunRequest, RunSession
from search.summary import RunSummary
from tests.elasticsearch_server import fresh_settings
from watchlists.demo.clock import Clock, day_start
from watchlists.demo.folder import write_demo_watch
from watchlists.demo.server import serve
from watchlists.demo.world import World
from watchlists.load import load_watchlist
from watchlists.model import IndexSettings, Watchlist
from watchlists.query import Everything

KEY = bytes(range(32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that an index holds."""

    documents: dict[str, Document]
    outcomes: tuple[Outcome, ...]
    accounts: tuple[AccountSeen, ...]
    """What the archive beside it knows of organisations on other networks."""


@dataclass(slots=True)
class DemoWeb:
    """The demo web, served, and the watches that read it."""

    root: Path
    clock: Clock
    port: int
    settings: list[IndexSettings] = field(default_factory=list)

    def watch(self, name: str, settings: IndexSettings | None = None) -> WatchFolder:
        """A new watch of the demo web, with the key all of them share."""
        folder = WatchFolder(root=self.root / name)
        write_demo_watch(folder.root, port=self.port, language="fr")
        if settings is not None:
            told = (
                f'\n[index]\nbackend = "elasticsearch"\nurl = "{settings.url}"\nalias = "{settings.alias}"\n'
            )
            folder.watchlist.write_text(folder.watchlist.read_text("utf-8") + told, "utf-8")
        folder.state.mkdir(mode=0o700)
        (folder.state / "key").write_bytes(KEY)
        assert load_key(folder.state) == KEY
        return folder


@contextmanager
def demo_web(root: Path) -> Iterator[DemoWeb]:
    """The demo web on a free port of this machine."""
    clock = Clock(now=day_start(1))
    with serve(World.load(), clock) as server:
        yield DemoWeb(root, clock, server.port)


def read_alone(web: DemoWeb, moments: Iterable[datetime], name: str = "alone") -> Seen:
    """What one process makes of it."""
    folder = web.watch(name)
    watchlist = load_watchlist(folder.watchlist)
    with RunSession(folder, watchlist, environ={}) as session:
        for moment in moments:
            web.clock.now = moment
            session.cycle(RunRequest(now=moment))
    return look(folder, watchlist)


class Team:
    """Some workers and their desk, over one alias."""

    def __init__(self, web: DemoWeb, settings: IndexSettings, *, of: int, name: str = "") -> None:
        self.web, self.settings, self.name = web, settings, name or f"team{of}"
        self.desk = web.watch(f"{self.name}-desk", settings)
        self.watchlist = load_watchlist(self.desk.watchlist)
        self._stack = ExitStack()
        self.workers: dict[str, tuple[Worker, WorkerSession]] = {}
        self.desk_session: DeskSession | None = None
        self.share_out(of)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def share_out(self, of: int, *, generation: str = "") -> None:
        """Let the first `of` workers read a share each, in the folders they have or new ones."""
        self.close_sessions()
        for number in range(1, of + 1):
            self.hire(f"{self.name}-{generation}{number}", Shard(number=number, of=of))

    def close_sessions(self) -> None:
        """End every session, workers' and desk's."""
        self._stack.close()
        self.workers, self.desk_session = {}, None

    def lose_desk(self) -> None:
        """The desk's files are gone, but for the key and the ledger."""
        if self.desk_session is not None:
            self.share_out(len(self.workers))
        for path in self.desk.state.iterdir():
            if path.name.startswith(("archive.db", "understood.db")):
                path.unlink()

    def hire(self, name: str, shard: Shard) -> Worker:
        """One more worker, in the folder of that name."""
        folder = WatchFolder(root=self.web.root / name)
        if not folder.root.exists():
            folder = self.web.watch(name, self.settings)
        worker = Worker(
            folder=folder,
            watchlist=load_watchlist(folder.watchlist),
            shard=shard,
            host=name,
            environ={},
        )
        self.workers[name] = (worker, self._stack.enter_context(opened_worker(worker)))
        return worker

    def work(self, moment: datetime, names: Sequence[str] = ()) -> list[RunSummary]:
        """A run of each worker, in an order of its own."""
        self.web.clock.now = moment
        chosen = list(names or self.workers)
        Random(moment.isoformat()).shuffle(chosen)
        return [self.workers[name][1].cycle(RunRequest(now=moment)) for name in chosen]

    def gather(self, moment: datetime) -> RunSummary:
        """A run of the desk."""
        if self.desk_session is None:
            session = opened_desk(self.desk, self.watchlist, environ={})
            self.desk_session = self._stack.enter_context(session)
        return self.desk_session.cycle(RunRequest(now=moment))

    def look(self) -> Seen:
        """What the common index holds."""
        return look(self.desk, self.watchlist)


@contextmanager
def team_of(web: DemoWeb, count: int, name: str = "") -> Iterator[Team]:
    """A team over indices of its own, which go with it."""
    with fresh_settings() as settings:
        try:
            with Team(web, settings, of=count, name=name) as team:
                yield team
        finally:
            remove_parts(settings, environ={})


def look(folder: WatchFolder, watchlist: Watchlist) -> Seen:
    """What the index of a watch holds."""
    with (
        opened_index(folder, watchlist.index, environ={}) as index,
        Archive.open(folder.archive, readonly=True) as archive,
    ):
        documents = {document.id: document for document in index.scan(Everything())}
        span = (day_start(1) - timedelta(days=400), day_start(60))
        outcomes = index.outcomes(since=span[0], until=span[1])
        return Seen(documents=documents, outcomes=outcomes, accounts=archive.accounts())
