"""Share of voice: of all mentions of some organisations by others, how many are whose.

Two bases are told apart: mentions, where a text counts once for each organisation it names, and
stories, where all texts about one event count once and copies not at all. What is said in an
organisation's own places is no mention of it. Shares have their count, their base and an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from search.insights.activity import said_of
from search.insights.intervals import Share
from search.insights.reputation import measure_reputation
from search.insights.scope import Scope
from search.window import between, wall_clock
from watchlists.model import Organisation

WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceShare:
    """One organisation's part of the mentions and of the stories of all that are compared."""

    organisation: Organisation
    mentions: Share
    stories: Share
    authors: int
    before: Share
    """Mentions in the period of the same length just before."""
    weeks: tuple[Share, ...] = ()
    """Mentions by week, oldest first, the last week ending with the period."""

    @property
    def is_changed(self) -> bool:
        """Whether the shares now and before lie apart by more than both may be off."""
        if not (self.mentions.is_telling and self.before.is_telling):
            return False
        now, before = self.mentions.interval, self.before.interval
        return now.low > before.high or now.high < before.low


def measure_voice(
    scope: Scope, organisations: Sequence[Organisation], *, since: datetime, until: datetime
) -> tuple[VoiceShare, ...]:
    """The share of each of these organisations among all of them, in their order."""
    start = since - (until - since)
    now = [measure_reputation(scope, each, since=since, until=until) for each in organisations]
    before = [_count(scope, each, start, since) for each in organisations]
    weeks = _weeks(scope, organisations, since=since, until=until)
    return tuple(
        VoiceShare(
            organisation=each.organisation,
            mentions=Share(hits=each.mentions, base=sum(one.mentions for one in now)),
            stories=Share(hits=each.stories, base=sum(one.stories for one in now)),
            authors=each.authors,
            before=Share(hits=earlier, base=sum(before)),
            weeks=tuple(Share(hits=counts[place], base=sum(counts)) for counts in weeks),
        )
        for place, (each, earlier) in enumerate(zip(now, before, strict=True))
    )


def week_bounds(scope: Scope, *, since: datetime, until: datetime) -> tuple[datetime, ...]:
    """Limits of the whole weeks of a period, oldest first, counted back from its end by the wall clock."""
    bounds = [until]
    while (start := wall_clock(bounds[0], -WEEK, timezone=scope.window.timezone)) >= since:
        bounds.insert(0, start)
    return tuple(bounds)


def _weeks(
    scope: Scope, organisations: Sequence[Organisation], *, since: datetime, until: datetime
) -> list[list[int]]:
    bounds = week_bounds(scope, since=since, until=until)
    return [[_count(scope, each, *week) for each in organisations] for week in pairwise(bounds)]


def _count(scope: Scope, organisation: Organisation, since: datetime, until: datetime) -> int:
    return scope.index.count(scope.known(said_of(organisation), between("published", since, until)))
