"""Threads whose counts should be read again, and how a list's counts become an item's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from crawlers.items import Engagement, Item
from crawlers.visit import Visit

EDITS_SEEN = (timedelta(hours=23), timedelta(hours=48))
"""Age at which a thread is read again although its board shows no change: boards do not tell of edits."""


def find_due(visit: Visit) -> dict[str, Item]:
    """Opening posts whose counts are due, by each address of their threads."""
    ids = visit.memory.due_samples(visit.source.id, now=visit.now)
    items = (item for id in ids if (item := visit.memory.item(id)) is not None)
    openings = (item for item in items if item.thread_id == item.id)
    return {address: item for item in openings for address in (item.permalink, *item.aliases)}


def may_be_edited(opening: Item | None, *, now: datetime) -> bool:
    """Whether a thread with due counts is of the age at which it is read again for edits."""
    age = now - opening.published if opening and opening.published else None
    return age is not None and EDITS_SEEN[0] <= age <= EDITS_SEEN[1]


def renew(opening: Item, listed: Engagement) -> Engagement:
    """The counts as the list shows them; others as they were."""
    old = opening.engagement
    return replace(
        old,
        replies=old.replies if listed.replies is None else listed.replies,
        views=old.views if listed.views is None else listed.views,
        upvotes=old.upvotes if listed.upvotes is None else listed.upvotes,
        downvotes=old.downvotes if listed.downvotes is None else listed.downvotes,
    )
