"""A figure that knows what it rests on: value, count, interval, the same before, and its floor. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Unit = Literal["count", "share", "minutes", "times"]
Direction = Literal["up", "down", "steady", ""]
Family = Literal["size", "answers", "staff", "solved", "reception", "newcomers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One thing that is measured of a community."""

    id: str
    unit: Unit
    family: Family
    """Measures of one family look at one thing from several sides."""
    is_better: Literal["more", "less"]
    fewest: int
    """The count below which it is too few to say; 0 where the figure is itself a count."""
    is_compared: bool = True
    """Whether a difference between two communities says something about how they are run."""


MEASURES = (
    Measure(id="posts", unit="count", family="size", is_better="more", fewest=0, is_compared=False),
    Measure(id="threads", unit="count", family="size", is_better="more", fewest=0, is_compared=False),
    Measure(id="authors", unit="count", family="size", is_better="more", fewest=0, is_compared=False),
    Measure(id="newcomers", unit="count", family="size", is_better="more", fewest=0, is_compared=False),
    Measure(id="newcomer_share", unit="share", family="newcomers", is_better="more", fewest=10),
    Measure(id="members", unit="count", family="size", is_better="more", fewest=0, is_compared=False),
    Measure(id="staff_share", unit="share", family="staff", is_better="more", fewest=5),
    Measure(id="first_reply", unit="minutes", family="answers", is_better="less", fewest=5),
    Measure(id="answered_24h", unit="share", family="answers", is_better="more", fewest=5),
    Measure(id="unanswered_24h", unit="share", family="answers", is_better="less", fewest=5),
    Measure(id="unanswered_72h", unit="share", family="answers", is_better="less", fewest=5),
    Measure(id="first_staff_reply", unit="minutes", family="staff", is_better="less", fewest=5),
    Measure(id="staff_answered_24h", unit="share", family="staff", is_better="more", fewest=5),
    Measure(id="staffed_hours", unit="count", family="staff", is_better="more", fewest=5, is_compared=False),
    Measure(id="staffed_days", unit="count", family="staff", is_better="more", fewest=5, is_compared=False),
    Measure(id="solved", unit="share", family="solved", is_better="more", fewest=5),
    Measure(id="reception", unit="times", family="reception", is_better="more", fewest=6),
)
"""Every measure of a community, in the order readers meet them."""
BY_ID = {each.id: each for each in MEASURES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value, the count behind it, and its 95 % interval where one is known."""

    value: float | None = None
    count: int = 0
    low: float | None = None
    high: float | None = None


NOTHING = Reading()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure of a community now, and in the time it is compared with."""

    measure: Measure
    now: Reading
    before: Reading = NOTHING
    """Counts are those of an equally long time."""
    is_early: bool = False
    """There is not enough history yet to say it at all."""

    @property
    def is_telling(self) -> bool:
        """Whether there is a value, and enough behind it."""
        return _tells(self.now, self.measure)

    @property
    def was_telling(self) -> bool:
        """Whether there was a value before, and enough behind it."""
        return _tells(self.before, self.measure)

    @property
    def change(self) -> float | None:
        """Now minus before; None unless both are telling."""
        if not (self.is_telling and self.was_telling):
            return None
        assert self.now.value is not None
        assert self.before.value is not None
        return self.now.value - self.before.value

    @property
    def direction(self) -> Direction:
        """Which way it went, if by more than chance explains; empty where that cannot be judged."""
        change, apart = self.change, distance(self.now, self.before, self.measure.unit)
        if change is None or apart is None:
            return ""
        if apart < 1 or change == 0:
            return "steady"
        return "up" if change > 0 else "down"


def _tells(reading: Reading, measure: Measure) -> bool:
    return reading.value is not None and reading.count >= measure.fewest


def distance(one: Reading, other: Reading, unit: Unit) -> float | None:
    """How far two readings lie apart, in units of what both may be off; from 1 on chance is no explanation.

    The uncertainty of the difference is taken from the ends of both intervals that face each other
    (Zou and Donner's MOVER; for shares Newcombe's interval). Durations are compared by their
    logarithms. None where an end is not known.
    """
    if one.value is None or other.value is None:
        return None
    lesser, greater = sorted((one, other), key=lambda each: each.value or 0.0)
    if lesser.high is None or greater.low is None:
        return None
    below, above, high, low = (
        _scaled(value, unit)
        for value in (lesser.value or 0.0, greater.value or 0.0, lesser.high, greater.low)
    )
    spread = math.hypot(above - low, high - below)
    return (above - below) / spread if spread > 0 else (0.0 if above == below else None)


def _scaled(value: float, unit: Unit) -> float:
    """Waits of ten minutes and of an hour lie as far apart as those of one hour and of six."""
    return math.log1p(value) if unit == "minutes" else value
