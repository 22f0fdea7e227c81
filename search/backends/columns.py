"""The fields of the query language as columns of an engine: one answer for every backend. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import isfinite

from pipelines.document import Document
from pipelines.fields import keyword_values, ordered_value
from search.index import Sort
from watchlists.query import FIELDS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
KEYWORD_BYTES = 8_000
"""Longer values stay in the document but cannot be asked for; engines refuse them from 32 kB."""
_SHORT = KEYWORD_BYTES // 4
"""Characters that fit whatever they are."""
LARGEST = 2**53
"""Numbers beyond this are taken as this: an engine no longer tells neighbours apart."""

SORTS: dict[Sort, tuple[str, bool]] = {
    "published": ("published", False),
    "-published": ("published", True),
    "first_seen": ("first_seen", False),
    "-first_seen": ("first_seen", True),
    "-engagement": ("engagement", True),
    "-engagement_per_hour": ("engagement_per_hour", True),
    "-engagement_vs_norm": ("engagement_vs_norm", True),
    "-replies": ("replies", True),
    "-last_activity": ("last_activity", True),
}
"""Every sort but relevance: its field, and whether the largest comes first."""

KEYWORD_FIELDS = tuple(field for field, kind in FIELDS.items() if kind in {"keyword", "flag"})
"""Fields that hold exact values; flags hold "true" or "false"."""
NUMBER_FIELDS = tuple(field for field, kind in FIELDS.items() if kind == "number")
DATE_FIELDS = tuple(field for field, kind in FIELDS.items() if kind == "date")
TEXT_FIELDS = tuple(field for field, kind in FIELDS.items() if kind == "text")


def keyword_columns(document: Document) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Keyword and flag fields that have values, each value once."""
    for field in KEYWORD_FIELDS:
        if values := keyword_values(document, field):
            yield field, values if len(values) == 1 and len(values[0]) < _SHORT else _trim(values)


def _trim(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in dict.fromkeys(values) if len(value.encode()) <= KEYWORD_BYTES)


def ordered_columns(document: Document, fields: tuple[str, ...]) -> Iterator[tuple[str, float | int]]:
    """Number or date fields that have a value; dates in microseconds since 1970."""
    for field in fields:
        if (value := column_value(document, field)) is not None:
            yield field, value


def column_value(document: Document, field: str) -> float | int | None:
    """The value of a number or date field as engines hold it; None where there is none."""
    value = ordered_value(document, field)
    return microseconds(value) if isinstance(value, datetime) else number(value)


def number(value: float | None) -> float | None:
    """A number as engines hold it; None where there is none to hold."""
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return None
    return float(max(-LARGEST, min(value, LARGEST)))


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - EPOCH) // MICROSECOND
