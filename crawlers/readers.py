"""Which reader reads which kind of source: the one list, a line for each kind."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Protocol

from crawlers.visit import Visit, Yield
from watchlists.errors import WatchlistError

READERS: dict[str, str] = {
    "feed": "crawlers.spiders.feed:FeedReader",
    "forum": "crawlers.spiders.forum:ForumReader",
    "flarum": "crawlers.spiders.flarum:FlarumReader",
    "nodebb": "crawlers.spiders.nodebb:NodebbReader",
    "discourse": "crawlers.spiders.discourse:DiscourseReader",
    "mastodon": "crawlers.spiders.mastodon:MastodonReader",
    "lemmy": "crawlers.spiders.lemmy:LemmyReader",
    "bluesky": "crawlers.spiders.bluesky:BlueskyReader",
    "hackernews": "crawlers.spiders.hackernews:HackerNewsReader",
    "stackexchange": "crawlers.spiders.stackexchange:StackExchangeReader",
    "github": "crawlers.spiders.github:GitHubReader",
    "page": "crawlers.spiders.page:PageReader",
    "sitemap": "crawlers.spiders.sitemap:SitemapReader",
    "wordpress": "crawlers.spiders.wordpress:WordpressReader",
    "telegram": "crawlers.spiders.telegram:TelegramReader",
    "mailbox": "crawlers.spiders.mailbox:MailboxReader",
    "youtube": "crawlers.spiders.youtube:YoutubeReader",
    "reddit": "crawlers.spiders.reddit:RedditReader",
    "reviews": "crawlers.spiders.reviews:ReviewsReader",
    "status": "crawlers.spiders.status:StatusReader",
}
"""Kind -> module and class."""


class Reader(Protocol):
    """Reads one source in one run. Made anew for each visit, so it may keep what it likes on itself.

    Its methods only build requests (`visit.get`), call a pure parser and yield; they never write,
    never wait and never catch what a parser raises: the spider does, and turns it into an Outcome.
    """

    def __init__(self, visit: Visit) -> None:
        """Take the visit; nothing else happens here."""

    def start(self) -> Iterator[Yield]:
        """The first requests, the source's own address among them with `is_listing=True`."""


def load_reader(kind: str) -> type[Reader]:
    """The reader of a kind; raises WatchlistError for a kind this version cannot read."""
    if kind not in READERS:
        raise WatchlistError(
            "Sources of kind {kind} cannot be read.",
            why="This version has no reader for them.",
            remedy="Use one of: {kinds}.",
            kind=kind,
            kinds=", ".join(sorted(READERS)),
        )
    module, _, name = READERS[kind].partition(":")
    reader: type[Reader] = getattr(import_module(module), name)
    return reader
