"""The demo world stepped through its forty days: each planted truth, when it was told, and what else was.

python benchmarks/demo_truths.py [--by-hour]      (by the hour: 960 readings; else by the day until day 38)
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, time, timedelta
from pathlib import Path

from search.alerts import Change
from search.demo import HISTORY_DAYS, step_demo
from search.folder import WatchFolder, opened_index
from search.index import Index
from search.insights.coverage import read_coverage
from search.insights.places import find_places
from search.insights.rising import find_rising
from search.insights.scope import Scope, gather_news
from search.summary import RunSummary
from search.window import day_window
from watchlists.demo.clock import DAYS, TIMEZONE, Clock, day_of, day_start
from watchlists.demo.folder import write_demo_watch
from watchlists.demo.server import serve
from watchlists.demo.truth import Truth
from watchlists.demo.world import World
from watchlists.load import load_watchlist
from watchlists.model import Watchlist
from watchlists.query import And, Keyword

HOUR = timedelta(hours=1)
CRISIS_LATENCY = 2 * HOUR
AFTER_MIDNIGHT = time(0, 5)


def moments(*, by_hour: bool) -> Iterator[datetime]:
    """When the demo web is read, to the end of its last day."""
    first = 1 if by_hour else HISTORY_DAYS + 1
    if not by_hour:
        yield from (day_start(day + 1) for day in range(1, HISTORY_DAYS + 1))
    moment = day_start(first) + HOUR
    while moment <= day_start(DAYS + 1):
        yield moment
        moment += HOUR


def step(folder: WatchFolder, *, by_hour: bool) -> list[Change]:
    """Read everything, gathering what alerts told."""
    changes: list[Change] = []

    def gather(summary: RunSummary) -> None:
        changes.extend(summary.alerts)

    clock = Clock(now=day_start(1))
    with serve(World.load(), clock) as server:
        write_demo_watch(folder.root, port=server.port, language="fr")
        step_demo(clock, folder, moments(by_hour=by_hour), environ=os.environ, after=gather)
    return changes


def check_alerts(changes: list[Change], truth: Truth) -> bool:
    """The crisis within two hours and not before; nothing else."""
    crisis = truth.crisis
    told = [each for each in changes if each.state != "over"]
    for each in told:
        delay = each.told_at - crisis.starts
        print(f"{each.state}: {each.organisation}, {each.told_at:%d %b %H:%M} UTC, {delay} after it began")
    others = [each for each in told if each.organisation != crisis.organisation or each.told_at > crisis.over]
    is_in_time = bool(told) and crisis.starts <= told[0].told_at <= crisis.starts + CRISIS_LATENCY
    return is_in_time and not others


def check_days(index: Index, watchlist: Watchlist, truth: Truth) -> bool:
    """The rising subject, the new place and the dead source, each on its day and on no other."""
    terms = {term for _, term in truth.rising.terms}
    rising, places, silent = [], [], []
    for day in range(2, DAYS + 1):
        date = (day_start(day) + 26 * HOUR).astimezone(TIMEZONE).date()
        window = day_window(date, hour=AFTER_MIDNIGHT, timezone=watchlist.timezone)
        scope = Scope(index=index, watchlist=watchlist, window=window)
        news = gather_news(scope).worth_telling
        rising += [day for each in find_rising(scope, news) or () if each.term.value in terms]
        places += [(day, each.domain) for each in find_places(scope, news)]
        troubled = read_coverage(scope).of_state("silent")
        silent += [(day, each.source.id) for each in troubled if each.is_new_trouble]
    print(f"rising on days {sorted(set(rising))}, planted on {truth.rising.day}")
    print(f"new places {places}, planted {truth.platform.domain} on {truth.platform.day}")
    print(f"fell silent {silent}, planted {truth.silence.place} on {day_of(truth.silence.two_weeks)}")
    return (
        set(rising) == {truth.rising.day}
        and places == [(truth.platform.day, truth.platform.domain)]
        and silent == [(day_of(truth.silence.two_weeks), truth.silence.place)]
    )


def check_replies(index: Index, truth: Truth) -> bool:
    """How long each thread waited for anybody's first reply, and for the team's, to the minute."""
    wrong = []
    for planted in truth.replies:
        openings = index.scan(And((Keyword("source", planted.place), Keyword("opening", "true"))))
        opening = next((each for each in openings if each.url.endswith(f"/{planted.thread}")), None)
        measures = opening.measures if opening else None
        found = measures and (measures.first_reply_minutes, measures.first_staff_reply_minutes)
        if found != (planted.first, planted.staff):
            wrong.append((planted, found))
    print(
        f"response times of {len(truth.replies) - len(wrong)} of {len(truth.replies)} threads to the minute"
    )
    for planted, found in wrong:
        print(f"  {planted}: found {found}")
    return not wrong


def main() -> None:
    """Step the demo and say whether all truths were found, and nothing else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--by-hour", action="store_true")
    parser.add_argument(
        "--folder", type=Path, help="A demo watch already stepped: only its days are looked at."
    )
    options = parser.parse_args()
    truth = Truth.load()
    with ExitStack() as stack:
        root = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = WatchFolder(root=root)
        is_told = options.folder is not None or check_alerts(step(folder, by_hour=options.by_hour), truth)
        watchlist = load_watchlist(folder.watchlist)
        index = stack.enter_context(opened_index(folder, watchlist.index, environ=os.environ))
        is_seen = check_days(index, watchlist, truth)
        is_timed = check_replies(index, truth)
    print("alerts as planted" if is_told else "ALERTS NOT AS PLANTED")
    print("days as planted" if is_seen else "DAYS NOT AS PLANTED")
    print("response times as planted" if is_timed else "RESPONSE TIMES NOT AS PLANTED")
    sys.exit(0 if is_told and is_seen and is_timed else 1)


if __name__ == "__main__":
    main()
