"""What a feed says, whatever its format: the record every feed parser returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from crawlers.items import Item
from watchlists.errors import VeilleurError


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed as read: one Item for every entry, in the feed's order."""

    title: str = ""
    language: str | None = None
    items: tuple[Item, ...] = ()
    self_url: str | None = None
    """Where the feed says it lives."""
    next_url: str | None = None
    """The next page of the same feed (RFC 5005, JSON Feed `next_url`)."""
    hub: str | None = None
    """A WebSub hub that announces changes."""
    ttl: timedelta | None = None
    """How long the feed asks not to be read again."""
    problems: tuple[str, ...] = ()
    """What was wrong but survived: not well-formed XML, a wrong charset."""


class NotAFeed(VeilleurError):
    """The body is something else than a feed; `feeds` are those it links to, if it is a page."""

    def __init__(self, found: str, *, url: str, feeds: tuple[str, ...] = ()) -> None:
        remedy = (
            "Read this feed of that page instead: {feed}"
            if feeds
            else "See what is there with `veilleur add`."
        )
        super().__init__(
            "There is no feed at {url}.",
            why=f"The answer was {found}.",
            remedy=remedy,
            url=url,
            feed=feeds[0] if feeds else "",
        )
        self.found = found
        self.feeds = feeds
