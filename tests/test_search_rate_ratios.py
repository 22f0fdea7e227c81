"""Ratios of rates against values worked out elsewhere."""

from __future__ import annotations

import math

import pytest

from search.insights.rate_ratios import ratio_interval, scatter_of


def test_the_exact_interval_is_the_published_one() -> None:
    """Breast cancer after fluoroscopy: the worked example of the exact test of two Poisson rates."""
    found = ratio_interval(11, 800, base=21, base_exposure=3011)

    assert found.low == pytest.approx(0.8584264, abs=1e-6)
    assert found.high == pytest.approx(4.2772659, abs=1e-6)


def test_nothing_on_one_side_leaves_one_bound_open() -> None:
    none_now = ratio_interval(0, 7, base=14, base_exposure=28)
    none_before = ratio_interval(5, 7, base=0, base_exposure=28)

    assert none_now.low == 0.0
    assert none_now.high < 1.5
    assert none_before.low > 1.5
    assert none_before.high == math.inf


def test_scattered_days_make_the_interval_wider() -> None:
    steady = ratio_interval(30, 10, base=30, base_exposure=30)
    wild = ratio_interval(30, 10, base=30, base_exposure=30, scatter=4.0)

    assert wild.low < steady.low < 3 < steady.high < wild.high


def test_without_time_read_nothing_is_known() -> None:
    assert ratio_interval(5, 0, base=5, base_exposure=7).high == math.inf


def test_scatter_is_variance_over_mean_and_never_less_than_chance() -> None:
    assert scatter_of([0, 10, 0, 10]) == pytest.approx(100 / 5 / 3)  # 4 times 25, over the mean, over 3
    assert scatter_of([2, 2, 2, 2]) == 1.0
    assert scatter_of([0, 0]) == 1.0
    assert scatter_of([7]) == 1.0
