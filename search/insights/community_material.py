"""What the figures of one community are made of: its texts now, and those of the covered days before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.document import Document
from search.insights.activity import own_sources, owned_by
from search.insights.coverage import Readings
from search.insights.intervals import count_interval
from search.insights.measured import NOTHING, Reading
from search.insights.scope import SINCERE, Scope
from search.insights.stretches import Stretch, baseline_of, period_of
from search.window import between
from watchlists.model import Organisation

FEWEST_DAYS = 7
"""Covered days the time compared with needs before a number of things is said of it."""
Documents = tuple[Document, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One organisation's own places; `before` holds texts of covered days only, both by time."""

    scope: Scope
    organisation: Organisation
    readings: Readings
    sources: tuple[str, ...]
    period: Stretch
    baseline: Stretch
    now: Documents
    before: Documents

    @property
    def ratio(self) -> float | None:
        """The period's days over the covered ones of the time compared with; None below the floor."""
        covered = self.baseline.covered_days
        return self.period.covered_days / covered if covered >= FEWEST_DAYS else None

    def scaled(self, before: int) -> Reading:
        """As many as an equally long time would have had."""
        return NOTHING if self.ratio is None else read_count(before, scale=self.ratio)

    def by_piece(self, count: Callable[[Documents], int]) -> Reading:
        """The mean over stretches as long as the period: distinct things do not add up over time."""
        pieces = [each for each in self.baseline.pieces(self.period.days) if each.is_covered]
        counts = [count(each.keep(self.before)) for each in pieces]
        return read_count(sum(counts), scale=1 / len(counts)) if counts else NOTHING


def read_count(number: int, *, scale: float = 1.0) -> Reading:
    """So many things, or as many as another length of time would have had."""
    interval = count_interval(number)
    return Reading(value=number * scale, count=number, low=interval.low * scale, high=interval.high * scale)


def gather_material(scope: Scope, organisation: Organisation, readings: Readings) -> Material:
    """What was published in its places since the time compared with began, as known at the window's end.

    Spam and trolling are left out.
    """
    window, sources = scope.window, own_sources(scope, organisation)
    baseline = baseline_of(window, sources, readings)
    query = scope.known(owned_by(organisation), SINCERE, between("published", baseline.bounds[0], window.end))
    found = sorted(scope.index.scan(query), key=lambda each: (each.published, each.id))
    return Material(
        scope=scope,
        organisation=organisation,
        readings=readings,
        sources=sources,
        period=period_of(window, sources, readings),
        baseline=baseline,
        now=tuple(each for each in found if each.published >= window.start),
        before=baseline.keep(found),
    )
