"""Where the best rival's community differs most from ours, measured by what both figures may be off. Pure.

Only measures of how a community is run are compared, never its size. Of measures that look at one
thing from several sides the widest gap is told. First where a rival is better, then where we are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search.insights.communities import Community
from search.insights.measured import MEASURES, Family, Measure, Measured, Reading, distance

MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One measure, ours and the best rival's."""

    own: Measured
    rival: Community
    theirs: Measured
    distance: float
    """The difference over what both may be off; at least 1."""
    is_ahead: bool
    """We are the better ones."""


def find_gaps(own: Community, rivals: Sequence[Community]) -> tuple[Gap, ...]:
    """At most three, each beyond chance."""
    found = [gap for each in MEASURES if each.is_compared and (gap := _gap(each, own, rivals))]
    found.sort(key=lambda gap: (gap.is_ahead, -gap.distance, gap.own.measure.id))
    families: dict[Family, Gap] = {}
    for gap in found:
        families.setdefault(gap.own.measure.family, gap)
    return tuple(families.values())[:MOST]


def _gap(measure: Measure, own: Community, rivals: Sequence[Community]) -> Gap | None:
    ours = own.figure(measure.id)
    telling = [(each, figure) for each in rivals if (figure := each.figure(measure.id)).is_telling]
    if not ours.is_telling or not telling:
        return None
    rival, theirs = max(telling, key=lambda pair: _standing(pair[1].now, measure))
    apart = distance(ours.now, theirs.now, measure.unit)
    if apart is None or apart < 1:
        return None
    is_ahead = _standing(ours.now, measure)[1] > _standing(theirs.now, measure)[1]
    return Gap(own=ours, rival=rival, theirs=theirs, distance=apart, is_ahead=is_ahead)


def _standing(reading: Reading, measure: Measure) -> tuple[float, float]:
    """How good a figure is at least, then how good it looks: few lucky cases make nobody the best."""
    worst = reading.low if measure.is_better == "more" else reading.high
    sign = 1 if measure.is_better == "more" else -1
    value = reading.value or 0.0
    return (sign * worst if worst is not None else float("-inf"), sign * value)
