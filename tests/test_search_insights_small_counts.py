"""Tails of counts and shares, against values known by other means."""

from __future__ import annotations

import math

import pytest

from search.insights.counts import Belief
from search.insights.small_counts import count_tail, incomplete_beta, share_tail


@pytest.mark.parametrize(
    ("a", "b", "x", "expected"),
    [
        pytest.param(2, 3, 0.5, 0.6875, id="a polynomial"),
        pytest.param(0.5, 0.5, 0.3, 2 / math.pi * math.asin(math.sqrt(0.3)), id="the arcsine law"),
        pytest.param(1, 7, 0.2, 1 - 0.8**7, id="one of two shapes is 1"),
        pytest.param(3, 1, 0.0, 0.0, id="nothing"),
        pytest.param(3, 1, 1.0, 1.0, id="everything"),
    ],
)
def test_the_incomplete_beta_function_has_its_known_values(
    a: float, b: float, x: float, expected: float
) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(expected, rel=1e-10)


def test_the_two_sides_of_the_incomplete_beta_function_make_one() -> None:
    assert incomplete_beta(40, 3.5, 0.7) + incomplete_beta(3.5, 40, 0.3) == pytest.approx(1.0, abs=1e-12)


def test_a_count_of_shape_one_is_geometric_even_far_out() -> None:
    assert count_tail(10, mean=0.01, shape=1.0) == pytest.approx((0.01 / 1.01) ** 10, rel=1e-8)


def test_a_count_has_the_tail_of_the_gamma_belief_it_stands_for() -> None:
    belief = Belief(shape=3.2, rate=8.0)

    assert count_tail(7, mean=belief.mean * 2, shape=3.2) == pytest.approx(belief.tail(7, 2.0), rel=1e-9)


def test_no_event_is_certain_and_none_comes_of_nothing() -> None:
    assert count_tail(0, mean=3, shape=2) == 1.0
    assert count_tail(1, mean=0, shape=2) == 0.0


def test_large_counts_stay_exact() -> None:
    upper = count_tail(5_000, mean=4_000.0, shape=20.0)
    lower = 1 - count_tail(3_000, mean=4_000.0, shape=20.0)

    assert 0.1 < upper < 0.2
    assert 0.1 < lower < 0.2


def test_a_share_nothing_is_known_of_makes_every_number_of_hits_as_likely() -> None:
    assert share_tail(8, 9, share=0.5, weight=2) == pytest.approx(2 / 10)


def test_a_well_known_share_is_binomial() -> None:
    assert share_tail(3, 5, share=0.5, weight=1e7) == pytest.approx(0.5, rel=1e-5)


def test_no_hits_are_no_surprise() -> None:
    assert share_tail(0, 5, share=0.1, weight=30) == 1.0
