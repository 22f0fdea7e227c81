"""Counts that grow: comments, likes, views, members."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from watchlists.demo.clock import moment

RHYTHM = ((1, 0.2), (3, 0.45), (6, 0.65), (24, 0.9), (72, 1.0))
"""Hours after birth, and how much of its last value a count has reached by then."""


@dataclass(frozen=True, slots=True)
class Growth:
    """A count as steps in time; 0 before the first."""

    steps: tuple[tuple[datetime, int], ...]

    def at(self, now: datetime) -> int:
        """The count at a time."""
        before = bisect_right(self.steps, now, key=lambda step: step[0])
        return self.steps[before - 1][1] if before else 0

    def moments(self) -> Iterator[datetime]:
        """When the count changes."""
        return (at for at, _ in self.steps)

    @property
    def last(self) -> int:
        """The count in the end."""
        return self.steps[-1][1] if self.steps else 0


def read_growth(data: object, *, born: datetime | None = None) -> Growth | None:
    """A count as content writes it: a last value, reached by RHYTHM from birth, or [local time, "
    "value] pairs."""
    if data is None:
        return None
    if isinstance(data, int):
        assert born is not None, "a plain count grows from a birth"
        return Growth(tuple(_ripen(data, born)))
    assert isinstance(data, list)
    return Growth(tuple((moment(at), int(value)) for at, value in data))


def _ripen(last: int, born: datetime) -> Iterator[tuple[datetime, int]]:
    values = [0, *(int(last * share) for _, share in RHYTHM)]
    for (before, value), (hours, _) in zip(pairwise(values), RHYTHM, strict=True):
        if value > before:
            yield born + timedelta(hours=hours), value
