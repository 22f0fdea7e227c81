"""Public reviews: of an application in Apple's store, or those a page states itself."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from crawlers.outcomes import Ending
from crawlers.parsers.reviews import Application, feed_url, find_application, parse_stated, parse_store
from crawlers.spiders.source import SourceSpider
from crawlers.visit import Visit, Yield

STORE = "https://itunes.apple.com"
MOST_PAGES = 10


class ReviewsReader:
    """Reads the newest reviews, page by page, back to those it knows."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.app = find_application(visit.source.url, visit.source.target)
        parts = urlsplit(visit.source.url)
        is_apple = (parts.hostname or "").endswith("apple.com")
        self.root = STORE if is_apple else f"{parts.scheme}://{parts.netloc}"
        self.is_closed = (parts.hostname or "") == "play.google.com"

    def start(self) -> Iterator[Yield]:
        """The newest reviews."""
        visit = self.visit
        if self.is_closed:
            text = visit.terms.messages.gettext(
                "Google Play opens its reviews to the application’s owner only"
            )
            visit.end(Ending(state="walled", reason=text))
        elif self.app is not None:
            yield self._ask(self.app, 1)
        else:
            yield visit.get(visit.state.url, self.parse_page, is_listing=True)

    def parse(self, response: Response, app: Application, page: int) -> Iterator[Yield]:
        """A page of the store's feed."""
        visit = self.visit
        items = parse_store(response.body, url=response.url, app=app, source=visit.source, now=visit.now)
        known = [visit.known(item) for item in items]
        for position, item in enumerate(items):
            yield visit.arrive(item, position=position if page == 1 else None)
        dates = [item.published for item in items if item.published]
        if items and not any(known) and page < MOST_PAGES and min(dates, default=visit.since) > visit.since:
            yield self._ask(app, page + 1)

    def parse_page(self, response: Response) -> Iterator[Yield]:
        """The reviews of a page."""
        visit = self.visit
        items = parse_stated(response.body, url=response.url, source=visit.source, now=visit.now)
        for position, item in enumerate(items):
            yield visit.arrive(item, position=position)

    def _ask(self, app: Application, page: int) -> Request:
        url = feed_url(app, root=self.root, page=page)
        return self.visit.get(
            url, self.parse, is_listing=page == 1, is_conditional=page == 1, app=app, page=page
        )


class ReviewsSpider(SourceSpider):
    """One application, without a watch: `scrapy crawl reviews -a url=... -O out.jsonl`."""

    name = "reviews"
    kind = "reviews"
