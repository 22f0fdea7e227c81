"""Exact counts out of the embedded engine: terms, distinct values, timelines, quantiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import tantivy
from tantivy import FieldType, Occur

from search.backends.columns import MICROSECOND, microseconds
from search.backends.embedded_order import BY_ID
from search.backends.embedded_view import View
from search.backends.figures import LENGTHS, interpolate
from search.index import Interval

_ALL = 2**31 - 1
_TOO_MANY = ("bucket limit", "memory limit")
"""How the engine says that one request has more buckets (65,000) or bytes (500 MB) than it allows."""
_AHEAD, _MOST = 64, 50_000
"""Values asked for beyond those wanted, and how many are asked for at once."""
_PARTS = 16
_FEW = 10_000
"""Up to so many values, quantiles read them all at once."""


def commonest_terms(view: View, query: tantivy.Query, field: str, limit: int) -> list[tuple[str, int]]:
    """At least the commonest values of a keyword field, with every value as common as the last of them."""
    size = limit + _AHEAD
    while size <= _MOST:
        buckets = view.aggregate(query, {"terms": {"field": field, "size": size, "segment_size": _ALL}})
        if len(buckets) < size or buckets[limit - 1]["doc_count"] > buckets[-1]["doc_count"]:
            return [(bucket["key"], bucket["doc_count"]) for bucket in buckets]
        size *= 16  # too many are as common as the last one wanted
    return list(count_terms(view, query, field).items())


def count_terms(view: View, query: tantivy.Query, field: str) -> Counter[str]:
    """Every value of a keyword field with its number of documents."""
    counts: Counter[str] = Counter()
    for part in _countable_parts(view, query, field, 0, 2**64 - 1):
        for bucket in part:
            counts[bucket["key"]] += bucket["doc_count"]
    return counts


def _countable_parts(
    view: View, query: tantivy.Query, field: str, low: int, high: int
) -> Iterator[list[dict[str, Any]]]:
    """The buckets of documents whose id key lies in [low, high], cut up until the engine can hold them."""
    is_whole = (low, high) == (0, 2**64 - 1)
    part = query if is_whole else _within(view, query, low, high)
    aggregation = {"terms": {"field": field, "size": _ALL, "segment_size": _ALL}}
    try:
        buckets = view.aggregate(part, aggregation)
    except ValueError as error:
        if low == high or not any(sign in str(error) for sign in _TOO_MANY):
            raise
        length = (high - low) // _PARTS + 1
        for start in range(low, high + 1, length):
            yield from _countable_parts(view, query, field, start, min(start + length - 1, high))
        return
    yield buckets


def _within(view: View, query: tantivy.Query, low: int, high: int) -> tantivy.Query:
    span = tantivy.Query.range_query(view.schema, BY_ID, FieldType.Unsigned, low, high)
    return tantivy.Query.boolean_query([(Occur.Must, query), (Occur.Must, span)])


def count_by_interval(
    view: View, query: tantivy.Query, field: str, *, interval: Interval, since: datetime
) -> dict[int, int]:
    """Counts by bucket number from `since`; the query leaves out what lies before."""
    length, start = LENGTHS[interval] // MICROSECOND, microseconds(since)
    histogram = {"field": field, "interval": length, "offset": start, "min_doc_count": 1}
    buckets = view.aggregate(query, {"histogram": histogram})
    return {round((bucket["key"] - start) / length): bucket["doc_count"] for bucket in buckets}


def find_quantiles(
    view: View, query: tantivy.Query, field: str, at: Sequence[float]
) -> tuple[float | None, ...]:
    """Quantiles of a number field; the query matches only documents that have it."""
    count = view.count(query)
    if not count:
        return tuple(None for _ in at)
    few = _values(view, query, field, count, 0) if count <= _FEW else None

    def value_of_rank(rank: int) -> float:
        return few[rank] if few is not None else _values(view, query, field, 1, rank)[0]

    return tuple(interpolate(each, count, value_of_rank) for each in at)


def _values(view: View, query: tantivy.Query, field: str, limit: int, offset: int) -> list[float]:
    found = view.first(query, limit, (field, tantivy.Order.Asc), offset=offset)
    return [value for value, _ in found]
