"""How long people wait, some of them still (Kaplan-Meier): the median, and who is served in time. Pure.

A wait that still goes on says only that it is longer than that; leaving it out would make slow
places look fast. Intervals are Wilson's, with the number of waits that Greenwood's variance is
worth (Rothman's method), so that they stay within 0 and 1 where all or none were served.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from search.insights.intervals import Interval, share_interval

CLOSE = 1e-12
Wait = tuple[float, bool]
"""Minutes waited, and whether an answer ended it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From `minutes` on, `share` of all still wait."""

    minutes: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value and its 95 % interval; `high` is None where it is not known how far it reaches."""

    value: float
    low: float
    high: float | None


def survival(waits: Sequence[Wait]) -> tuple[Step, ...]:
    """The curve of those who still wait, a step for each length at which somebody was served."""
    return tuple(_steps(waits))


def _steps(waits: Sequence[Wait]) -> Iterator[Step]:
    at_risk, share, greenwood = len(waits), 1.0, 0.0
    for minutes, group in groupby(sorted(waits), key=lambda wait: wait[0]):
        ended = [has_ended for _, has_ended in group]
        served = sum(ended)
        if served:
            share *= 1 - served / at_risk
            left = at_risk - served
            greenwood += served / (at_risk * left) if left else 0.0
            interval = _interval(share, share * share * greenwood, len(waits))
            yield Step(minutes=minutes, share=share, low=interval.low, high=interval.high)
        at_risk -= len(ended)


def _interval(share: float, variance: float, number: int) -> Interval:
    effective = share * (1 - share) / variance if variance > 0 else float(number)
    return share_interval(share * effective, effective)


def median_wait(waits: Sequence[Wait]) -> float | None:
    """The time within which half are served; None while fewer than half are."""
    return next((step.minutes for step in survival(waits) if step.share <= 0.5 + CLOSE), None)


def estimate_median(waits: Sequence[Wait]) -> Estimate | None:
    """The median wait, and the times at which the curve's interval holds one half (Brookmeyer, Crowley)."""
    steps, value = survival(waits), median_wait(waits)
    if value is None:
        return None
    low = next(step.minutes for step in steps if step.low <= 0.5 + CLOSE)
    high = next((step.minutes for step in steps if step.high < 0.5 - CLOSE), None)
    return Estimate(value=value, low=low, high=high)


def estimate_served(waits: Sequence[Wait], within: float) -> Estimate | None:
    """The share served within so many minutes; None without waits."""
    if not waits:
        return None
    last = next((step for step in reversed(survival(waits)) if step.minutes <= within + CLOSE), None)
    if last is None:
        none = share_interval(0, len(waits))
        return Estimate(value=0.0, low=none.low, high=none.high)
    return Estimate(value=1 - last.share, low=1 - last.high, high=1 - last.low)
