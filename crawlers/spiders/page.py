"""A plain page watched for change: prices, rules, what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scrapy.http import Response

from crawlers.items import Item
from crawlers.parsers.page import compare, make_change, parse_watched
from crawlers.spiders.source import SourceSpider
from crawlers.visit import Visit, Yield


class PageReader:
    """Keeps the page's text, revision by revision; each change is an item of its own, so that it is news."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def start(self) -> Iterator[Yield]:
        """The page, if it changed."""
        yield self.visit.get(self.visit.state.url, self.parse, is_listing=True)

    def parse(self, response: Response) -> Iterator[Yield]:
        """The page as it is; where its text differs from what the archive has, the difference too."""
        visit = self.visit
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        page = parse_watched(
            response.body, url=response.url, source=visit.source, now=visit.now, content_type=content_type
        )
        before = visit.known(page)
        if before is None:
            yield visit.arrive(page)
            return
        changes = compare(before.html, page.html)
        if not changes:
            return
        yield visit.arrive(replace(page, published=before.published, edited=visit.now))
        yield visit.arrive(make_change(page, changes, title=self._title(page), now=visit.now), position=0)

    def _title(self, page: Item) -> str:
        text = self.visit.terms.messages.gettext("Changed: {title}")
        return text.format(title=self.visit.source.name or page.title or page.permalink)


class PageSpider(SourceSpider):
    """One page, without a watch: `scrapy crawl page -a url=https://... -O out.jsonl`."""

    name = "page"
    kind = "page"
