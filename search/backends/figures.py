"""Arithmetic both backends share, so that they give the same figures. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil, floor

from search.index import Bucket, Interval, TermCount

LENGTHS: dict[Interval, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
MOST_BUCKETS = 50_000
"""Five years by the hour; engines refuse more than 65,000."""


def check_span(interval: Interval, since: datetime, until: datetime) -> None:
    """Raise ValueError for a span that cannot be cut into buckets."""
    if (until - since) / LENGTHS[interval] > MOST_BUCKETS:
        raise ValueError(f"a timeline has at most {MOST_BUCKETS} buckets")


def fill_buckets(
    counts: Mapping[int, int], *, interval: Interval, since: datetime, until: datetime
) -> tuple[Bucket, ...]:
    """Every bucket of the span, from counts by bucket number."""
    number = max(0, ceil((until - since) / LENGTHS[interval]))
    return tuple(
        Bucket(start=since + each * LENGTHS[interval], count=counts.get(each, 0)) for each in range(number)
    )


def rank_terms(counts: Iterable[tuple[str, int]], limit: int) -> tuple[TermCount, ...]:
    """The commonest values, by count descending, then by value."""
    ranked = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return tuple(TermCount(term=term, count=count) for term, count in ranked[:limit])


def check_quantiles(at: Sequence[float]) -> None:
    """Raise ValueError for a quantile that is none."""
    if not all(0 <= each <= 1 for each in at):
        raise ValueError("a quantile lies between 0 and 1")


def interpolate(at: float, count: int, value_of_rank: Callable[[int], float]) -> float:
    """The quantile of `count` sorted values, between the two ranks around it."""
    place = (count - 1) * at
    low, high = floor(place), ceil(place)
    below = value_of_rank(low)
    return below if low == high else below + (value_of_rank(high) - below) * (place - low)
