"""Statistics for small numbers: a gamma prior over a rate, and what is usual over days. Pure.

A count per exposure with a gamma(shape, rate) belief is negative binomial: wide while little was
seen, narrow once much was. Mean and deviation would misfire at 0 to 20 a day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """A gamma distribution over events per unit of exposure."""

    shape: float
    rate: float

    @property
    def mean(self) -> float:
        """Events expected for one unit."""
        return self.shape / self.rate

    def observe(self, events: float, exposure: float) -> Belief:
        """The belief after seeing that many events."""
        return Belief(shape=self.shape + events, rate=self.rate + exposure)

    def tail(self, events: int, exposure: float) -> float:
        """Probability of at least that many events in `exposure`."""
        if events <= 0:
            return 1.0
        chance = exposure / (self.rate + exposure)
        below = sum(self._mass(each, chance) for each in range(events))
        return max(0.0, 1.0 - below)

    def _mass(self, events: int, chance: float) -> float:
        if chance <= 0.0:
            return 1.0 if events == 0 else 0.0
        log = (
            math.lgamma(self.shape + events)
            - math.lgamma(self.shape)
            - math.lgamma(events + 1)
            + self.shape * math.log1p(-chance)
            + events * math.log(chance)
        )
        return math.exp(log)


def usual_range(counts: Sequence[int]) -> tuple[int, int]:
    """What eight days in ten hold: from the 10th to the 90th percentile, whole numbers outwards."""
    ordered = sorted(counts)
    return math.floor(_quantile(ordered, 0.1)), math.ceil(_quantile(ordered, 0.9))


def _quantile(ordered: Sequence[int], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median_wait(waits: Sequence[tuple[float, bool]]) -> float | None:
    """The median of waits, some still going on (Kaplan-Meier): (minutes, whether it ended).

    None while fewer than half have ended: the median is not known yet, only longer than they waited.
    """
    remaining, share = len(waits), 1.0
    for minutes, has_ended in sorted(waits, key=lambda wait: (wait[0], not wait[1])):
        if has_ended:
            share *= 1 - 1 / remaining
            if share <= 0.5 + 1e-12:
                return minutes
        remaining -= 1
    return None
