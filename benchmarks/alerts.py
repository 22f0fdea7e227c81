"""Bad buzz alerts in simulated worlds: recall, precision, lead time; and the time one check takes.

python benchmarks/alerts.py [--worlds 20] [--first 0]
python benchmarks/alerts.py --documents 100000      (the time of one check over a generated index)
"""

from __future__ import annotations

import argparse
import tempfile
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from digest import fill, make_watchlist
from index import NOW
from worlds.world import HOURS, PAST_DAYS, START, BrandHistory, World, make_world, moment

from pipelines.document import Community, Document, Mention, Tone
from search.alerts import Change, Vigil, follow, watch_over
from search.backends import open_index
from search.insights.hearing import HEARD_HOURS, Hearing
from search.insights.hourly_rates import HourlyPast, hours_of_week
from watchlists.model import Alerts, IndexSettings

TONES: dict[int, Tone] = {-1: "negative", 0: "neutral", 1: "positive"}
BEFORE, AFTER = timedelta(hours=1), timedelta(hours=24)
"""An alert from an hour before a plant to a day after it is about it."""
FLOORS = Alerts()
CHECK_GOAL = 1.0


class Listener:
    """One brand's history as an index would tell it at any hour."""

    def __init__(self, world: World, history: BrandHistory) -> None:
        self._history, said = history, history.mentions
        self._documents: dict[int, Document] = {}
        self._times = said.at
        counted = ~said.is_copy
        self._said = count_hours(said.at[counted])
        self._bad = count_hours(said.at[counted & (said.tone < 0)])
        self._slots = hours_of_week(START, HOURS, timezone="Europe/Paris")
        self._covered = world.covered

    def hear(self, hour: int) -> Hearing:
        """What is known at the end of an hour."""
        part = slice(max(0, hour - HEARD_HOURS), hour)
        said, bad = (
            HourlyPast(counts=each[part], slots=self._slots[part], covered=self._covered[part])
            for each in (self._said, self._bad)
        )
        return Hearing(organisation=self._history.brand.id, end=moment(hour * 3600), said=said, bad=bad)

    def read(self, since: datetime, until: datetime, *, known: datetime) -> Sequence[Document]:
        """Documents published between two times and read by a third."""
        low, high, seen = ((each - START).total_seconds() for each in (since, until, known))
        numbers = range(bisect_left(self._times, low), bisect_left(self._times, high))
        return [self._document(each) for each in numbers if self._history.mentions.seen[each] <= seen]

    def _document(self, number: int) -> Document:
        if number not in self._documents:
            self._documents[number] = make_document(self._history, number)
        return self._documents[number]


def count_hours(at: np.ndarray) -> np.ndarray:
    """How many of these times lie in each hour of a world."""
    counts = np.bincount((at // 3600).astype(int), minlength=HOURS)[:HOURS]
    return np.asarray(counts, dtype=float)


def make_document(history: BrandHistory, number: int) -> Document:
    """The document of one mention."""
    said, id = history.mentions, history.brand.id
    source = f"source-{said.source[number]}"
    tone = TONES[int(said.tone[number])]
    return Document(
        id=f"{id}-{number}",
        kind="post",
        url=f"https://{source}.example/{number}",
        title="",
        text="",
        sources=(source,),
        community=Community(source=source),
        published=moment(said.at[number]),
        first_seen=moment(said.seen[number]),
        is_backfill=bool(said.is_backfill[number]),
        author=f"author-{said.author[number]}" if said.author[number] >= 0 else "",
        mentions=(Mention(organisation=id, surface=id, start=0, rule="name", tone=tone),),
        tone=tone,
        intent="other",
        is_copy=bool(said.is_copy[number]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one brand's quarter gave."""

    brand: str
    found: tuple[tuple[timedelta, timedelta], ...]
    """For each crisis alerted: time since it began, and time left until half of it was said."""
    missed: int
    false: int
    blame: tuple[str, ...]
    """What false alerts were about."""


def play(world: World, history: BrandHistory) -> Score:
    """Check a brand every hour of its quarter."""
    listener, vigil, changes = Listener(world, history), Vigil(organisation=history.brand.id), list[Change]()
    for hour in range(PAST_DAYS * 24, HOURS + 1):
        if hour < HOURS and not world.covered[hour]:
            continue  # nothing is run while nothing is read
        hearing = listener.hear(hour)
        known = hearing.end

        def recent(since: datetime, until: datetime, known: datetime = known) -> Sequence[Document]:
            return listener.read(since, until, known=known)

        vigil, told, _ = follow(hearing, vigil, recent=recent, floors=FLOORS)
        changes += told
    return judge_changes(history, [each for each in changes if each.state != "over"])


def judge_changes(history: BrandHistory, changes: Sequence[Change]) -> Score:
    """Alerts against plants; an alert that turns red within its plant is no second one."""
    found: dict[float, tuple[timedelta, timedelta]] = {}
    blame: list[str] = []
    for change in changes:
        near = [
            each
            for each in history.plants
            if moment(each.start) - BEFORE <= change.told_at <= moment(each.end) + AFTER
        ]
        crisis = next((each for each in near if each.kind == "crisis"), None)
        if crisis is None:
            blame.append(near[0].kind if near else "nothing")
        elif crisis.start not in found:
            half = np.median(history.mentions.at[history.mentions.plant == history.plants.index(crisis)])
            found[crisis.start] = (change.told_at - moment(crisis.start), moment(half) - change.told_at)
    crises = sum(each.kind == "crisis" for each in history.plants)
    return Score(
        brand=history.brand.id,
        found=tuple(found.values()),
        missed=crises - len(found),
        false=len(blame),
        blame=tuple(blame),
    )


def report(name: str, scores: Sequence[Score]) -> None:
    """Recall, precision, lead time and false alerts of some brands, on one line."""
    found = [each for score in scores for each in score.found]
    crises = len(found) + sum(score.missed for score in scores)
    false = sum(score.false for score in scores)
    print(
        f"{name}: recall {len(found)}/{crises} = {len(found) / max(crises, 1):.2f} (goal 0.90), "
        f"precision {len(found) / max(len(found) + false, 1):.2f}, "
        f"false alerts {false / len(scores):.3f} per brand and quarter (goal 1), "
        f"worst brand {max(score.false for score in scores)}"
    )
    if found:
        delays = [each[0] / timedelta(hours=1) for each in found]
        leads = [each[1] / timedelta(hours=1) for each in found]
        print(
            f"  told {median(delays):.1f} h after the first text (nine in ten within "
            f"{float(np.quantile(delays, 0.9)):.1f} h), {median(leads):.1f} h before half of it was said"
        )
    print(f"  false ones are about: {dict(Counter(each for score in scores for each in score.blame))}")


def time_check(number: int) -> None:
    """Seconds of one check over generated documents, the best of three, first and later ones alike."""
    with tempfile.TemporaryDirectory() as folder:
        path, watchlist = Path(folder) / "index", make_watchlist()
        with closing(open_index(IndexSettings(), folder=path, environ={})) as index:
            fill(index, number)
        seconds = []
        for _ in range(3):
            with closing(open_index(IndexSettings(), folder=path, readonly=True, environ={})) as index:
                begun = perf_counter()
                checked = watch_over(index, watchlist, now=NOW)
                seconds.append(perf_counter() - begun)
    print(
        f"alerts check over {number} documents, {len(checked.vigils)} organisations: "
        f"{min(seconds):.2f} s (goal {CHECK_GOAL:.1f}), at most {max(seconds):.2f} s"
    )


def main() -> None:
    """Play the worlds and print the figures, or time one check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--documents", type=int, default=0)
    options = parser.parse_args()
    if options.documents:
        time_check(options.documents)
        return
    scores: list[Score] = []
    for seed in range(options.first, options.first + options.worlds):
        world = make_world(seed)
        scores += [play(world, history) for history in world.brands]
    report("all brands", scores)
    report("small brands", [each for each in scores if each.brand != "large"])
    report("large brands", [each for each in scores if each.brand == "large"])


if __name__ == "__main__":
    main()
