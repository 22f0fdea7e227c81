"""How much more often something happens in one time than in another, with what chance alone may do. Pure.

The ratio of two rates is exact, given the sum of both counts (Clopper and Pearson's bounds of the
first one's part of it, 95 %). Days vary more than chance: people talk in waves. Both counts are
therefore divided by the scatter of the days they are compared with, which widens the interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

from search.insights.intervals import Interval
from search.insights.small_counts import incomplete_beta

TAIL = 0.025
STEPS = 60
"""Halvings in search of a bound: more than a number can show."""


def scatter_of(counts: Sequence[int]) -> float:
    """How much more days vary than chance alone (Pearson's statistic, by degree of freedom); at least 1."""
    if len(counts) < 2 or not sum(counts):
        return 1.0
    mean = fmean(counts)
    return max(1.0, sum((each - mean) ** 2 for each in counts) / mean / (len(counts) - 1))


def ratio_interval(
    events: int, exposure: float, *, base: int, base_exposure: float, scatter: float = 1.0
) -> Interval:
    """Where the ratio of the rates events / exposure and base / base_exposure may lie."""
    if exposure <= 0 or base_exposure <= 0:
        return Interval(low=0.0, high=math.inf)
    hits, others = events / scatter, base / scatter
    low = _beta_quantile(TAIL, hits, others + 1) if events else 0.0
    high = _beta_quantile(1 - TAIL, hits + 1, others) if base else 1.0
    scale = base_exposure / exposure
    return Interval(low=_odds(low) * scale, high=_odds(high) * scale)


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1.0 else math.inf


def _beta_quantile(chance: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if incomplete_beta(a, b, middle) < chance:
            low = middle
        else:
            high = middle
    return (low + high) / 2
