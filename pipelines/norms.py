"""Engagement against the community's own norm: what is usual there for a post of the same age. Pure.

The norm of a post is the median, over the posts of the same place published in the 56 days before it,
of their engagement at the age it has now. A sample of an older post counts when it was taken at
between half that age and that age (past 7 days, counts hardly move: any later one does too). All
of those samples were taken before this one, so that the figure never changes by being worked
out again. One is added on both sides: where nothing is usual, one reaction is not infinitely much.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from crawlers.items import Engagement

WINDOW = timedelta(days=56)
MIN_PEERS = 5
MOST_PEERS = 200
_SETTLED = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A post of a place, with its counts over time."""

    id: str
    published: datetime
    samples: tuple[tuple[timedelta, int], ...]
    """Age and engagement at each sample, youngest first."""


def total_engagement(counts: Engagement) -> int | None:
    """Sum of the counts shown, views left out; None when none is shown."""
    shown = [counts.upvotes, counts.downvotes, counts.replies, counts.shares]
    known = [count for count in shown if count is not None]
    return sum(known) if known else None


def engagement_vs_norm(peer: Peer, place: Sequence[Peer]) -> float | None:
    """How the post stands against its place (1.0 is usual); None with fewer than MIN_PEERS peers.

    `place` holds the posts of the place by time of publication.
    """
    if not peer.samples:
        return None
    age, engagement = peer.samples[-1]
    first = bisect_left(place, peer.published - WINDOW, key=lambda each: each.published)
    last = bisect_left(place, peer.published, key=lambda each: each.published)
    usual = [_at_age(each, age) for each in place[max(first, last - MOST_PEERS) : last] if each.id != peer.id]
    known = [count for count in usual if count is not None]
    if len(known) < MIN_PEERS:
        return None
    return round((engagement + 1) / (median(known) + 1), 4)


def _at_age(peer: Peer, age: timedelta) -> int | None:
    youngest = min(age, _SETTLED) / 2
    fitting = [engagement for at, engagement in peer.samples if youngest <= at <= age]
    return fitting[-1] if fitting else None
