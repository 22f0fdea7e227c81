"""Statistics for small numbers, against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.insights.counts import Belief, usual_range


def test_a_belief_learns_from_what_it_sees() -> None:
    belief = Belief(shape=0.5, rate=50.0).observe(4, 350)

    assert belief.mean == pytest.approx(4.5 / 400)


def test_the_tail_of_a_geometric_case_is_known() -> None:
    # shape 1 is geometric: at least k events has probability (t / (r + t)) ** k
    assert Belief(shape=1.0, rate=3.0).tail(4, 1.0) == pytest.approx(0.25**4)


def test_much_evidence_makes_the_tail_that_of_poisson() -> None:
    poisson = 1 - sum(math.exp(-2) * 2**k / math.factorial(k) for k in range(5))

    assert Belief(shape=2e6, rate=1e6).tail(5, 1.0) == pytest.approx(poisson, rel=1e-3)


@given(st.floats(0.1, 100), st.floats(0.1, 1000), st.floats(0.1, 100), st.integers(0, 60))
def test_a_tail_is_a_probability_that_never_grows(
    shape: float, rate: float, exposure: float, events: int
) -> None:
    belief = Belief(shape=shape, rate=rate)

    assert 0.0 <= belief.tail(events + 1, exposure) <= belief.tail(events, exposure) <= 1.0


def test_the_usual_range_holds_eight_days_in_ten() -> None:
    assert usual_range([0, 1, 1, 2, 2, 2, 3, 3, 4, 40]) == (0, 8)
    assert usual_range([2] * 10) == (2, 2)
