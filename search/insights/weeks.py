"""Weeks in counts, up to the window's end: what others say of an organisation, what its places hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from search.insights.counts import usual_range
from search.insights.coverage import Readings
from search.insights.scope import Scope
from search.window import count_days
from watchlists.query import Query

WEEK = 7
MOST = 12
FEWEST = 4
"""Covered weeks needed before a usual range is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """Counts by week, the last one ending with the window; None was not covered."""

    bounds: tuple[datetime, ...]
    counts: tuple[int | None, ...]
    last: int
    usual: tuple[int, int] | None


def measure_weeks(scope: Scope, query: Query, *, sources: Sequence[str], readings: Readings) -> Weeks:
    """Documents a week by publication, as far back as was read, twelve weeks at most."""
    bounds = tuple(scope.window.back(WEEK * each) for each in range(MOST, -1, -1))
    covered = readings.covered_days(sources, bounds)
    first = next((place for place, is_covered in enumerate(covered) if is_covered), MOST - 1)
    counts = count_days(scope.index, scope.known(query), "published", bounds[first:])
    masked = tuple(
        count if is_covered else None for count, is_covered in zip(counts, covered[first:], strict=True)
    )
    before = [count for count in masked[:-1] if count is not None]
    return Weeks(
        bounds=bounds[first:],
        counts=(*masked[:-1], counts[-1]),
        last=counts[-1],
        usual=usual_range(before) if len(before) >= FEWEST else None,
    )
