"""Who joins a community: authors never read there before, and the members its places show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crawlers.items import CommunitySample
from search.insights.activity import owned_by
from search.insights.coverage import Readings
from search.insights.scope import SINCERE, Scope
from search.window import between, wall_clock
from watchlists.model import Organisation
from watchlists.query import And, Keyword, Or

SizeName = Literal["members", "followers", "subscribers"]
SIZES: tuple[SizeName, ...] = ("members", "followers", "subscribers")
FOUR_WEEKS = 28
SLACK = timedelta(days=1)
"""A place first read this much later than its history should begin is old enough still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Authors of a period, and those among them never read there before."""

    newcomers: int
    authors: int


def count_arrivals(
    scope: Scope, organisation: Organisation, readings: Readings, *, since: datetime, until: datetime
) -> Arrivals | None:
    """None where no place of it was read for four weeks before the period.

    Staff, bots, spam and trolling are left out. An author is new when nothing earlier of theirs was read
    in these places. A young history makes everybody new, so that places with less than four weeks of it
    are left out.
    """
    start = wall_clock(since, -FOUR_WEEKS, timezone=scope.window.timezone) + SLACK
    old = tuple(
        Keyword("community", source.id)
        for source in scope.watchlist.sources
        if source.organisation == organisation.id
        and (spans := readings.covered.get(source.id))
        and spans[0][0] <= start
    )
    if not old:
        return None
    people = (Keyword("bot", "false"), Keyword("staff", "false"))
    query = scope.known(owned_by(organisation), Or(old), SINCERE, *people)

    def distinct(begin: datetime | None, end: datetime) -> int:
        return scope.index.distinct(And((query, between("published", begin, end))), "author")

    return Arrivals(newcomers=distinct(None, until) - distinct(None, since), authors=distinct(since, until))


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The size of one place as first and as last shown in a period."""

    source: str
    of: SizeName
    first: int
    first_at: datetime
    last: int
    last_at: datetime

    @property
    def gained(self) -> int:
        """More, or fewer, than at first."""
        return self.last - self.first


def measure_growth(
    scope: Scope, sources: Sequence[str], *, since: datetime, until: datetime
) -> tuple[Growth, ...]:
    """Each place that showed its size at least twice."""
    found = (_growth(source, scope.index.samples(source, since=since, until=until)) for source in sources)
    return tuple(growth for growth in found if growth)


def _growth(source: str, samples: Sequence[CommunitySample]) -> Growth | None:
    for name in SIZES:
        shown = [(each.at, size) for each in samples if (size := getattr(each, name)) is not None]
        if len(shown) > 1:
            (first_at, first), (last_at, last) = shown[0], shown[-1]
            return Growth(source=source, of=name, first=first, first_at=first_at, last=last, last_at=last_at)
    return None


def gained_in(growths: Sequence[Growth], span: timedelta) -> float | None:
    """Members gained in so long a time, at the pace of these places; None without any."""
    if not growths:
        return None
    return sum(each.gained * (span / (each.last_at - each.first_at)) for each in growths)
