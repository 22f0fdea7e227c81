"""Bluesky: the posts of an account and what they are answered, at the public AppView."""

from __future__ import annotations

from collections.abc import Iterator

from crawlers.outcomes import Ending
from crawlers.parsers.bluesky import locate
from crawlers.spiders.source import SourceSpider
from crawlers.spiders.timeline import TimelineReader
from crawlers.thread_book import ThreadBook
from crawlers.visit import Visit, Yield


class BlueskyReader:
    """A timeline of one account."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def start(self) -> Iterator[Yield]:
        """The newest posts."""
        timeline = locate(self.visit.source)
        if not timeline.actor:
            text = self.visit.terms.messages.gettext("the address names no account; say which by `target`")
            self.visit.end(Ending(state="failed", reason=text))
            return
        book = ThreadBook.load(self.visit.cursor)
        yield from TimelineReader(self.visit, timeline, book=book).start()


class BlueskySpider(SourceSpider):
    """One account, without a watch: `scrapy crawl bluesky -a url=https://... -O posts.jsonl`."""

    name = "bluesky"
    kind = "bluesky"
