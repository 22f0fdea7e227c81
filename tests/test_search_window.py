"""Windows follow one another without gap or overlap, clock changes included."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from search.window import Window, count_days, day_window, next_window, wall_clock
from tests.documents import document
from tests.memory_index import MemoryIndex
from watchlists.query import Everything

PARIS = "Europe/Paris"
HOUR = timedelta(hours=1)


def test_the_first_window_is_the_last_day_by_the_wall_clock() -> None:
    now = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)

    assert next_window(None, now=now, timezone=PARIS) == Window(
        start=now - timedelta(days=1), end=now, timezone=PARIS
    )


@pytest.mark.parametrize(
    ("end", "hours"),
    [
        (datetime(2026, 10, 25, 7, 0, tzinfo=UTC), 25),
        (datetime(2027, 3, 28, 6, 0, tzinfo=UTC), 23),
        (datetime(2026, 11, 20, 7, 0, tzinfo=UTC), 24),
    ],
    ids=["autumn", "spring", "ordinary"],
)
def test_a_day_runs_to_the_same_hour_by_the_wall_clock(end: datetime, hours: int) -> None:
    assert end - wall_clock(end, -1, timezone=PARIS) == hours * HOUR


def test_a_window_begins_where_the_last_one_ended() -> None:
    last = datetime(2026, 11, 17, 7, 3, tzinfo=UTC)
    now = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)

    assert next_window(last, now=now, timezone=PARIS).start == last


def test_a_clock_set_back_gives_an_empty_window_and_not_a_reversed_one() -> None:
    now = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)

    window = next_window(now + timedelta(days=1), now=now, timezone=PARIS)

    assert window.start == window.end == now


def test_the_window_of_a_day_ends_at_the_hour_of_the_digest() -> None:
    window = day_window(date(2026, 10, 25), hour=time(8, 0), timezone=PARIS)

    assert window.end == datetime(2026, 10, 25, 7, 0, tzinfo=UTC)
    assert window.start == datetime(2026, 10, 24, 6, 0, tzinfo=UTC)
    assert window.day == date(2026, 10, 25)


@pytest.mark.parametrize(
    "end", [datetime(2026, 10, 28, 7, 0, tzinfo=UTC), datetime(2027, 3, 30, 6, 0, tzinfo=UTC)]
)
def test_days_are_counted_once_across_a_clock_change(end: datetime) -> None:
    window = Window(start=end - timedelta(days=1), end=end, timezone=PARIS)
    hours = [end - number * HOUR for number in range(1, 10 * 24)]
    index = MemoryIndex([document(f"h{number}", published=at) for number, at in enumerate(hours)])
    bounds = window.bounds(8)

    counts = count_days(index, Everything(), "published", bounds)

    assert counts == tuple(sum(start <= at < stop for at in hours) for start, stop in pairwise(bounds))
    assert set(counts) in ({24, 25}, {23, 24})
