"""Waits with some still going on, and intervals, against values worked out by hand or published."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.insights.intervals import count_interval, median_interval, share_interval
from search.insights.measured import Reading, distance
from search.insights.waits import estimate_median, estimate_served, median_wait, survival

WAITS = st.lists(st.tuples(st.integers(0, 5000).map(float), st.booleans()), max_size=40)


def test_the_median_wait_counts_those_who_still_wait() -> None:
    assert median_wait([(10, True), (20, True), (30, True)]) == 20
    assert median_wait([(10, True), (60, False), (60, False)]) is None
    assert median_wait([(5, False), (10, True), (20, True)]) == 10
    assert median_wait([]) is None


def test_the_curve_is_that_of_kaplan_and_meier() -> None:
    # 6 wait; one served at 1, two at 3 with 5 at risk, one gives up at 4, one served at 6 with 2 at risk
    waits = [(1, True), (3, True), (3, True), (4, False), (6, True), (9, False)]

    steps = [(step.minutes, step.share) for step in survival(waits)]

    assert steps == [(1, pytest.approx(5 / 6)), (3, pytest.approx(1 / 2)), (6, pytest.approx(1 / 4))]


def test_an_answer_at_the_very_minute_comes_before_a_wait_that_ends_there() -> None:
    assert median_wait([(10, False), (10, True)]) == 10


def test_the_share_served_without_any_still_waiting_is_a_plain_share_with_its_wilson_interval() -> None:
    served = estimate_served([(10, True)] * 8 + [(2000, True)] * 2, within=1440)
    plain = share_interval(8, 10)

    assert served is not None
    assert served.value == pytest.approx(0.8)
    assert (served.low, served.high) == (pytest.approx(plain.low), pytest.approx(plain.high))


def test_nobody_served_yet_is_a_share_of_none() -> None:
    served = estimate_served([(100, False), (200, False)], within=60)

    assert served is not None
    assert served.value == 0.0
    assert served.high == pytest.approx(share_interval(0, 2).high)
    assert estimate_served([], within=60) is None


def test_a_median_of_few_reaches_as_far_as_is_known() -> None:
    few = estimate_median([(10, True), (20, True), (30, True)])
    many = estimate_median([(float(minutes), True) for minutes in range(1, 101)])

    assert few is not None
    assert few.high is None
    assert many is not None
    assert (many.value, many.low, many.high) == (
        50,
        41,
        60,
    )  # Wilson of 59 and of 40 in 100 hold one half no more


@given(WAITS)
def test_a_curve_falls_and_lies_within_its_interval(waits: list[tuple[float, bool]]) -> None:
    steps = survival(waits)

    assert all(0 <= step.low <= step.share + 1e-9 <= step.high + 2e-9 <= 1 + 3e-9 for step in steps)
    assert [step.share for step in steps] == sorted((step.share for step in steps), reverse=True)


@pytest.mark.parametrize(
    ("hits", "base", "low", "high"),
    [(15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_intervals_are_those_of_newcombe(hits: int, base: int, low: float, high: float) -> None:
    interval = share_interval(hits, base)

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_the_interval_of_a_count_is_near_the_exact_one() -> None:
    # exact (Garwood): 10 events 4.795 to 18.39; none 0 to 3.689
    assert (count_interval(10).low, count_interval(10).high) == (
        pytest.approx(4.795, abs=0.01),
        pytest.approx(18.39, abs=0.01),
    )
    assert count_interval(0).low == 0.0
    assert count_interval(0).high == pytest.approx(3.689, abs=0.03)


def test_a_median_needs_six_values_for_an_interval() -> None:
    assert median_interval([1, 2, 3, 4, 5]) is None
    found = median_interval([float(each) for each in range(1, 101)])

    assert found is not None
    assert (found.low, found.high) == (40, 61)


@pytest.mark.parametrize("number", range(6, 121))
def test_the_interval_of_a_median_holds_it_95_times_in_100(number: int) -> None:
    found = median_interval([float(each) for each in range(number)])

    assert found is not None
    below = range(int(found.low) + 1, int(found.high) + 1)  # how many values may lie below the median
    assert sum(math.comb(number, each) for each in below) / 2**number >= 0.95


def test_the_distance_of_two_shares_is_newcombes() -> None:
    # Newcombe 1998, method 10: 56/70 against 48/80 differ by 0.2, from 0.0524 to 0.3339
    one, other = share_interval(56, 70), share_interval(48, 80)
    ours = Reading(value=0.8, count=70, low=one.low, high=one.high)
    theirs = Reading(value=0.6, count=80, low=other.low, high=other.high)

    apart = distance(ours, theirs, "share")

    assert apart == distance(theirs, ours, "share")
    assert apart == pytest.approx(0.2 / (0.2 - 0.0524), rel=1e-3)


def test_waits_are_as_far_apart_as_their_logarithms() -> None:
    fast = Reading(value=10, count=20, low=5, high=20)
    slow = Reading(value=60, count=20, low=30, high=120)

    spread = math.hypot(math.log(61 / 31), math.log(21 / 11))

    assert distance(fast, slow, "minutes") == pytest.approx(math.log(61 / 11) / spread)


def test_without_a_known_end_no_distance_is_said() -> None:
    assert (
        distance(Reading(value=1, count=5, low=1), Reading(value=9, count=5, low=8, high=9), "minutes")
        is None
    )
    assert distance(Reading(value=None, count=5), Reading(value=9, count=5), "share") is None
