"""The threads of a community worth reading: those many people joined, and those that divide them. Pure.

Best: distinct people who replied, then reception against the place's norm. Controversial: votes up
and down where the place shows both, else people who replied with a positive and with a negative
tone; (both) ** (fewer / more), so that thirty against thirty weighs more than fifty against three.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pipelines.document import Document
from search.insights.scope import is_noise

MOST = 3
FEWEST_REPLIERS = 3
FEWEST_ON_A_SIDE = 2
Find = Callable[[str], Document | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One thread with the people who replied in the period, its opener and bots left out."""

    opening: Document
    repliers: int
    reception: float | None = None
    """Against the norm of its place; 1 is usual."""
    sides: tuple[int, int] = (0, 0)
    """For and against."""
    by_votes: bool = False
    """The sides are votes, rather than people by the tone of their replies."""

    @property
    def heat(self) -> float:
        """How much it divides."""
        fewer, more = sorted(self.sides)
        return float((fewer + more) ** (fewer / more)) if fewer >= FEWEST_ON_A_SIDE else 0.0


def gather_threads(documents: Iterable[Document], find: Find) -> tuple[Thread, ...]:
    """The threads these documents belong to; an opening published before them is looked up."""
    grouped: defaultdict[str, list[Document]] = defaultdict(list)
    for each in documents:
        if each.thread and not each.author_is_bot:
            grouped[each.thread].append(each)
    found = (_gather(id, members, find) for id, members in sorted(grouped.items()))
    return tuple(thread for thread in found if thread)


def _gather(id: str, members: list[Document], find: Find) -> Thread | None:
    opening = next((each for each in members if each.parent is None), None) or find(id)
    if opening is None or opening.deleted or is_noise(opening):
        return None
    replies = [each for each in members if each.parent is not None and each.author != opening.author]
    named = {each.author for each in replies if each.author}
    has_votes = opening.upvotes is not None and opening.downvotes is not None
    return Thread(
        opening=opening,
        repliers=len(named) + sum(not each.author for each in replies),
        reception=opening.engagement_vs_norm,
        sides=(opening.upvotes or 0, opening.downvotes or 0) if has_votes else _sides(replies),
        by_votes=has_votes,
    )


def _sides(replies: Iterable[Document]) -> tuple[int, int]:
    people: Mapping[str, set[str]] = {"positive": set(), "negative": set()}
    for each in replies:
        if each.tone is not None and each.tone in people:
            people[each.tone].add(each.author or each.id)
    return len(people["positive"]), len(people["negative"])


def best_of(threads: Iterable[Thread]) -> tuple[Thread, ...]:
    """Those most people joined, three at most."""
    joined = [each for each in threads if each.repliers >= FEWEST_REPLIERS]
    joined.sort(key=lambda each: (-each.repliers, -(each.reception or 0.0), each.opening.id))
    return tuple(joined[:MOST])


def most_controversial(threads: Iterable[Thread]) -> tuple[Thread, ...]:
    """Those that divide people most, three at most."""
    divided = [each for each in threads if each.heat > 0]
    divided.sort(key=lambda each: (-each.heat, each.opening.id))
    return tuple(divided[:MOST])
