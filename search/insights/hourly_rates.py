"""What an hour of the week usually holds, learnt from eight weeks of hours. Pure.

A count in a window of hours is expected at `level × profile`:
- the level is events per covered hour, with a gamma prior; of the eight weeks and of the last one
  the greater is taken, so that growth is no burst;
- the profile says how much the hours of the week differ, drawn towards 1 where little was seen;
- around that mean, counts scatter as the same windows scattered before (negative binomial), wider
  than chance alone.
Days that were themselves bursts are left out, so that one crisis hides no later one. Hours not
covered count for nothing, neither as events nor as time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from search.insights.small_counts import count_tail

HOUR = timedelta(hours=1)
DAY_HOURS = 24
WEEK_HOURS = 168
PAST_HOURS = 8 * WEEK_HOURS
PRIOR_LEVEL = 1 / 48
"""Before anything is known: one event in two days..."""
PRIOR_HOURS = 72.0
"""...believed as if seen for three days."""
PROFILE_WEIGHT = 6.0
"""Events' worth of belief that an hour is like the others of its day, and a day like the others."""
PRIOR_SCATTER = 0.5
"""Squared variation of a level from window to window before anything is known."""
SCATTER_WEIGHT = 8.0
LEAST_SCATTER = 0.03
CAP = 5.0
"""Deviations above the mean at which past windows are capped."""
USUAL_DAYS = 0.85
"""Share of the days, the calmest ones, that say what a usual day is."""
BURST = 4.0
BURST_FLOOR = 2.0
"""A day is a burst when it holds this many deviations, and events, more than a usual one."""
Counts = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a window of hours usually holds: a negative binomial."""

    mean: float
    shape: float

    def tail(self, events: int) -> float:
        """Chance of at least so many events on usual days."""
        return count_tail(events, mean=self.mean, shape=self.shape)


def hours_of_week(since: datetime, hours: int, *, timezone: str) -> Counts:
    """The local hour of the week, 0 being Monday's first, of each of the hours from `since`."""
    zone = ZoneInfo(timezone)
    local = (((since + number * HOUR).astimezone(zone)) for number in range(hours))
    return np.array([each.weekday() * DAY_HOURS + each.hour for each in local], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HourlyPast:
    """Counts by hour, oldest first, with each one's hour of the week and whether it was covered."""

    counts: Counts
    slots: Counts
    covered: Counts

    def before(self, stop: int) -> HourlyPast:
        """At most eight weeks of it, up to the hour `stop` (exclusive)."""
        part = slice(max(0, stop - PAST_HOURS), stop)
        return HourlyPast(counts=self.counts[part], slots=self.slots[part], covered=self.covered[part])

    def usual_hours(self) -> Counts:
        """Which hours are covered and no part of a day that was itself a burst."""
        width = min(DAY_HOURS, len(self.counts))
        days = _windows(self.counts * self.covered, width)
        calm = np.sort(days)[: max(1, round(len(days) * USUAL_DAYS))].mean()
        most = calm + BURST * np.sqrt(calm + PRIOR_SCATTER * calm**2) + BURST_FLOOR
        skipped = len(self.counts) - len(days) * width
        is_burst = np.concatenate([np.zeros(skipped, bool), np.repeat(days > most, width)])
        return np.asarray(self.covered & ~is_burst)

    def only(self, hours: Counts) -> HourlyPast:
        """The same with only those hours known."""
        return HourlyPast(counts=self.counts, slots=self.slots, covered=hours)

    @property
    def covered_days(self) -> float:
        """How much time is known."""
        return float(self.covered.sum()) / DAY_HOURS


def learn_profile(past: HourlyPast) -> Counts:
    """How much more (or less) than the mean each of the 168 hours of the week holds."""
    counts, hours = _by_slot(past)
    level = max(float(counts.sum()), PROFILE_WEIGHT) / max(float(hours.sum()), 1.0)
    day = _ratio(counts.reshape(7, 24).sum(0), hours.reshape(7, 24).sum(0) * level, 1.0)
    week = _ratio(counts.reshape(7, 24).sum(1), hours.reshape(7, 24).sum(1) * level, 1.0)
    product = (week[:, None] * day[None, :]).reshape(-1)
    profile = _ratio(counts, hours * level, product)
    return np.asarray(profile / max(profile.mean(), 1e-9))


def _by_slot(past: HourlyPast) -> tuple[Counts, Counts]:
    slots = past.slots[past.covered]
    counts = np.bincount(slots, weights=past.counts[past.covered], minlength=WEEK_HOURS)
    return counts, np.bincount(slots, minlength=WEEK_HOURS).astype(float)


def _ratio(counts: Counts, expected: Counts, belief: Counts | float) -> Counts:
    return np.asarray((counts + PROFILE_WEIGHT * belief) / (expected + PROFILE_WEIGHT))


def expect(past: HourlyPast, ahead: Counts, *, profile: Counts) -> Expectation:
    """What hours of the week `ahead`, one after the other, hold together."""
    shape = profile[past.slots] * past.covered
    level = _level(past, shape)
    width = len(ahead)
    sums, means = _windows(past.counts * past.covered, width), level * _windows(shape, width)
    whole = _windows(past.covered.astype(float), width) >= width - 0.5
    scatter = _scatter(sums[whole], means[whole])
    mean = level * float(profile[ahead].sum())
    known = 1.0 / max(float(shape.sum() * level), 1.0)  # how little the level itself is known
    return Expectation(mean=mean, shape=1.0 / (scatter + known))


def _level(past: HourlyPast, shape: Counts) -> float:
    """Events an hour of profile 1: the greater of eight weeks and of the last one."""
    eight = (past.counts @ past.covered + PRIOR_LEVEL * PRIOR_HOURS) / (shape.sum() + PRIOR_HOURS)
    week = slice(-WEEK_HOURS, None)
    one = past.counts[week] @ past.covered[week] + eight * PRIOR_HOURS
    return float(max(eight, one / (shape[week].sum() + PRIOR_HOURS)))


def _windows(values: Counts, width: int) -> Counts:
    """Sums of windows that follow one another, the last one ending at the end."""
    usable = len(values) // width * width
    return np.asarray(values[len(values) - usable :].reshape(-1, width).sum(axis=1), dtype=float)


def _scatter(sums: Counts, means: Counts) -> float:
    """Squared variation of the level beyond chance, with a prior; bursts are capped."""
    most = means + CAP * np.sqrt(means + PRIOR_SCATTER * means**2) + 1
    excess = float(((np.minimum(sums, most) - means) ** 2 - means).sum())
    weighed = float((means**2).sum())
    return max(LEAST_SCATTER, (excess + PRIOR_SCATTER * SCATTER_WEIGHT) / (weighed + SCATTER_WEIGHT))
