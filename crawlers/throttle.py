"""AutoThrottle that keeps what each host was promised."""

from __future__ import annotations

from typing import Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response


class PoliteThrottle(AutoThrottle):
    """Scrapy's AutoThrottle with a floor for each host: a source's delay, robots.txt's Crawl-delay.

    Scrapy's own has one floor for all, DOWNLOAD_DELAY, and comes down to it as soon as a host answers fast.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    def slow_down(self, host: str, seconds: float) -> None:
        """Wait at least that long between two requests to a host from now on; never less than before."""
        floor = max(seconds, self.floor(host))
        downloader = self.crawler.engine.downloader
        downloader.per_slot_settings.setdefault(host, {})["delay"] = floor
        if slot := downloader.slots.get(host):
            slot.delay = max(slot.delay, floor)

    def floor(self, host: str) -> float:
        """The least time between two requests to a host, in seconds."""
        promised = self.crawler.engine.downloader.per_slot_settings.get(host, {})
        return float(promised.get("delay", self._min_delay()))

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        if host := request.meta.get("download_slot"):
            self.mindelay = self.floor(host)
        super()._response_downloaded(response, request, spider)
