"""Hacker News: stories and comments about a query or a domain, or all of a site that answers as it does."""

from __future__ import annotations

from collections.abc import Iterator

from crawlers.parsers.hackernews import locate
from crawlers.spiders.source import SourceSpider
from crawlers.spiders.timeline import TimelineReader
from crawlers.thread_book import ThreadBook
from crawlers.visit import Visit, Yield


class HackerNewsReader:
    """A timeline by date."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def start(self) -> Iterator[Yield]:
        """The newest hits."""
        book = ThreadBook.load(self.visit.cursor)
        yield from TimelineReader(self.visit, locate(self.visit.source), book=book).start()


class HackerNewsSpider(SourceSpider):
    """One query, without a watch: `scrapy crawl hackernews -a url=... -a target=acme -O posts.jsonl`."""

    name = "hackernews"
    kind = "hackernews"
