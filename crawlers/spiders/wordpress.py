"""WordPress: posts and comments by its REST API; by its feeds where that is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from scrapy.http import Response

from crawlers.items import Item
from crawlers.parsers.feed import parse_feed
from crawlers.parsers.wordpress import (
    COMMENTS,
    POSTS,
    find_oldest,
    find_root,
    parse_comments,
    parse_posts,
)
from crawlers.spiders.source import SourceSpider
from crawlers.visit import Visit, Yield
from watchlists.model import Source

CLOSED = (400, 401, 403, 404, 410)
MOST_PAGES = 10
"""Pages of posts, and of comments, that one run reads."""

Parse = Callable[..., tuple[Item, ...]]


class WordpressReader:
    """Reads posts by time of change, then comments by date; both go back to the last read only."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.root = find_root(visit.state.url)

    def start(self) -> Iterator[Yield]:
        """The posts that changed last."""
        url = self.root + POSTS
        yield self.visit.get(url, self.parse_posts, is_listing=True, answers=(304, *CLOSED), page=1)

    def parse_posts(self, response: Response, page: int) -> Iterator[Yield]:
        """A page of posts; where the API is closed, the feed instead."""
        if _is_closed(response):
            yield self.visit.get(f"{self.root}feed/", self.parse_feed, is_listing=True, answers=(304,))
            return
        if page == 1:
            yield self.visit.get(self.root + COMMENTS, self.parse_comments, answers=(304, *CLOSED), page=1)
        if response.status != 304:
            yield from self._take(response, parse_posts, "modified_gmt", page)

    def parse_comments(self, response: Response, page: int) -> Iterator[Yield]:
        """A page of comments; some blogs close them."""
        if not _is_closed(response) and response.status != 304:
            yield from self._take(response, parse_comments, "date_gmt", page)

    def parse_feed(self, response: Response) -> Iterator[Yield]:
        """The blog's feed, and that of its comments."""
        if response.status != 304:
            yield from self._take_feed(response)
        yield self.visit.get(f"{self.root}comments/feed/", self.parse_comment_feed, answers=CLOSED)

    def parse_comment_feed(self, response: Response) -> Iterator[Yield]:
        """Comments as the feed gives them."""
        if not _is_closed(response):
            yield from self._take_feed(response)

    def _take(self, response: Response, parse: Parse, key: str, page: int) -> Iterator[Yield]:
        visit = self.visit
        is_first = page == 1 and parse is parse_posts
        items = parse(response.body, url=response.url, source=visit.source, now=visit.now)
        for position, item in enumerate(items):
            yield visit.arrive(item, position=position if is_first else None)
        oldest = find_oldest(response.body, url=response.url, key=key)
        if items and page < MOST_PAGES and oldest and self._goes_on(oldest):
            then = self.parse_posts if parse is parse_posts else self.parse_comments
            url = self.root + (POSTS if parse is parse_posts else COMMENTS)
            # One page too far is refused with 400, which is how the end is told.
            yield visit.get(
                f"{url}&page={page + 1}", then, is_conditional=False, answers=CLOSED, page=page + 1
            )

    def _goes_on(self, oldest: datetime) -> bool:
        return oldest > self.visit.since

    def _take_feed(self, response: Response) -> Iterator[Yield]:
        visit = self.visit
        source: Source = visit.source
        for item in parse_feed(response.body, url=response.url, source=source, now=visit.now).items:
            yield visit.arrive(item)


class WordpressSpider(SourceSpider):
    """One WordPress, without a watch: `scrapy crawl wordpress -a url=https://... -O out.jsonl`."""

    name = "wordpress"
    kind = "wordpress"


def _is_closed(response: Response) -> bool:
    return response.status in CLOSED
