"""When a source is read next."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.polling import (
    LONGEST,
    SHORTEST,
    SILENT_AFTER,
    UNKNOWN,
    Wishes,
    back_off,
    choose_interval,
    find_habit,
    is_due,
    is_silent,
    next_due,
    read_max_age,
)
from tests.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def every(gap: timedelta, count: int = 10) -> list[datetime]:
    """Entries a fixed time apart, the last one just now."""
    return [NOW - gap * number for number in range(count)]


def test_a_source_is_read_twice_as_often_as_it_publishes() -> None:
    assert choose_interval(find_habit(every(4 * HOUR), now=NOW)) == 2 * HOUR


def test_the_interval_stays_between_a_quarter_of_an_hour_and_a_day() -> None:
    assert choose_interval(find_habit(every(timedelta(minutes=1)), now=NOW)) == SHORTEST
    assert choose_interval(find_habit(every(30 * DAY), now=NOW)) == LONGEST


def test_a_burst_long_ago_does_not_pass_for_a_habit() -> None:
    burst = [NOW - 60 * DAY + timedelta(minutes=number) for number in range(10)]

    assert choose_interval(find_habit(burst, now=NOW)) == LONGEST


def test_a_single_entry_tells_no_habit() -> None:
    assert find_habit([NOW, NOW], now=NOW) is None
    assert choose_interval(None) == UNKNOWN


def test_the_watchlist_s_interval_replaces_the_habit() -> None:
    wishes = Wishes(fixed=5 * HOUR, ttl=DAY, max_age=DAY)

    assert choose_interval(2 * HOUR, fixed=5 * HOUR) == 5 * HOUR
    assert next_due(now=NOW, interval=HOUR, newest=NOW, wishes=wishes) == NOW + 5 * HOUR


@pytest.mark.parametrize("wishes", [Wishes(ttl=6 * HOUR), Wishes(max_age=6 * HOUR)], ids=["ttl", "max-age"])
def test_a_source_s_own_wish_lengthens_the_wait_and_never_shortens_it(wishes: Wishes) -> None:
    assert next_due(now=NOW, interval=HOUR, newest=NOW, wishes=wishes) == NOW + 6 * HOUR
    assert next_due(now=NOW, interval=12 * HOUR, newest=NOW, wishes=wishes) == NOW + 12 * HOUR


def test_no_wish_keeps_a_source_away_for_more_than_a_day() -> None:
    assert next_due(now=NOW, interval=HOUR, newest=NOW, wishes=Wishes(ttl=90 * DAY)) == NOW + DAY


def test_a_silence_is_noticed_when_it_begins() -> None:
    last = NOW - SILENT_AFTER + HOUR

    assert next_due(now=NOW, interval=DAY, newest=last, wishes=Wishes()) == NOW + HOUR
    assert next_due(now=NOW, interval=DAY, newest=last, wishes=Wishes(ttl=6 * HOUR)) == NOW + DAY
    assert next_due(now=NOW, interval=DAY, newest=NOW - DAY, wishes=Wishes()) == NOW + DAY


def test_failures_back_off_up_to_a_day() -> None:
    waits = [
        back_off(now=NOW, failures=count, interval=HOUR, until=None) - NOW for count in (1, 2, 3, 9, 999)
    ]

    assert waits == [HOUR, 2 * HOUR, 4 * HOUR, DAY, DAY]


def test_a_failing_site_s_own_wish_is_heard_beyond_a_day() -> None:
    until = NOW + 3 * DAY

    assert back_off(now=NOW, failures=1, interval=HOUR, until=until) == until


def test_a_scheduler_that_wakes_seconds_early_loses_no_interval() -> None:
    assert is_due(None, now=NOW)
    assert is_due(NOW + timedelta(seconds=20), now=NOW)
    assert not is_due(NOW + timedelta(minutes=5), now=NOW)


@pytest.mark.parametrize(
    ("silence", "silent"),
    [(6 * DAY, False), (14 * DAY, False), (14 * DAY + HOUR, False), (14 * DAY + 6 * HOUR, True)],
)
def test_a_source_is_silent_after_two_weeks_and_six_hours_without_an_entry(
    silence: timedelta, silent: bool
) -> None:
    assert is_silent(NOW - silence, now=NOW) is silent


def test_a_source_that_never_had_a_dated_entry_is_not_called_silent() -> None:
    assert not is_silent(None, now=NOW)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("max-age=3600", HOUR),
        ('public, Max-Age="60"', timedelta(minutes=1)),
        ("no-cache, max-age=3600", None),
        ("s-maxage=60", None),
        ("", None),
        ("max-age=99999999999999", timedelta(seconds=999999999)),
    ],
)
def test_max_age_is_read_from_cache_control(header: str, expected: timedelta | None) -> None:
    assert read_max_age(header) == expected


@given(st.lists(st.datetimes(), max_size=40))
def test_any_dates_give_an_interval_within_bounds(dates: list[datetime]) -> None:
    aware = [date.replace(tzinfo=NOW.tzinfo) for date in dates]

    assert SHORTEST <= choose_interval(find_habit(aware, now=NOW)) <= LONGEST
