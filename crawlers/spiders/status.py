"""Status pages: by the Statuspage API, else by the feed that other status pages and changelogs have."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy.http import Response

from crawlers.parsers.feed import parse_feed
from crawlers.parsers.feed_links import find_feed_links
from crawlers.parsers.parsed_feed import NotAFeed
from crawlers.parsers.status import find_root, parse_incidents
from crawlers.spiders.source import SourceSpider
from crawlers.visit import Visit, Yield

CLOSED = (400, 401, 403, 404, 410)


class StatusReader:
    """Reads incidents with their updates, and what is announced; their order is by date, newest first."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.root = find_root(visit.state.url)

    def start(self) -> Iterator[Yield]:
        """The incidents."""
        url = f"{self.root}/api/v2/incidents.json"
        yield self.visit.get(url, self.parse, is_listing=True, answers=(304, *CLOSED))

    def parse(self, response: Response) -> Iterator[Yield]:
        """Incidents, then maintenances; without the API, the feed."""
        visit = self.visit
        if response.status in CLOSED or response.body[:200].lstrip().startswith(b"<"):
            yield visit.get(visit.source.url, self.parse_feed, is_listing=True, answers=(304,), depth=0)
            return
        yield from self._take(response)
        url = f"{self.root}/api/v2/scheduled-maintenances.json"
        yield visit.get(url, self.parse_maintenances, answers=CLOSED)

    def parse_maintenances(self, response: Response) -> Iterator[Yield]:
        """What is announced."""
        if response.status not in CLOSED:
            yield from self._take(response)

    def parse_feed(self, response: Response, depth: int) -> Iterator[Yield]:
        """The page's feed, found through the page where the address is one."""
        visit = self.visit
        if response.status == 304:
            return
        try:
            feed = parse_feed(response.body, url=response.url, source=visit.source, now=visit.now)
        except NotAFeed:
            feeds = find_feed_links(response.body, url=response.url)
            if depth or not feeds:
                raise
            yield visit.get(feeds[0], self.parse_feed, is_listing=True, answers=(304,), depth=1)
            return
        for position, item in enumerate(feed.items):
            yield visit.arrive(item, position=position)

    def _take(self, response: Response) -> Iterator[Yield]:
        visit = self.visit
        if response.status == 304:
            return
        items = parse_incidents(
            response.body, url=response.url, root=self.root, source=visit.source, now=visit.now
        )
        for position, item in enumerate(items):
            yield visit.arrive(item, position=position if item.kind == "event" else None)


class StatusSpider(SourceSpider):
    """One status page, without a watch: `scrapy crawl status -a url=https://status... -O out.jsonl`."""

    name = "status"
    kind = "status"
