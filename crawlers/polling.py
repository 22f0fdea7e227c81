"""When a source is read next: its habit, what it asks for, and how failures back off. Pure.

A source is read about twice as often as it publishes, between 15 minutes and a day. What it asks for
(feed ttl, Cache-Control) only lengthens that; `every` in the watchlist replaces it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(days=1)
UNKNOWN = timedelta(hours=1)
"""For a source whose habit cannot be told yet."""

SLACK = timedelta(minutes=1)
"""A scheduler that wakes a few seconds early must not cost a whole interval."""

SAMPLE = 20
"""Entries the habit is taken from, newest first."""

SILENT_AFTER = timedelta(days=14, hours=6)
"""One rule for all, so that a reader can trust the word; a quiet week-end or a holiday is no silence, nor is
a fortnightly letter that clocks set back, or a late morning, brought a few hours late."""

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What bears on the pace beside the habit."""

    fixed: timedelta | None = None
    """The watchlist's own interval."""
    ttl: timedelta | None = None
    """What the feed asks for in its body."""
    max_age: timedelta | None = None
    """How long the answer says it stays fresh."""


def find_habit(dates: Iterable[datetime], *, now: datetime) -> timedelta | None:
    """The usual time between two entries, the wait since the last one included; None without two."""
    newest = sorted((date for date in set(dates) if date <= now), reverse=True)[:SAMPLE]
    if len(newest) < 2:
        return None
    return max((newest[0] - newest[-1]) / (len(newest) - 1), (now - newest[-1]) / len(newest))


def choose_interval(habit: timedelta | None, *, fixed: timedelta | None = None) -> timedelta:
    """How often to read a source of that habit."""
    if fixed is not None:
        return fixed
    return UNKNOWN if habit is None else _within_bounds(habit / 2)


def next_due(*, now: datetime, interval: timedelta, newest: datetime | None, wishes: Wishes) -> datetime:
    """When a source that was read now is read again."""
    if wishes.fixed is not None:
        return now + wishes.fixed
    silence = (now - newest) / 8 if newest else timedelta()
    wished = max(wishes.ttl or timedelta(), wishes.max_age or timedelta())
    due = now + _within_bounds(max(interval, silence, wished))
    if newest is None:
        return due
    # silence is noticed when it begins, unless the source asks to be left alone until later
    begins = newest + SILENT_AFTER
    return begins if now + _within_bounds(wished) <= begins < due else due


def back_off(*, now: datetime, failures: int, interval: timedelta | None, until: datetime | None) -> datetime:
    """When a source that failed `failures` times in a row is tried again; `until` is its own wish."""
    base = max(SHORTEST, min(interval or UNKNOWN, UNKNOWN))
    doublings = min(max(failures, 1) - 1, 12)
    wait = min(LONGEST, base * (1 << doublings))
    return max(now + wait, until or now)


def is_due(due: datetime | None, *, now: datetime) -> bool:
    """Whether the time to read has come."""
    return due is None or due <= now + SLACK


def is_silent(newest: datetime | None, *, now: datetime) -> bool:
    """Whether a source has published nothing for two weeks and some hours."""
    return newest is not None and now - newest >= SILENT_AFTER


def read_max_age(cache_control: str) -> timedelta | None:
    """`max-age` of a Cache-Control header; None when it has none or forbids keeping."""
    if re.search(r"no-(?:cache|store)", cache_control, re.IGNORECASE):
        return None
    found = _MAX_AGE.search(cache_control)
    return timedelta(seconds=int(found[1])) if found else None


def _within_bounds(interval: timedelta) -> timedelta:
    return min(LONGEST, max(SHORTEST, interval))
