"""Ask only for what changed: If-None-Match and If-Modified-Since, per final address.

Each hop of a redirect is a request of its own and gets the validators that came from its address; no
validator is ever sent to another address than the one that gave it.
"""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from crawlers.visit import CONDITIONAL, LISTING, Visit

HEADERS = (b"If-None-Match", b"If-Modified-Since")


class ConditionalMiddleware:
    """Adds the validators that the archive remembers to requests that want them."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Set both headers anew: a redirect carries over those of the address before."""
        if CONDITIONAL not in request.meta:
            return
        for name in HEADERS:
            request.headers.pop(name, None)
        visit = self._visit(request)
        if visit is None or not request.meta[CONDITIONAL]:
            return
        for name, value in zip(HEADERS, _validators(visit, request), strict=True):
            if value:
                request.headers[name] = value.encode("latin-1", "replace")

    def _visit(self, request: Request) -> Visit | None:
        find = getattr(self.crawler.spider, "visit_of", None)
        visit: Visit | None = find(request) if find else None
        return visit


def _validators(visit: Visit, request: Request) -> tuple[str | None, str | None]:
    """The ETag and the Last-Modified that came from this very address."""
    if request.meta.get(LISTING):
        state = visit.state
        return (state.etag, state.last_modified) if state.validated == request.url else (None, None)
    page = visit.memory.page_state(request.url)
    return (page.etag, page.last_modified) if page else (None, None)
