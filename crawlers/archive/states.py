"""What the archive keeps beside items: fetch state, robots copies, and what a write did. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crawlers.items import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An item on its way into the archive, with where it stood in the listing."""

    item: Item
    position: int | None = None
    is_backfill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """What the archive did with one arrival, under which id it now lives."""

    id: str
    state: Literal["new", "changed", "sampled", "sighted", "known"]
    """New item · changed content or place · changed counts · known item, new source · nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemState:
    """How far an item has moved; comparing these is how pending work is found."""

    id: str
    thread_id: str | None
    content: int
    """Revision of the content, from 1; only a new one needs language work."""
    change: int
    """Grows by at least one, archive-wide, whenever anything about the item changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An item as it was read at `at`."""

    number: int
    at: datetime
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchState:
    """What we remember of a source between runs."""

    source: str
    url: str
    """Where it is read now; differs from the watchlist after a permanent redirect."""
    asked: str = ""
    """The watchlist's address when this was remembered; another one there now starts afresh."""
    validated: str = ""
    """The final address `etag` and `last_modified` came from: they mean nothing at another."""
    etag: str | None = None
    last_modified: str | None = None
    """Both exactly as received, of the final URL."""
    body_digest: str | None = None
    interval: timedelta | None = None
    next_due: datetime | None = None
    failures: int = 0
    """Failed reads in a row."""
    last_read: datetime | None = None
    last_new: datetime | None = None
    newest: datetime | None = None
    """Publication time of the newest entry read so far."""
    disabled: str = ""
    """Why it is no longer read (410 Gone); empty while it is."""
    cursor: str = ""
    """Where the next run resumes, in the kind's own words (JSON)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """Validators of one address that is not a source's own: threads, article pages, lists."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    body_digest: str | None = None
    fetched: datetime
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsCopy:
    """A robots.txt as answered, good for 24 hours."""

    origin: str
    """Scheme, host and port: `https://example.org`."""
    status: int
    """HTTP status; 0 when the host could not be reached."""
    body: bytes
    fetched: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSeen:
    """An organisation's place on a network, and when it was first seen named."""

    organisation: str
    network: str
    url: str
    is_readable: bool
    """One of our kinds reads it."""
    first_seen: datetime
