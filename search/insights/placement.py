"""Where to be: communities that are not ours, by what they talk about, how alive they are, and who is there.

Two sorts are ranked apart, because different things are known of them:
- places the watch reads: their own texts say what they talk about;
- places people only link to (a domain, or a community within a platform): the texts that link to them do.

The score is shown in its three parts, each from 0 to 1, and is their weighted mean:
- overlap (one half): cosine between what is said there and what is said of us, in our places or about
  our topics; key phrases and topics, weighted by how many texts hold them and how rare they are;
- activity (three tenths): authors a week / (authors a week + 10), so that it has no upper end;
- rivals (two tenths): the part of our competitors that are named, or own a place, there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from search.insights.places import linked_places
from search.insights.scope import SINCERE, Scope
from search.window import between
from watchlists.model import Source
from watchlists.query import And, Keyword, Or, Query

Sort = Literal["watched", "linked"]
WEIGHTS = {"overlap": 0.5, "activity": 0.3, "rivals": 0.2}
HALF_AUTHORS = 10.0
"""Authors a week that make half of the activity."""
FEWEST_AUTHORS = 3
FEWEST_TERMS = 5
"""Different terms of a place, below which its subjects are not compared."""
MOST_TERMS = 300
MOST_LINKED = 100
"""Places linked to that are looked at, most linked to first."""
WEEK = timedelta(days=7)
Profile = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One place, the three parts of its score, and the counts behind them."""

    sort: Sort
    place: str
    """Source id, or the domain or community linked to."""
    posts: int
    """Texts there; for a linked place, texts that link to it."""
    authors: int
    weeks: float
    overlap: float | None
    """None while too few different terms are known."""
    shared: tuple[str, ...]
    """Terms that make most of the overlap."""
    rivals: tuple[str, ...]
    """Ids of the competitors present."""
    rivals_share: float
    ours: int
    """Texts there that name us."""

    @property
    def posts_a_week(self) -> float:
        """Texts a week."""
        return self.posts / self.weeks

    @property
    def activity(self) -> float:
        """Authors a week, from 0 to 1."""
        weekly = self.authors / self.weeks
        return weekly / (weekly + HALF_AUTHORS)

    @property
    def score(self) -> float:
        """The weighted mean of the three parts; an unknown overlap counts as none."""
        parts = {"overlap": self.overlap or 0.0, "activity": self.activity, "rivals": self.rivals_share}
        return sum(WEIGHTS[name] * value for name, value in parts.items())


def rank_places(scope: Scope, *, since: datetime, until: datetime) -> tuple[Spot, ...]:
    """External places with at least three authors in [since, until): watched ones first, best first."""
    ranking = _Ranking.over(scope, since=since, until=until)
    spots = (*ranking.watched(), *ranking.linked())
    return tuple(sorted(spots, key=lambda each: (each.sort == "linked", -each.score, each.place)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranking:
    """The period's texts, what they are about, and what we are about."""

    scope: Scope
    period: Query
    weeks: float
    rarity: Profile
    ours: Profile

    @classmethod
    def over(cls, scope: Scope, *, since: datetime, until: datetime) -> _Ranking:
        period = scope.known(between("published", since, until), SINCERE)
        total = max(1, scope.index.count(period))
        holders = {
            name: count
            for field in ("phrase", "topic")
            for name, count in _counts(scope, period, field, 20_000)
        }
        rarity = {name: math.log(1 + total / count) for name, count in holders.items()}
        ours = make_profile(_terms(scope, And((period, _about_us(scope)))), rarity)
        return cls(scope=scope, period=period, weeks=(until - since) / WEEK, rarity=rarity, ours=ours)

    def watched(self) -> Iterator[Spot]:
        """Places we read that belong to nobody we compare ourselves with."""
        for source in self.scope.watchlist.sources:
            if source.enabled and self._is_external(source):
                yield from self._spots("watched", source.id, Keyword("community", source.id))

    def linked(self) -> Iterator[Spot]:
        """Places that texts link to and that we neither read nor know as a platform."""
        for place in linked_places(self.scope, self.period, fewest=FEWEST_AUTHORS)[:MOST_LINKED]:
            yield from self._spots("linked", place, Keyword("link", place))

    def _is_external(self, source: Source) -> bool:
        owner = self.scope.watchlist.organisation(source.organisation or "")
        return owner is None or owner.role == "partner"

    def _spots(self, sort: Sort, place: str, there: Query) -> Iterator[Spot]:
        """The place, where enough people speak there."""
        people = And((self.period, there, Keyword("bot", "false"), Keyword("copy", "false")))
        authors = self.scope.index.distinct(people, "author")
        if authors >= FEWEST_AUTHORS:
            yield self._spot(sort, place, people, authors)

    def _spot(self, sort: Sort, place: str, people: Query, authors: int) -> Spot:
        index = self.scope.index
        profile = make_profile(_terms(self.scope, people), self.rarity)
        rivals = self.scope.organisations("competitor")
        present = tuple(
            each.id for each in rivals if index.count(And((people, Keyword("organisation", each.id))))
        )
        us = Or(tuple(Keyword("organisation", each.id) for each in self.scope.organisations("own")))
        return Spot(
            sort=sort,
            place=place,
            posts=index.count(people),
            authors=authors,
            weeks=self.weeks,
            overlap=cosine(profile, self.ours) if len(profile) >= FEWEST_TERMS else None,
            shared=_shared(profile, self.ours),
            rivals=present,
            rivals_share=len(present) / len(rivals) if rivals else 0.0,
            ours=index.count(And((people, us))),
        )


def _about_us(scope: Scope) -> Query:
    ours = tuple(Keyword("organisation", each.id) for each in scope.organisations("own"))
    topics = tuple(Keyword("topic", each.id) for each in scope.watchlist.topics)
    return Or((*ours, *topics))


def _terms(scope: Scope, query: Query) -> list[tuple[str, int]]:
    return [each for field in ("phrase", "topic") for each in _counts(scope, query, field, MOST_TERMS)]


def _counts(scope: Scope, query: Query, field: str, limit: int) -> list[tuple[str, int]]:
    return [(f"{field}:{each.term}", each.count) for each in scope.index.terms(query, field, limit=limit)]


def make_profile(counts: Iterable[tuple[str, int]], rarity: Profile) -> Profile:
    """Terms with their weight: the logarithm of their count, times how rare they are anywhere."""
    return {name: (1 + math.log(count)) * rarity.get(name, 0.0) for name, count in counts}


def cosine(one: Profile, other: Profile) -> float:
    """How alike two profiles are, from 0 to 1; longer ones are no more alike for it."""
    lengths = math.hypot(*one.values()) * math.hypot(*other.values())
    return sum(weight * other.get(name, 0.0) for name, weight in one.items()) / lengths if lengths else 0.0


def _shared(one: Profile, other: Profile) -> tuple[str, ...]:
    common = sorted(one.keys() & other.keys(), key=lambda name: (-one[name] * other[name], name))
    return tuple(name.partition(":")[2] for name in common[:5])
