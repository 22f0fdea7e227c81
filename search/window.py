"""The time a digest tells: half-open intervals that follow one another, in the watch's timezone.

Days run from the digest's hour to the same hour by the wall clock, so that a day on which the
clock changes has 23 or 25 hours and no item is told twice or never.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from search.index import Index
from watchlists.query import And, Query, Range

DAY = timedelta(days=1)
LOOK_BACK = timedelta(days=3)
"""How far before its start a digest looks for what was read earlier but indexed late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `start` (inclusive) to `end` (exclusive), both aware, in UTC."""

    start: datetime
    end: datetime
    timezone: str

    @property
    def day(self) -> date:
        """The local day a digest of this window is dated by: that of its end."""
        return self.end.astimezone(ZoneInfo(self.timezone)).date()

    def back(self, days: int) -> datetime:
        """The same wall-clock time as `end`, that many days before."""
        return wall_clock(self.end, -days, timezone=self.timezone)

    def bounds(self, days: int) -> tuple[datetime, ...]:
        """The `days` + 1 limits of the last `days` days, oldest first, `end` last."""
        return tuple(self.back(each) for each in range(days, -1, -1))


def wall_clock(moment: datetime, days: int, *, timezone: str) -> datetime:
    """The same time by the wall clock `days` later (or earlier), in UTC."""
    zone = ZoneInfo(timezone)
    local = moment.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    return local.replace(tzinfo=zone).astimezone(UTC)


def next_window(last_end: datetime | None, *, now: datetime, timezone: str) -> Window:
    """What the next digest tells: from the last one's end to now, or the last day if it is the first.

    A clock set back leaves an empty window at `now`: what was read meanwhile is found by looking back.
    """
    end = now.astimezone(UTC)
    start = wall_clock(end, -1, timezone=timezone) if last_end is None else min(last_end, end)
    return Window(start=start, end=end, timezone=timezone)


def day_window(day: date, *, hour: time, timezone: str) -> Window:
    """The day that ends on `day` at the hour the digest is due."""
    end = datetime.combine(day, hour, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    return Window(start=wall_clock(end, -1, timezone=timezone), end=end, timezone=timezone)


def week_before(moment: datetime, *, timezone: str) -> Window:
    """The last whole week before a moment, from Monday to Monday by the wall clock."""
    today = moment.astimezone(ZoneInfo(timezone)).date()
    monday = today - timedelta(days=today.weekday())
    return _whole_days(monday - timedelta(days=7), monday, timezone=timezone)


def month_before(moment: datetime, *, timezone: str) -> Window:
    """The last whole month before a moment."""
    first = moment.astimezone(ZoneInfo(timezone)).date().replace(day=1)
    return _whole_days((first - timedelta(days=1)).replace(day=1), first, timezone=timezone)


def _whole_days(first: date, after: date, *, timezone: str) -> Window:
    start, end = (
        datetime.combine(day, time(0), tzinfo=ZoneInfo(timezone)).astimezone(UTC) for day in (first, after)
    )
    return Window(start=start, end=end, timezone=timezone)


def query_stamp(moment: datetime) -> str:
    """A moment as it is written in a query for people to ask."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def between(field: str, start: datetime | None, end: datetime) -> Range:
    """The date lies in [start, end)."""
    return Range(field, start, end, include_low=True, include_high=False)


def count_days(index: Index, query: Query, field: str, bounds: tuple[datetime, ...]) -> tuple[int, ...]:
    """Documents in each [bounds[i], bounds[i + 1]); days of 24 hours go in one call."""
    counts: list[int] = []
    position = 0
    last = len(bounds) - 1
    while position < last:
        stop = position
        while stop < last and bounds[stop + 1] - bounds[stop] == DAY:
            stop += 1
        if stop == position:  # the clock changes within this day
            odd = between(field, bounds[position], bounds[position + 1])
            counts.append(index.count(And((query, odd))))
            stop += 1
        else:
            found = index.timeline(query, field, interval="day", since=bounds[position], until=bounds[stop])
            counts.extend(bucket.count for bucket in found)
        position = stop
    return tuple(counts)
