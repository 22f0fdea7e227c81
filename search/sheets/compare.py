"""The sheet of `veilleur compare`: communities side by side, every figure as a row, the rest as details."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from search.editions.comparison import TidyRow
from search.insights.communities import (
    Community,
    compared_organisations,
    history_days,
    measure_communities,
)
from search.insights.contention import Thread
from search.insights.coverage import read_coverage
from search.insights.noise import measure_noise
from search.insights.scope import Scope
from search.render.columns import comparison_lines
from search.sections.communities import tell_communities, tidy_rows
from search.sections.story import title_of
from search.sections.teller import Teller
from search.sheet import Sheet
from search.sheets.asked import choose_organisations
from search.wording.plain import safe_url
from watchlists.errors import VeilleurError
from watchlists.model import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """How many days of an organisation's places were read, in the period and before it."""

    type: str = "coverage"
    organisation: str
    days: int
    covered_days: int
    days_before: int
    covered_days_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingRow:
    """When staff replied: hours of the day, days of the week (Monday is 0), and a usual day's ends."""

    type: str = "staffing"
    organisation: str
    replies: int
    hours: tuple[int, ...]
    days: tuple[int, ...]
    usual_first_hour: int | None
    usual_last_hour: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthRow:
    """The size of one place as first and as last shown."""

    type: str = "growth"
    organisation: str
    source: str
    of: str
    first: int
    first_at: datetime
    last: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRow:
    """A thread that stands out: `best` or `controversial`."""

    type: str
    organisation: str
    id: str
    title: str
    url: str
    repliers: int
    reception: float | None
    sides: tuple[int, int]
    """For and against."""
    by: str
    """What the sides are: `votes`, or people by the `tone` of their replies."""
    heat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseRow:
    """Spam and trolling among the posts in our own places; no share below its floor."""

    type: str = "noise"
    noise: int
    posts: int
    share: float | None
    share_low: float | None
    share_high: float | None
    is_telling: bool


def make_compare_sheet(teller: Teller, wanted: Sequence[str], *, width: int) -> Sheet:
    """The communities of those wanted, or of all that have places of their own, in so many columns."""
    scope = teller.scope
    readings = read_coverage(scope, days=history_days(scope.window))
    communities = measure_communities(scope, readings, choose_communities(scope, wanted))
    return Sheet(
        lines=tuple(comparison_lines(tell_communities(teller, communities), width=width)),
        row=TidyRow,
        rows=tidy_rows(communities, scope.window),
        details=(*(row for each in communities for row in _details(each)), *_noise_rows(scope, communities)),
    )


def choose_communities(scope: Scope, wanted: Sequence[str]) -> tuple[Organisation, ...]:
    """The organisations asked for that have places of their own, ours first."""
    asked = choose_organisations(scope, wanted) if wanted else scope.watchlist.organisations
    known = compared_organisations(scope)
    found = tuple(each for each in known if each in asked)
    if not found:
        raise VeilleurError(
            "There is no community to compare.",
            why="No source of the watchlist belongs to these organisations.",
            remedy="Say whose place a source is with organisation = …, or add one: veilleur add",
        )
    return found


def _noise_rows(scope: Scope, communities: Sequence[Community]) -> Iterator[NoiseRow]:
    is_ours = any(each.organisation.role == "own" for each in communities)
    found = measure_noise(scope, by="published") if is_ours else None
    if found:
        yield NoiseRow(
            noise=found.hits,
            posts=found.base,
            share=found.value,
            share_low=found.interval.low if found.is_telling else None,
            share_high=found.interval.high if found.is_telling else None,
            is_telling=found.is_telling,
        )


def _details(community: Community) -> Iterator[object]:
    organisation = community.organisation.id
    period, baseline = community.period, community.baseline
    yield CoverageRow(
        organisation=organisation,
        days=period.days,
        covered_days=period.covered_days,
        days_before=baseline.days,
        covered_days_before=baseline.covered_days,
    )
    usual = community.staffing.usual if community.figure("staffed_hours").is_telling else None
    yield StaffingRow(
        organisation=organisation,
        replies=community.staffing.replies,
        hours=community.staffing.hours,
        days=community.staffing.days,
        usual_first_hour=usual[0] if usual else None,
        usual_last_hour=usual[1] if usual else None,
    )
    for each in community.growth:
        yield GrowthRow(
            organisation=organisation,
            source=each.source,
            of=each.of,
            first=each.first,
            first_at=each.first_at,
            last=each.last,
            last_at=each.last_at,
        )
    yield from (_thread("best", organisation, each) for each in community.best)
    yield from (_thread("controversial", organisation, each) for each in community.controversial)


def _thread(type: str, organisation: str, thread: Thread) -> ThreadRow:
    return ThreadRow(
        type=type,
        organisation=organisation,
        id=thread.opening.id,
        title=title_of(thread.opening),
        url=safe_url(thread.opening.url),
        repliers=thread.repliers,
        reception=thread.reception,
        sides=thread.sides,
        by="votes" if thread.by_votes else "tone",
        heat=thread.heat,
    )
