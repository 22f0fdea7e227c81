"""Exact order out of an engine whose ties are unstable.

Each sort has a whole-number column: 32 bits that grow with the value sorted by, rounded down; a bit
that says whether something was rounded off; and, where nothing was, 31 bits of the id. So the
column's order is the true one except among documents of equal key: those, and only those, are read
and put in order by their own values.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from math import inf

import tantivy

from pipelines.document import Document
from search.backends.columns import DATE_FIELDS, SORTS, column_value
from search.backends.embedded_view import Address, Found, Order, View
from search.index import Sort

BY_ID = "by_id"
"""The column of ids alone: the order of scans, and of searches where nothing scores."""
ORDERS: tuple[str, ...] = (
    BY_ID,
    *(f"by_{field}_{'desc' if down else 'asc'}" for field, down in SORTS.values()),
)

_TOP = 2**32 - 1
_ROUNDED = 2**31
_FLOAT_MAX = 3.4e38
_AHEAD = 16
"""Hits asked for beyond a page, to see where its last group ends."""
_FEW = 2_000
"""Up to so many hits, all are asked for when that was not enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which hits are asked for: from `start` to `end`, by that sort, by score where that is asked."""

    sort: Sort
    is_scored: bool
    start: int
    end: int


def order_column(sort: Sort) -> Order:
    """The column that puts documents in this order, and its direction."""
    if sort == "relevance":
        return BY_ID, tantivy.Order.Asc
    field, is_descending = SORTS[sort]
    if is_descending:
        return f"by_{field}_desc", tantivy.Order.Desc
    return f"by_{field}_asc", tantivy.Order.Asc


def order_keys(document: Document) -> Iterator[tuple[str, int]]:
    """Every order column of a document."""
    yield BY_ID, _id_bits(document.id, 8)
    id_bits = _id_bits(document.id, 4) >> 1
    for field, is_descending in SORTS.values():
        value = column_value(document, field)
        if value is None:
            high, is_rounded = (0 if is_descending else _TOP), False
        else:
            high, is_rounded = _value_bits(field, value)
        tail = 0 if is_rounded else (_ROUNDED - 1 - id_bits if is_descending else id_bits)
        name = f"by_{field}_{'desc' if is_descending else 'asc'}"
        yield name, high << 32 | (_ROUNDED if is_rounded else 0) | tail


def exact_key(document: Document, sort: Sort) -> tuple[float, str]:
    """What the order of the contract compares; ascending."""
    if sort == "relevance":
        return 0.0, document.id
    field, is_descending = SORTS[sort]
    value = column_value(document, field)
    if value is None:
        return inf, document.id
    return (-value if is_descending else value), document.id


def exact_page(view: View, query: tantivy.Query, page: Page) -> tuple[list[tuple[float, Document]], int]:
    """One page in the order of the contract, as (score, document), and the number of all hits."""
    found, total = _whole_groups(view, query, page)
    ranked = _rank_scores(view, found) if page.is_scored else [(0.0, *each) for each in found]
    hits: list[tuple[float, Document]] = []
    position = 0
    for (score, _), group in groupby(ranked, key=lambda each: each[:2]):
        addresses = [address for *_, address in group]
        if position + len(addresses) > page.start and position < page.end:
            documents = sorted(map(view.read, addresses), key=lambda each: exact_key(each, page.sort))
            cut = documents[max(page.start - position, 0) : page.end - position]
            hits.extend((score, document) for document in cut)
        position += len(addresses)
    return hits, total


def _rank_scores(view: View, found: list[Found]) -> list[tuple[float, float, Address]]:
    """Hits by score, equal scores by id key."""
    keys = view.numbers(BY_ID, [address for _, address in found])
    ranked = [(score, key, address) for (score, address), key in zip(found, keys, strict=True)]
    return sorted(ranked, key=lambda each: (-each[0], each[1]))


def id_groups(view: View, query: tantivy.Query, window: int) -> Iterator[list[Address]]:
    """Every match in groups of equal id key, by key, asking for about `window` at a time."""
    last = -1
    while True:
        part = query if last < 0 else _after(view, query, last)
        found, is_all = _id_window(view, part, window)
        for key, group in groupby(found, key=lambda each: each[0]):
            if not is_all and key == found[-1][0]:
                break  # more of this group may follow
            yield [address for _, address in group]
            last = int(key)
        if is_all:
            return


def _id_window(view: View, query: tantivy.Query, window: int) -> tuple[list[Found], bool]:
    """The first hits by id key, of at least two keys unless they are all there is."""
    while True:
        found = view.first(query, window, (BY_ID, tantivy.Order.Asc))
        if len(found) < window:
            return found, True
        if found[0][0] != found[-1][0]:
            return found, False
        window *= 4


def _after(view: View, query: tantivy.Query, key: int) -> tantivy.Query:
    rest = tantivy.Query.range_query(
        view.schema, BY_ID, tantivy.FieldType.Unsigned, lower_bound=key, include_lower=False
    )
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, rest)])


def _whole_groups(view: View, query: tantivy.Query, page: Page) -> tuple[list[Found], int]:
    """The hits up to the page's end and on to where a group of equal keys ends; the number of all."""
    order = None if page.is_scored else order_column(page.sort)
    asked = page.end + _AHEAD
    found, total = view.first_of(query, asked, order)
    while len(found) < total and found[-1][0] == found[page.end - 1][0]:
        asked = total if total <= _FEW else asked * 8
        found = view.first(query, asked, order)
    return found, total


def _value_bits(field: str, value: float) -> tuple[int, bool]:
    """A value rounded down to [1, 2**32 - 2], and whether that lost anything."""
    bits, is_rounded = _second_bits(value) if field in DATE_FIELDS else _float_bits(value)
    if not 1 < bits < _TOP - 1:
        return max(1, min(bits, _TOP - 1)), True
    return bits, is_rounded


def _second_bits(moment: float) -> tuple[int, bool]:
    seconds, rest = divmod(int(moment), 1_000_000)
    return seconds, rest > 0


def _float_bits(value: float) -> tuple[int, bool]:
    """The bits of a single-precision number, in an order that follows its value."""
    packed = struct.pack(">f", max(-_FLOAT_MAX, min(value, _FLOAT_MAX)) + 0.0)
    (single,) = struct.unpack(">f", packed)
    raw = int.from_bytes(packed, "big")
    bits = raw ^ _TOP if raw >> 31 else raw | 1 << 31
    return bits - (single > value), single != value


def _id_bits(id: str, size: int) -> int:
    """The first bytes of an id as a number: UTF-8 orders as code points do."""
    return int.from_bytes(id.encode()[:size].ljust(size, b"\0"), "big")
