"""Trends: how often a term is spoken of, week by week, and whether that is more or less than chance.

A share is texts with the term of all texts of that week; copies and spam are left out of both. Weeks are
counted back from the period's end; one that the watch covered for less than three quarters is no zero but
unknown, and no part of the past. The last week is compared with the weeks before it by the rules of rising
terms: at least twice (or at most half) of what is usual, by chance less than once in a thousand, and for a
rise at least three texts by three authors in two sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from pipelines.document import Document
from search.insights.coverage import Readings
from search.insights.rising import (
    FEWEST_AUTHORS,
    FEWEST_DOCUMENTS,
    FEWEST_SOURCES,
    LEAST_RATIO,
    PRIOR,
    RAREST,
)
from search.insights.scope import SINCERE, Scope
from search.insights.voice import week_bounds
from search.window import between
from watchlists.query import And, Keyword, Query

Course = Literal["rising", "falling", "steady", "too_few"]
FEWEST_WEEKS = 2
"""Covered weeks of past, below which nothing is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week: texts with the term, of all texts; `count` is None where the week was not read."""

    start: datetime
    count: int | None
    base: int

    @property
    def share(self) -> float | None:
        """Texts with the term, of all."""
        return self.count / self.base if self.count is not None and self.base else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One term over some weeks, oldest first."""

    term: str
    weeks: tuple[Week, ...]
    total: int
    authors: int
    sources: int
    first: Document | None
    """The earliest text with the term that was ever read."""
    usual: float | None
    """Texts such a last week usually holds; None without past enough."""
    course: Course


def follow_terms(
    scope: Scope, terms: Sequence[tuple[str, Query]], readings: Readings, *, since: datetime, until: datetime
) -> tuple[Trend, ...]:
    """The course of each term (as written, and what it asks for) over the whole weeks of [since, until)."""
    bounds = week_bounds(scope, since=since, until=until)
    sources = [each.id for each in scope.watchlist.sources if each.enabled]
    covered = readings.covered_days(sources, bounds)
    bases = [scope.index.count(_texts(scope, *week)) for week in pairwise(bounds)]
    return tuple(_follow(scope, term, query, bounds, covered, bases) for term, query in terms)


def _texts(scope: Scope, since: datetime, until: datetime) -> And:
    return scope.known(between("published", since, until), Keyword("copy", "false"), SINCERE)


def _follow(
    scope: Scope,
    term: str,
    query: Query,
    bounds: Sequence[datetime],
    covered: Sequence[bool],
    bases: Sequence[int],
) -> Trend:
    weeks = tuple(
        Week(start=week[0], count=_count(scope, query, week) if is_read else None, base=base)
        for week, is_read, base in zip(pairwise(bounds), covered, bases, strict=True)
    )
    whole = And((query, _texts(scope, bounds[0], bounds[-1])))
    first = scope.index.search(scope.known(query), sort="published", limit=1).hits
    usual, course = _judge(scope, query, weeks, bounds)
    return Trend(
        term=term,
        weeks=weeks,
        total=scope.index.count(whole),
        authors=scope.index.distinct(whole, "author"),
        sources=scope.index.distinct(whole, "source"),
        first=first[0].document if first else None,
        usual=usual,
        course=course,
    )


def _count(scope: Scope, query: Query, week: tuple[datetime, datetime]) -> int:
    return scope.index.count(And((query, _texts(scope, *week))))


def _judge(
    scope: Scope, query: Query, weeks: Sequence[Week], bounds: Sequence[datetime]
) -> tuple[float | None, Course]:
    past = [each for each in weeks[:-1] if each.count is not None and each.base]
    if not weeks or weeks[-1].count is None or len(past) < FEWEST_WEEKS:
        return None, "too_few"
    now, base = weeks[-1].count, weeks[-1].base
    belief = PRIOR.observe(sum(each.count or 0 for each in past), sum(each.base for each in past))
    usual = belief.mean * base
    if now >= FEWEST_DOCUMENTS and now >= LEAST_RATIO * usual and belief.tail(now, base) < RAREST:
        last = And((query, _texts(scope, bounds[-2], bounds[-1])))
        index = scope.index
        is_shared = index.distinct(last, "source") >= FEWEST_SOURCES
        is_shared = is_shared and index.distinct(last, "author") >= FEWEST_AUTHORS
        return usual, "rising" if is_shared else "steady"
    if usual >= FEWEST_DOCUMENTS and now <= usual / LEAST_RATIO and 1 - belief.tail(now + 1, base) < RAREST:
        return usual, "falling"
    has_few = now < FEWEST_DOCUMENTS and usual < FEWEST_DOCUMENTS
    return usual, "too_few" if has_few else "steady"
