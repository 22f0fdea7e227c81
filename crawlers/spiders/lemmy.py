"""Lemmy: the posts and comments of a community, or of a whole server."""

from __future__ import annotations

from collections.abc import Iterator

from crawlers.parsers.lemmy import locate
from crawlers.spiders.source import SourceSpider
from crawlers.spiders.timeline import TimelineReader
from crawlers.thread_book import ThreadBook
from crawlers.visit import Visit, Yield


class LemmyReader:
    """A timeline of posts; comments are their conversations."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def start(self) -> Iterator[Yield]:
        """The newest posts."""
        book = ThreadBook.load(self.visit.cursor)
        yield from TimelineReader(self.visit, locate(self.visit.source), book=book).start()


class LemmySpider(SourceSpider):
    """One community, without a watch: `scrapy crawl lemmy -a url=https://.../c/NAME -O posts.jsonl`."""

    name = "lemmy"
    kind = "lemmy"
