"""What works: how posts are received by hour of the week, by kind, by subject and by place.

Reception is engagement against the place's own norm at equal age (1.0 is usual there), so that places
of any size compare. Medians, with how many posts stand behind each: below five nothing is said. An
hour, a day, a kind... is called good only when more of its posts are received above the usual than a
tossed coin would give once in twenty for all values of that facet together (sign test, Bonferroni):
of 168 hours some are always lucky. Hours are those of the watch's timezone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Literal
from zoneinfo import ZoneInfo

from pipelines.document import Document
from search.insights.activity import owned_by
from search.insights.intervals import Interval, median_interval
from search.insights.scope import Scope, is_noise
from search.insights.small_counts import incomplete_beta
from search.window import between
from watchlists.model import Organisation
from watchlists.query import Has, Keyword

Facet = Literal["hour", "weekday", "slot", "kind", "topic", "subject", "place"]
"""`slot` is one of the 168 hours of the week, Monday's first being 0."""
FACETS: tuple[Facet, ...] = ("hour", "weekday", "slot", "kind", "topic", "subject", "place")
FEWEST = 5
DAY_HOURS = 24
MOST_SLOTS = 5
USUAL = 1.0
SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The reception of posts that have one thing in common."""

    facet: Facet
    value: str
    posts: int
    middle: float | None
    """Median reception; None below five posts."""
    interval: Interval | None
    """Where that median may lie; None while too few."""
    chance: float = 1.0
    """That a tossed coin gives as many posts above the usual."""
    is_good: bool = False
    """Better received than usual beyond chance, all values of the facet considered."""

    @property
    def weight(self) -> tuple[float, float, int, str]:
        """What cells are sorted by: what is sure first, then the median, then the count."""
        low = self.interval.low if self.interval else 0.0
        return (-low, -(self.middle or 0.0), -self.posts, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """How the posts in one organisation's places were received."""

    organisation: Organisation
    posts: int
    """Posts whose reception is known; those without a norm are left out."""
    unknown: int
    """Posts whose place shows no counts, or has too few posts for a norm."""
    cells: tuple[Cell, ...]

    def of(self, facet: Facet) -> tuple[Cell, ...]:
        """The cells of one facet."""
        return tuple(each for each in self.cells if each.facet == facet)

    @property
    def best_slots(self) -> tuple[Cell, ...]:
        """Where to publish: good hours of the week, else good weekdays and good hours of the day."""
        good = [each for each in self.of("slot") if each.is_good]
        margins = [each for each in (*self.of("weekday"), *self.of("hour")) if each.is_good]
        return tuple(sorted(good or margins, key=lambda each: each.weight)[:MOST_SLOTS])


def measure_reception(
    scope: Scope, organisation: Organisation, *, since: datetime, until: datetime
) -> Reception:
    """Reception of the opening posts published in [since, until) in the organisation's places."""
    openings = (Keyword("opening", "true"), Keyword("bot", "false"), between("published", since, until))
    query = scope.known(owned_by(organisation), *openings)
    known = [
        each for each in scope.index.scan(scope.known(query, Has("engagement_vs_norm"))) if _counts(each)
    ]
    zone = ZoneInfo(scope.window.timezone)
    return Reception(
        organisation=organisation,
        posts=len(known),
        unknown=scope.index.count(query) - len(known),
        cells=tuple(_cells(known, zone)),
    )


def _counts(document: Document) -> bool:
    return not is_noise(document) and document.engagement_vs_norm is not None


def _cells(posts: Sequence[Document], zone: ZoneInfo) -> Iterator[Cell]:
    for facet in FACETS:
        groups: defaultdict[str, list[float]] = defaultdict(list)
        for post in posts:
            for value in _values(facet, post, zone):
                groups[value].append(post.engagement_vs_norm or 0.0)
        yield from mark_good([measure_cell(facet, value, groups[value]) for value in sorted(groups)])


def mark_good(cells: Sequence[Cell]) -> Iterator[Cell]:
    """The cells of one facet, those marked whose reception chance does not explain."""
    telling = sum(each.middle is not None for each in cells)
    for each in cells:
        is_good = each.middle is not None and each.chance < SIGNIFICANT / telling
        yield replace(each, is_good=is_good)


def measure_cell(facet: Facet, value: str, receptions: Sequence[float]) -> Cell:
    """The cell of some receptions."""
    return Cell(
        facet=facet,
        value=value,
        posts=len(receptions),
        middle=median(receptions) if len(receptions) >= FEWEST else None,
        interval=median_interval(receptions),
        chance=_chance(receptions),
    )


def _chance(receptions: Sequence[float]) -> float:
    """Of as many or more above the usual, were above and below equally likely (sign test)."""
    number = sum(each != USUAL for each in receptions)
    above = sum(each > USUAL for each in receptions)
    return incomplete_beta(above, number - above + 1, 0.5) if above else 1.0


def _values(facet: Facet, post: Document, zone: ZoneInfo) -> Iterable[str]:
    return _READERS[facet](post, post.published.astimezone(zone))


_READERS: dict[Facet, Callable[[Document, datetime], Iterable[str]]] = {
    "hour": lambda _, at: (f"{at.hour:02}",),
    "weekday": lambda _, at: (str(at.weekday()),),
    "slot": lambda _, at: (f"{at.weekday() * DAY_HOURS + at.hour:03}",),
    "kind": lambda post, _: (post.kind,),
    "topic": lambda post, _: post.topics,
    "subject": lambda post, _: (post.subject,) if post.subject else (),
    "place": lambda post, _: (post.community.source,),
}
