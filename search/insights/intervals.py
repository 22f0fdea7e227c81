"""Intervals for shares, differences and medians of few things: 95 times in 100 they hold the truth. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959963984540054
"""The standard normal's 97.5th percentile: two sides, 95 %."""
Cells = tuple[int, int, int]
"""Positive, negative, and all."""
FEWEST = 5
"""The base below which no share is said, unless it names another floor."""
FEWEST_RANKS = 6
"""Below it even the smallest and the largest value hold the median less than 95 times in 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether the value lies in it."""
        return self.low <= value <= self.high


def share_interval(hits: float, base: float) -> Interval:
    """Wilson's score interval of a share; 0 to 1 where nothing was counted.

    Takes whole numbers, or the effective ones of a share that was estimated otherwise.
    """
    if base <= 0:
        return Interval(low=0.0, high=1.0)
    share, square = hits / base, Z * Z
    middle = (share + square / (2 * base)) / (1 + square / base)
    spread = math.sqrt(max(0.0, share * (1 - share)) / base + square / (4 * base * base))
    half = Z * spread / (1 + square / base)
    return Interval(low=max(0.0, middle - half), high=min(1.0, middle + half))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many."""

    hits: int
    base: int
    floor: int = FEWEST

    @property
    def value(self) -> float | None:
        """The share; None below the floor."""
        return self.hits / self.base if self.is_telling else None

    @property
    def interval(self) -> Interval:
        """Where it may lie (95 %, Wilson)."""
        return share_interval(self.hits, self.base)

    @property
    def is_telling(self) -> bool:
        """Whether the base is large enough to speak of a share."""
        return self.base >= self.floor


def net_interval(positive: int, negative: int, number: int) -> Interval:
    """Of (positive - negative) / number: adjusted Wald, one added on each side (Bonett and Price)."""
    middle, variance = _net((positive, negative, number))
    return _around(middle, math.sqrt(variance))


def net_change_interval(now: Cells, before: Cells) -> Interval:
    """Of the difference between two such values, each adjusted the same way."""
    (middle, variance), (earlier, variance_before) = _net(now), _net(before)
    spread = Z * math.sqrt(variance + variance_before)
    return Interval(low=middle - earlier - spread, high=middle - earlier + spread)


def _net(cells: Cells) -> tuple[float, float]:
    positive, negative, number = cells
    up, down = (positive + 1) / (number + 2), (negative + 1) / (number + 2)
    return up - down, max(0.0, up + down - (up - down) ** 2) / (number + 2)


def _around(middle: float, deviation: float) -> Interval:
    return Interval(low=max(-1.0, middle - Z * deviation), high=min(1.0, middle + Z * deviation))


def count_interval(number: float) -> Interval:
    """Of the number of things expected where so many happened, by chance alone (Poisson, Byar)."""
    return Interval(low=_byar(number, -1) if number > 0 else 0.0, high=_byar(number + 1, 1))


def _byar(number: float, side: int) -> float:
    return float(number * (1 - 1 / (9 * number) + side * Z / (3 * math.sqrt(number))) ** 3)


def median_interval(values: Sequence[float]) -> Interval | None:
    """Of a median, by ranks (binomial, normal approximation); None below six values."""
    number = len(values)
    if number < FEWEST_RANKS:
        return None
    ordered, reach = sorted(values), Z * math.sqrt(number) / 2
    low, high = math.floor(number / 2 - reach - 0.5), math.ceil(number / 2 + reach)
    return Interval(low=ordered[max(0, low)], high=ordered[min(number - 1, high)])
