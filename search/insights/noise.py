"""Spam and trolling in our own community: how much of what others posted there. Pure.

Everything else leaves them out; here they are what is counted, so that its keeper knows what was kept
from the page and whether the place needs a hand.
"""

from __future__ import annotations

from typing import Literal

from search.insights.activity import own_sources, owned_by
from search.insights.intervals import Share
from search.insights.scope import NOISY, Scope
from search.window import between
from watchlists.query import Keyword, Or

FEWEST = 10
"""Posts below which no share is said."""


def measure_noise(scope: Scope, *, by: Literal["published", "first_seen"]) -> Share | None:
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
    noise, posts = (scope.index.count(scope.known(*asked)) for asked in ((*parts, NOISY), parts))
    return Share(hits=noise, base=posts, floor=FEWEST)
