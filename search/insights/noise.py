"""Spam and trolling in our own community: how much of what others posted there. Pure.

Everything else leaves them out; here they are what is counted, so that its keeper knows what was kept
from the page and whether the place needs a hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from search.insights.activity import own_sources, owned_by
from search.insights.intervals import Interval, share_interval
from search.insights.scope import NOISE, Scope
from search.window import between
from watchlists.query import Keyword, Or

FEWEST = 10
"""Posts below which no share is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseShare:
    """Posts understood as spam or trolling, of so many."""

    noise: int
    posts: int

    @property
    def is_telling(self) -> bool:
        """Whether there are posts enough to speak of a share."""
        return self.posts >= FEWEST

    @property
    def value(self) -> float | None:
        """The share; None below the floor."""
        return self.noise / self.posts if self.is_telling else None

    @property
    def interval(self) -> Interval:
        """Where it may lie (95 %, Wilson)."""
        return share_interval(self.noise, self.posts)


def measure_noise(scope: Scope, *, by: Literal["published", "first_seen"]) -> NoiseShare | None:
    """Of the window's posts in our own places, staff and bots left out; None without such a place.

    Posts of a source's first reading count by their publication, not as newly seen.
    """
    ours = [each for each in scope.organisations("own") if own_sources(scope, each)]
    if not ours:
        return None
    parts = [
        Or(tuple(owned_by(each) for each in ours)),
        between(by, scope.window.start, scope.window.end),
        Keyword("staff", "false"),
        Keyword("bot", "false"),
        *((Keyword("backfill", "false"),) if by == "first_seen" else ()),
    ]
    noise = Or(tuple(Keyword("intent", each) for each in sorted(NOISE)))
    return NoiseShare(
        noise=scope.index.count(scope.known(*parts, noise)), posts=scope.index.count(scope.known(*parts))
    )
