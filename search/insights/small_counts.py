"""Tails of counts and of shares, exact far out: what small numbers and rare events need. Pure.

The negative binomial and the beta-binomial answer "how often would chance alone give as much"; both
rest on the regularised incomplete beta function, worked out by its continued fraction (Lentz).
"""

from __future__ import annotations

import math

TINY = 1e-300
PRECISE = 1e-13
MOST_STEPS = 10_000


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 <= x <= 1."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):  # where the fraction converges fast
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    upper, lower = 1.0, 1.0 / _not_zero(1.0 - (a + b) * x / (a + 1.0))
    value = lower
    for step in range(1, MOST_STEPS):
        for part in _parts(a, b, x, step):
            lower = 1.0 / _not_zero(1.0 + part * lower)
            upper = _not_zero(1.0 + part / upper)
            value *= lower * upper
        if abs(lower * upper - 1.0) < PRECISE:
            break
    return value


def _parts(a: float, b: float, x: float, step: int) -> tuple[float, float]:
    double = 2 * step
    even = step * (b - step) * x / ((a + double - 1) * (a + double))
    odd = -(a + step) * (a + b + step) * x / ((a + double) * (a + double + 1))
    return even, odd


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY


def count_tail(events: int, *, mean: float, shape: float) -> float:
    """Chance of at least so many events, by a negative binomial of that mean and gamma shape."""
    if events <= 0:
        return 1.0
    if mean <= 0.0:
        return 0.0
    return incomplete_beta(events, shape, mean / (mean + shape))


def share_tail(hits: int, number: int, *, share: float, weight: float) -> float:
    """Chance of at least `hits` in `number`, where the share is believed as of `weight` seen before.

    A beta-binomial: wide while little was seen before, a binomial once much was.
    """
    if hits <= 0:
        return 1.0
    a, b = share * weight, (1 - share) * weight
    log_rest = _log_beta(a, b)
    terms = (
        math.exp(_log_choose(number, each) + _log_beta(a + each, b + number - each) - log_rest)
        for each in range(hits, number + 1)
    )
    return min(1.0, sum(terms))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _log_choose(number: int, hits: int) -> float:
    return math.lgamma(number + 1) - math.lgamma(hits + 1) - math.lgamma(number - hits + 1)
