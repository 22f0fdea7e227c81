"""A period and the time it is compared with, in days, of which only the covered ones count."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.document import Document
from search.insights.coverage import ENOUGH, Readings
from search.window import DAY, Window, wall_clock

FOUR_WEEKS = 28
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days one after another: their limits, and whether each was covered."""

    bounds: tuple[datetime, ...]
    covered: tuple[bool, ...]

    @property
    def days(self) -> int:
        """How many there are."""
        return len(self.covered)

    @property
    def covered_days(self) -> int:
        """How many of them were read well enough to count."""
        return sum(self.covered)

    @property
    def is_covered(self) -> bool:
        """Whether three quarters of its days were."""
        return self.covered_days >= ENOUGH * self.days

    def keep(self, documents: Iterable[Document]) -> tuple[Document, ...]:
        """Those published on a covered day of it."""
        return tuple(each for each in documents if self._holds(each.published))

    def _holds(self, moment: datetime) -> bool:
        place = bisect_right(self.bounds, moment) - 1
        return 0 <= place < self.days and self.covered[place]

    def pieces(self, days: int) -> Iterator[Stretch]:
        """The whole stretches of so many days it holds, the last ones first."""
        for end in range(self.days, days - 1, -days):
            yield Stretch(bounds=self.bounds[end - days : end + 1], covered=self.covered[end - days : end])


def days_of(window: Window) -> int:
    """How many days a window has, a part of one counting whole; the odd hour of a clock change is none."""
    return max(1, math.ceil((window.end - window.start - HOUR) / DAY))


def days_before(days: int) -> int:
    """How many days a period of so many is compared with: four weeks, or as long as it lasts."""
    return max(FOUR_WEEKS, days)


def period_of(window: Window, sources: Sequence[str], readings: Readings) -> Stretch:
    """The days of the window itself, the first one cut where it begins."""
    bounds = (window.start, *window.bounds(days_of(window))[1:])
    return Stretch(bounds=bounds, covered=readings.covered_days(sources, bounds))


def baseline_of(window: Window, sources: Sequence[str], readings: Readings) -> Stretch:
    """The days just before the window that it is compared with."""
    number = days_before(days_of(window))
    bounds = tuple(
        wall_clock(window.start, -each, timezone=window.timezone) for each in range(number, -1, -1)
    )
    return Stretch(bounds=bounds, covered=readings.covered_days(sources, bounds))
