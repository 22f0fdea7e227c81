"""What hours of the week usually hold."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from search.insights.hourly_rates import (
    PAST_HOURS,
    HourlyPast,
    expect,
    hours_of_week,
    learn_profile,
)

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
NINE = 9
EIGHT_WEEKS = np.arange(PAST_HOURS)


def past_of(counts: np.ndarray, covered: np.ndarray | None = None) -> HourlyPast:
    known = np.ones(len(counts), bool) if covered is None else covered
    return HourlyPast(counts=counts.astype(float), slots=np.arange(len(counts)) % 168, covered=known)


def expected(past: HourlyPast, *hours: int) -> float:
    return expect(past, np.array(hours), profile=learn_profile(past)).mean


def test_hours_follow_the_wall_clock_through_a_change_of_the_clock() -> None:
    before = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)  # Sunday, one in the morning in Paris

    assert list(hours_of_week(before, 3, timezone="Europe/Paris") - 6 * 24) == [1, 3, 4]


def test_a_busy_hour_of_the_day_is_expected_to_be_busy() -> None:
    past = past_of(np.where(EIGHT_WEEKS % 24 == NINE, 6, 0))

    assert expected(past, NINE) == pytest.approx(6, rel=0.3)
    assert expected(past, NINE + 12) < 0.5


def test_a_busy_weekday_is_expected_to_be_busy() -> None:
    past = past_of(np.where(EIGHT_WEEKS % 168 // 24 == 4, 5, 1))

    assert expected(past, 4 * 24 + NINE) > 3 * expected(past, 2 * 24 + NINE)


def test_hours_not_covered_are_no_hours_without_events() -> None:
    is_covered = EIGHT_WEEKS % 48 < 24
    half = past_of(np.where(is_covered, 2, 0), is_covered)

    assert expected(half, 10) == pytest.approx(2, rel=0.1)


def test_of_a_place_where_nothing_was_ever_said_little_is_expected_but_not_nothing() -> None:
    silent = past_of(np.zeros(PAST_HOURS))

    assert 0 < expected(silent, *range(24)) < 0.1


def test_growth_of_the_last_week_is_followed() -> None:
    grown = past_of(np.where(EIGHT_WEEKS >= PAST_HOURS - 168, 3, 1))

    assert expected(grown, 10) > 2.2


def test_a_day_of_bad_buzz_is_no_part_of_what_is_usual() -> None:
    counts = np.where(EIGHT_WEEKS % 12 == 0, 1, 0)
    counts[500:512] += 40
    past = past_of(counts)

    usual = past.only(past.usual_hours())

    assert not usual.covered[500:512].any()
    assert usual.covered_days > 53
    assert expected(usual, *range(24)) == pytest.approx(2, rel=0.25)


def test_wild_days_widen_what_chance_explains() -> None:
    even = past_of(np.full(PAST_HOURS, 2))
    wild = past_of(np.where(EIGHT_WEEKS // 24 % 3 == 0, 6, 0))
    ahead = np.arange(24)

    tails = [expect(each, ahead, profile=learn_profile(each)).tail(96) for each in (even, wild)]

    assert tails[0] < tails[1] / 100
