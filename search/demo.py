"""The main job on the demo web: history day by day, the last two days hour by hour, then the digest."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from search.books.ledger import Ledger
from search.folder import WatchFolder, opened_index
from search.press.printing import print_digest
from search.run import RunRequest, RunSession
from search.summary import RunSummary
from watchlists.demo.clock import Clock, day_start
from watchlists.demo.folder import write_demo_watch
from watchlists.demo.server import serve
from watchlists.demo.world import World
from watchlists.errors import WatchlistError
from watchlists.load import load_watchlist
from watchlists.messages import load_messages

HISTORY_DAYS = 38
LAST_DAYS = (39, 40)
DEMO_MARK = "pedaline.example"
"""A host only the demo's watchlist names."""

MORNING = timedelta(hours=8)
"""The digest's hour in the demo, after midnight of the last day in Paris."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """Where the demo's results are."""

    folder: WatchFolder
    now: datetime
    digest: Path
    cycles: int


def demo_moments() -> Iterator[datetime]:
    """When the demo reads: the end of each day of history, then every hour to the last morning."""
    yield from (day_start(day + 1) for day in range(1, HISTORY_DAYS + 1))
    moment, end = day_start(LAST_DAYS[0]) + timedelta(hours=1), demo_morning()
    while moment <= end:
        yield moment
        moment += timedelta(hours=1)


def demo_morning() -> datetime:
    """The morning the demo's digest is written for: the last day at eight."""
    return day_start(LAST_DAYS[-1]) + MORNING


def step_demo(
    clock: Clock,
    folder: WatchFolder,
    moments: Iterable[datetime],
    *,
    environ: Mapping[str, str],
    after: Callable[[RunSummary], None] = lambda _summary: None,
) -> int:
    """Read the demo web at each of the moments, in one session; how many cycles that made."""
    cycles = 0
    with RunSession(folder, load_watchlist(folder.watchlist), environ=environ) as session:
        for moment in moments:
            clock.now = moment
            after(session.cycle(RunRequest(now=moment, environ=environ)))
            cycles += 1
    return cycles


def run_demo(
    target: Path, *, language: str, environ: Mapping[str, str], tell: Callable[[RunSummary], None]
) -> DemoReport:
    """Make the demo watch in a folder, read 40 days, write the digest of the last morning."""
    folder = WatchFolder(root=target)
    make_room(folder)
    clock = Clock(now=day_start(1))
    with serve(World.load(), clock) as server:
        write_demo_watch(target, port=server.port, language=language)
        cycles = step_demo(clock, folder, demo_moments(), environ=environ, after=tell)
    digest = write_digest(folder, now=demo_morning(), environ=environ)
    return DemoReport(folder=folder, now=demo_morning(), digest=digest, cycles=cycles)


def make_room(folder: WatchFolder) -> None:
    """Drop an earlier demo's state; refuse a folder that holds a watch of somebody's own."""
    if folder.watchlist.exists() and DEMO_MARK not in folder.watchlist.read_text("utf-8"):
        raise WatchlistError(
            "{folder} already holds a watch.",
            why="The demo would overwrite its watchlist.toml.",
            remedy="Name another folder: veilleur demo FOLDER",
            folder=folder.root,
        )
    shutil.rmtree(folder.state, ignore_errors=True)


def write_digest(folder: WatchFolder, *, now: datetime, environ: Mapping[str, str]) -> Path:
    """Print the digest due at `now` into the ledger, and its page into the folder of digests."""
    watchlist = load_watchlist(folder.watchlist)
    with (
        Ledger.open(folder.ledger) as ledger,
        opened_index(folder, watchlist.index, environ=environ) as index,
    ):
        messages = load_messages(watchlist.language)
        printed = print_digest(index, watchlist, ledger, now=now, messages=messages)
    folder.digests.mkdir(parents=True, exist_ok=True)
    page = folder.digests / f"{printed.name}.html"
    page.write_bytes(printed.renderings["html"])
    return page
