"""Conversations to answer or to join: what the reader can do something about this morning.

Answered is judged by the replies read by the window's end, so that a past morning recomputed
finds the same list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pipelines.document import Document
from search.insights.scope import Scope, is_noise
from search.window import between
from watchlists.query import And, Has, Keyword, Not, Or, Query

Reason = Literal["staff_awaited", "unanswered", "rising"]
OLDEST = timedelta(days=3)
MANY_REPLIERS = 5
STRONG_RECEPTION = 3.0
WAITING_INTENTS = frozenset({"question", "complaint", "malfunction"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One thread that asks for us, why, and how it stands."""

    opening: Document
    reason: Reason
    replies: int
    repliers: int


def find_conversations(scope: Scope) -> tuple[Conversation, ...]:
    """Threads about us or our topics that wait or grow: ours first, then repliers, then the oldest."""
    openings = scope.index.scan(scope.known(_about_us(scope), _open_threads(scope)))
    judged = (_judge(scope, each) for each in openings if _is_sincere(each, scope))
    found = [each for each in judged if each is not None]
    order = ("staff_awaited", "unanswered", "rising")
    found.sort(
        key=lambda each: (order.index(each.reason), -each.repliers, each.opening.published, each.opening.id)
    )
    return tuple(found)


def _about_us(scope: Scope) -> Query:
    ours = [each.id for each in scope.organisations("own")]
    rivals = Or(tuple(Keyword("owner", each.id) for each in scope.organisations("competitor")))
    about = [Keyword("organisation", id) for id in ours]
    topics = Or(tuple(Keyword("topic", topic.id) for topic in scope.watchlist.topics))
    return Or((*about, And((topics, Not(rivals)))))


def _open_threads(scope: Scope) -> Query:
    since = scope.window.end - OLDEST
    threads = Or((Has("thread"), Keyword("kind", "question"), Keyword("kind", "review")))
    return And(
        (
            Keyword("opening", "true"),
            Keyword("staff", "false"),
            threads,
            between("published", since, scope.window.end),
        )
    )


def _is_sincere(opening: Document, scope: Scope) -> bool:
    return (
        scope.shows(opening) and not opening.author_is_bot and not is_noise(opening) and not opening.is_copy
    )


def _judge(scope: Scope, opening: Document) -> Conversation | None:
    thread = opening.thread or opening.id
    replies = scope.known(Keyword("thread", thread), Keyword("opening", "false"), Keyword("bot", "false"))
    count = scope.index.count(replies)
    repliers = scope.index.distinct(replies, "author")
    reason = _reason(scope, opening, replies=replies, repliers=repliers, count=count)
    return reason and Conversation(opening=opening, reason=reason, replies=count, repliers=repliers)


def _reason(scope: Scope, opening: Document, *, replies: Query, repliers: int, count: int) -> Reason | None:
    ours = {each.id for each in scope.organisations("own")}
    if _waits(opening):
        if opening.measures and opening.measures.is_solved:
            return None
        if opening.community.organisation in ours:
            if not scope.index.count(And((replies, Keyword("staff", "true")))):
                return "staff_awaited"
        elif count == 0 and not opening.replies:
            return "unanswered"
    is_loud = (opening.engagement_vs_norm or 0.0) >= STRONG_RECEPTION
    return "rising" if repliers >= MANY_REPLIERS or is_loud else None


def _waits(opening: Document) -> bool:
    is_poor_review = opening.kind == "review" and opening.rating is not None and opening.rating <= 2
    return (
        opening.intent in WAITING_INTENTS
        or opening.kind == "question"
        or opening.title.rstrip().endswith("?")
        or is_poor_review
    )
