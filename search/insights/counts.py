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
