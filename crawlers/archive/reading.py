"""An arrival made ready to be written: what takes time is done before the transaction begins."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from crawlers.archive.contents import Content, content_of, digest_of
from crawlers.archive.identity import Key, are_two, keys_of
from crawlers.archive.rows import COUNTS, Counts
from crawlers.archive.states import Arrival
from crawlers.items import Author, Item

LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One arrival, with its keys and digest."""

    item: Item
    content: Content
    digest: bytes
    keys: tuple[Key, ...]
    shared: frozenset[str]
    """Keys that other, different entries of the same listing have too: they identify nothing."""
    counts: Counts
    position: int | None
    is_backfill: bool


def prepare(arrivals: Sequence[Arrival]) -> tuple[Reading, ...]:
    """The readings of one listing, in order."""
    readings = [_prepare(arrival) for arrival in arrivals]
    shared = _shared_keys(readings)
    return tuple(replace(each, shared=shared) for each in readings) if shared else tuple(readings)


def _prepare(arrival: Arrival) -> Reading:
    try:
        return _reading(arrival, arrival.item)
    except ValueError:
        # Half a surrogate pair, from a JSON escape cut in two: no encoding has bytes for it.
        return _reading(arrival, _writable(arrival.item))


def _reading(arrival: Arrival, item: Item) -> Reading:
    content = content_of(item)
    return Reading(
        item=item,
        content=content,
        digest=digest_of(content),
        keys=keys_of(item),
        shared=frozenset(),
        counts=tuple(_storable(getattr(item.engagement, name)) for name in COUNTS),
        position=arrival.position,
        is_backfill=arrival.is_backfill,
    )


def _shared_keys(readings: Iterable[Reading]) -> frozenset[str]:
    claims: defaultdict[str, list[Content]] = defaultdict(list)
    for reading in readings:
        for key in reading.keys:
            claims[key.key].append(reading.content)
    return frozenset(
        key
        for key, told in claims.items()
        if len(told) > 1 and any(are_two(told[0], each) for each in told[1:])
    )


def _storable(count: int | float | None) -> int | float | None:
    """The count as SQLite can hold it: within 64 bits, finite."""
    if count is None or (isinstance(count, float) and not math.isfinite(count)):
        return None
    return max(-LARGEST, min(LARGEST, count))


def _writable(item: Item) -> Item:
    """The item with every half surrogate replaced by a question mark."""
    return replace(item, **_mended(item), author=item.author and replace(item.author, **_mended(item.author)))


def _mended(record: Item | Author) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: _mend(value) for name, value in values.items() if isinstance(value, str | tuple)}


def _mend(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(part.encode("utf-8", "replace").decode() for part in value)
    return value.encode("utf-8", "replace").decode()
