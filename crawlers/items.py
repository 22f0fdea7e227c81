"""What was fetched: the records the spiders hand to the archive. Pure data, no Scrapy.

All datetimes are aware and in UTC. Counts are None where the place does not show them, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ItemKind = Literal[
    "post", "reply", "question", "answer", "article", "release", "video", "episode", "review", "event", "page"
]
OutcomeState = Literal[
    "ok", "unchanged", "partial", "not_due", "blocked_by_robots", "walled", "failed", "silent", "gone"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote it, as the place shows it; never leaves the archive except as a pseudonym."""

    name: str
    native_id: str | None = None
    url: str | None = None
    is_staff: bool | None = None
    """True or False where the place says (badge, moderator flag); None where it does not."""
    is_bot: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Counts at one moment."""

    upvotes: int | None = None
    downvotes: int | None = None
    replies: int | None = None
    shares: int | None = None
    views: int | None = None
    rating: float | None = None
    """Mean or given rating, on a scale of 0 to 5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing as fetched. `id` is fixed at first sight from the canonical permalink."""

    id: str
    """See crawlers.urls.item_id; 20 lower-case base32 characters."""
    kind: ItemKind
    permalink: str
    aliases: tuple[str, ...] = ()
    """Every other address or native id it is known by (GUID, ActivityPub uri, rel=canonical...)."""
    native_id: str | None = None
    thread_id: str | None = None
    """Id of the Item that opens the thread; equal to `id` on the opening post."""
    parent_id: str | None = None
    """Id of the Item this one answers; None on opening posts."""
    title: str = ""
    html: str = ""
    """Body as the place gives it; untrusted."""
    is_teaser: bool = False
    """The body is known to be only the beginning."""
    language: str | None = None
    """Language the place declares for this item."""
    tags: tuple[str, ...] = ()
    author: Author | None = None
    published: datetime | None = None
    published_raw: str = ""
    """The date as written, kept when it was clamped or unreadable."""
    edited: datetime | None = None
    deleted: datetime | None = None
    """When we first saw that it had disappeared."""
    fetched: datetime
    is_accepted: bool | None = None
    """This answer was accepted."""
    is_solved: bool | None = None
    """This thread has an accepted answer or is marked solved."""
    engagement: Engagement = field(default_factory=Engagement)
    links: tuple[str, ...] = ()
    """Outgoing links of the body, absolute, http and https only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An item was seen in a source, for the first time at `first_seen`."""

    item: str
    source: str
    first_seen: datetime
    position: int | None = None
    """Rank in the listing, 0 at the top."""
    is_backfill: bool = False
    """Came with the source's first read: history, not news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementSample:
    """The counts of one item at one time."""

    item: str
    at: datetime
    engagement: Engagement


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunitySample:
    """Size of a place on a day, as the place shows it."""

    source: str
    at: datetime
    members: int | None = None
    active_users: int | None = None
    followers: int | None = None
    subscribers: int | None = None
    posts_per_day: float | None = None
    visits: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened to one source in one run, and the time its answer covers."""

    source: str
    run: str
    """Id of the run: its `now` as ISO 8601, in UTC."""
    at: datetime
    state: OutcomeState
    new: int = 0
    changed: int = 0
    seen: int = 0
    """Entries the answer held, known ones included."""
    requests: int = 0
    reason: str = ""
    """In one line, for people; names the rule or status behind every state but ok."""
    covered_from: datetime | None = None
    covered_until: datetime | None = None
    possible_gap: bool = False
    """The oldest entry now is newer than the newest then: something may have been missed."""
    newest: datetime | None = None
    next_due: datetime | None = None
