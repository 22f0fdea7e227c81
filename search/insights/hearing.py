"""What was said of an organisation hour by hour over two months, as far as it was read."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np

from crawlers.items import Outcome
from search.index import Index
from search.insights.coverage import covered_times
from search.insights.grievances import concerning, speaking_badly, speaks_badly
from search.insights.hourly_rates import HOUR, PAST_HOURS, Counts, HourlyPast, hours_of_week
from search.window import between
from watchlists.query import And, Has, Or, Query, Range

GUARD_HOURS = 24
"""The last day is no part of its own past."""
CATCH_UP_HOURS = 48
"""How far back hours are judged that passed between two runs."""
HEARD_HOURS = PAST_HOURS + GUARD_HOURS + CATCH_UP_HOURS
ENOUGH = 0.75


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hearing:
    """Hours up to `end` for one organisation: everything said of it, and what speaks badly."""

    organisation: str
    end: datetime
    said: HourlyPast
    bad: HourlyPast

    def only(self, covered: Counts) -> Hearing:
        """The same with only those hours covered."""
        return replace(self, said=self.said.only(covered), bad=self.bad.only(covered))

    def time(self, hour: int) -> datetime:
        """When the hour of that number begins."""
        return self.end - (len(self.said.counts) - hour) * HOUR


@dataclass(kw_only=True, eq=False)
class Hours:
    """The hours looked at, the same for every organisation: their hour of the week, and what was read."""

    index: Index
    end: datetime
    slots: Counts
    has_tone: bool
    """Whether any text bears a tone or an intent."""

    @cached_property
    def covered(self) -> Counts:
        """Whether each hour was read; worked out when first asked, for a calm check never asks."""
        until = self.end + timedelta(seconds=1)
        outcomes = self.index.outcomes(since=self.start, until=until)
        return cover_hours(outcomes, start=self.start, hours=len(self.slots))

    @property
    def start(self) -> datetime:
        """When the first hour begins."""
        return self.end - len(self.slots) * HOUR


def read_hours(index: Index, *, end: datetime, timezone: str) -> Hours:
    """The hours before `end`."""
    start = end - HEARD_HOURS * HOUR
    return Hours(
        index=index,
        end=end,
        slots=hours_of_week(start, HEARD_HOURS, timezone=timezone),
        has_tone=index.count(Or((Has("tone"), Has("intent")))) > 0,
    )


def cover_hours(outcomes: tuple[Outcome, ...], *, start: datetime, hours: int) -> Counts:
    """Whether three quarters of the sources read before and after an hour account for it."""
    by_source: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_source[outcome.source].append(outcome)
    read, alive = np.zeros(hours), np.zeros(hours)
    for each in by_source.values():
        spans = [((since - start) / HOUR, (until - start) / HOUR) for since, until in covered_times(each)]
        for since, until in spans:
            read += _fill(since, until, hours)
        if spans:
            alive += _fill(spans[0][0], spans[-1][1], hours)
    return np.asarray((alive > 0) & (read >= ENOUGH * np.maximum(alive, 1e-9)))


def _fill(since: float, until: float, hours: int) -> Counts:
    """How much of each hour lies between two times, in hours."""
    begins = np.arange(hours, dtype=float)
    return np.asarray(np.clip(np.minimum(begins + 1, until) - np.maximum(begins, since), 0.0, 1.0))


def known_at(now: datetime) -> Range:
    """Read by then; what a run reads bears the run's own time, and is known to it."""
    return between("first_seen", None, now + timedelta(microseconds=1))


def listen(organisation: str, hours: Hours) -> Hearing:
    """What was said of the organisation in each hour, as read by their end; all taken as covered."""
    index, known = hours.index, known_at(hours.end)
    said = _count(index, And((concerning(organisation), known)), hours)
    if hours.has_tone:
        bad = _count(index, And((speaking_badly(organisation), known)), hours)
    else:
        bad = _read(index, And((concerning(organisation), known)), organisation, hours)
    covered = np.ones(len(bad), bool)
    past = [HourlyPast(counts=each, slots=hours.slots, covered=covered) for each in (said, bad)]
    return Hearing(organisation=organisation, end=hours.end, said=past[0], bad=past[1])


def _count(index: Index, query: Query, hours: Hours) -> Counts:
    buckets = index.timeline(query, "published", interval="hour", since=hours.start, until=hours.end)
    return np.array([bucket.count for bucket in buckets], dtype=float)


def _read(index: Index, query: Query, organisation: str, hours: Hours) -> Counts:
    """Counts of texts that speak badly by their words, where no tone was given to any."""
    found = index.scan(And((query, between("published", hours.start, hours.end))))
    counts = Counter(
        int((each.published - hours.start) / HOUR) for each in found if speaks_badly(each, organisation)
    )
    return np.array([counts[hour] for hour in range(len(hours.slots))], dtype=float)
