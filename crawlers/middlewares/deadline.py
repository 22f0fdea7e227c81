"""The time one source may take in one run, redirects and retries included.

DOWNLOAD_TIMEOUT begins anew with each of them; this one does not. It runs from the source's first answer,
so that waiting for a busy host costs a source nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from crawlers.outcomes import DeadlinePassed
from crawlers.visit import Visit


class DeadlineMiddleware:
    """Shortens each download to what is left of its source's time, and refuses it after."""

    def __init__(
        self, crawler: Crawler, *, seconds: float, timeout: float, clock: Callable[[], float]
    ) -> None:
        self.crawler = crawler
        self.seconds = seconds
        self.timeout = timeout
        self.clock = clock

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy, from VEILLEUR_SOURCE_DEADLINE in seconds; 0 switches it off."""
        seconds = crawler.settings.getfloat("VEILLEUR_SOURCE_DEADLINE")
        if seconds <= 0:
            raise NotConfigured
        timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        return cls(crawler, seconds=seconds, timeout=timeout, clock=monotonic)

    def process_request(self, request: Request) -> None:
        """Give the download what is left."""
        visit = self._visit(request)
        if visit is None or visit.started is None:
            return
        left = visit.started + self.seconds - self.clock()
        if left <= 0:
            raise DeadlinePassed("deadline passed")
        request.meta["download_timeout"] = min(left, request.meta.get("download_timeout", self.timeout))

    def process_response(self, request: Request, response: Response) -> Response:
        """Start the clock with the first answer."""
        visit = self._visit(request)
        if visit is not None and visit.started is None:
            visit.started = self.clock()
        return response

    def _visit(self, request: Request) -> Visit | None:
        find = getattr(self.crawler.spider, "visit_of", None)
        visit: Visit | None = find(request) if find else None
        return visit
