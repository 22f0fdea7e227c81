"""How communities are doing and how well they are run, side by side, against their own four weeks before.

Each figure has the count behind it, its interval where one is known, and a floor below which nothing
is said. Days that were not read leave the time compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search.insights.activity import own_sources
from search.insights.audience import Growth, measure_growth
from search.insights.community_figures import measure_figures, staff_replies
from search.insights.community_material import gather_material
from search.insights.contention import Thread, best_of, gather_threads, most_controversial
from search.insights.coverage import Readings
from search.insights.measured import Measured
from search.insights.responses import Staffing, measure_staffing
from search.insights.scope import Scope
from search.insights.stretches import Stretch, days_before, days_of
from search.window import Window
from watchlists.model import Organisation

ROLES = ("own", "competitor", "partner")
"""Whose communities are compared: ours first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """One organisation's own places between two times."""

    organisation: Organisation
    figures: tuple[Measured, ...]
    """Every measure of MEASURES, in its order."""
    staffing: Staffing
    growth: tuple[Growth, ...]
    best: tuple[Thread, ...]
    controversial: tuple[Thread, ...]
    period: Stretch
    baseline: Stretch

    def figure(self, id: str) -> Measured:
        """The figure of that measure."""
        return next(each for each in self.figures if each.measure.id == id)


def history_days(window: Window) -> int:
    """How many days of coverage the figures of a window look at."""
    return days_of(window) + 2 * days_before(days_of(window)) + 1


def compared_organisations(scope: Scope) -> tuple[Organisation, ...]:
    """Those with places of their own: ours, then rivals, then partners, in the watchlist's order."""
    found = (each for role in ROLES for each in scope.organisations(role))
    return tuple(each for each in found if own_sources(scope, each))


def measure_communities(
    scope: Scope, readings: Readings, organisations: Sequence[Organisation]
) -> tuple[Community, ...]:
    """The communities of these organisations; `readings` go back `history_days` of the scope's window."""
    return tuple(measure_community(scope, each, readings) for each in organisations)


def measure_community(scope: Scope, organisation: Organisation, readings: Readings) -> Community:
    """What went on in an organisation's own places in the scope's window, as known at its end."""
    material, window = gather_material(scope, organisation, readings), scope.window
    threads = gather_threads(material.now, scope.index.get)
    return Community(
        organisation=organisation,
        figures=measure_figures(material),
        staffing=measure_staffing(staff_replies(material.now), timezone=window.timezone),
        growth=measure_growth(scope, material.sources, since=window.start, until=window.end),
        best=best_of(threads),
        controversial=most_controversial(threads),
        period=material.period,
        baseline=material.baseline,
    )
