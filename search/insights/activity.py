"""How busy and how well run a community is: a month in days, and the measures of its threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.document import Document
from search.insights.counts import usual_range
from search.insights.coverage import Readings
from search.insights.responses import DAY, count_unanswered, first_waits, is_asked, is_thread
from search.insights.scope import SINCERE, Scope
from search.insights.waits import median_wait
from search.window import between, count_days
from watchlists.model import Organisation
from watchlists.query import And, Keyword, Not, Query

MONTH = 30
FEWEST_DAYS = 7
"""Covered days needed before a usual range is said."""
FEWEST_THREADS = 5
"""Threads needed before waits and shares are said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Thirty days of counts, the last one being the day that ends now; None was not covered."""

    bounds: tuple[datetime, ...]
    counts: tuple[int | None, ...]
    last: int
    usual: tuple[int, int] | None

    @property
    def is_unusual(self) -> bool:
        """More than eight days in ten, by at least two."""
        return self.usual is not None and self.last >= self.usual[1] + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What went on in one organisation's own places between two times."""

    posts: int
    authors: int
    threads: int
    replies: int
    staff_replies: int
    first_reply: float | None
    """Median minutes to the first reply by another than the opener, in threads that ask for one.

    None when these are too few.
    """
    due: int
    """Threads that ask for an answer, older than 24 hours: the base of `unanswered`."""
    unanswered: int

    @property
    def is_telling(self) -> bool:
        """Whether there are threads enough to speak of waits and shares."""
        return self.threads >= FEWEST_THREADS


def owned_by(organisation: Organisation) -> Query:
    """Documents read in the organisation's own places."""
    return Keyword("owner", organisation.id)


def said_of(organisation: Organisation) -> Query:
    """Mentions of the organisation by others: not in its own places, by people, nor spam or trolling."""
    by_people = Keyword("bot", "false")
    return And((Keyword("mentions", organisation.id), Not(owned_by(organisation)), by_people, SINCERE))


def own_sources(scope: Scope, organisation: Organisation) -> tuple[str, ...]:
    """Ids of the enabled sources that are the organisation's own."""
    sources = scope.watchlist.sources
    return tuple(each.id for each in sources if each.organisation == organisation.id and each.enabled)


def measure_month(scope: Scope, query: Query, *, sources: Sequence[str], readings: Readings) -> Month:
    """Documents a day over thirty days by publication, days not covered by `sources` masked."""
    bounds = scope.window.bounds(MONTH)
    counts = count_days(scope.index, scope.known(query), "published", bounds)
    covered = readings.covered_days(sources, bounds)
    masked = tuple(count if is_covered else None for count, is_covered in zip(counts, covered, strict=True))
    before = [count for count in masked[:-1] if count is not None]
    usual = usual_range(before) if len(before) >= FEWEST_DAYS else None
    return Month(bounds=bounds, counts=(*masked[:-1], counts[-1]), last=counts[-1], usual=usual)


def measure_activity(
    scope: Scope, organisation: Organisation, *, since: datetime, until: datetime
) -> Activity:
    """Posts, threads, replies by staff and waits in the organisation's places, as known at `until`."""
    query = scope.known(owned_by(organisation), between("published", since, until))
    openings = list(filter(is_thread, scope.index.scan(And((query, Keyword("opening", "true"))))))
    replies = And((query, Keyword("opening", "false"), Keyword("bot", "false")))
    asked = list(filter(is_asked, openings))
    late = count_unanswered(asked, DAY, until=until)
    return Activity(
        posts=scope.index.count(query),
        authors=scope.index.distinct(And((query, Keyword("bot", "false"))), "author"),
        threads=len(openings),
        replies=scope.index.count(replies),
        staff_replies=scope.index.count(And((replies, Keyword("staff", "true")))),
        first_reply=_median(asked, until),
        due=late.due,
        unanswered=late.unanswered,
    )


def _median(asked: Sequence[Document], until: datetime) -> float | None:
    return median_wait(first_waits(asked, until=until)) if len(asked) >= FEWEST_THREADS else None
