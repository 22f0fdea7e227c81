"""The proxy the watch names, and no other: Scrapy's own would obey the environment."""

from __future__ import annotations

from typing import Self
from urllib.parse import unquote, urlsplit, urlunsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from w3lib.http import basic_auth_header


class ProxyMiddleware:
    """Sends every request through VEILLEUR_PROXY; without it no proxy can be set, not even by a spider."""

    def __init__(self, proxy: str) -> None:
        parts = urlsplit(proxy)
        host = parts.netloc.rpartition("@")[2]
        self.proxy = urlunsplit((parts.scheme, host, "", "", ""))
        self.authorization = (
            basic_auth_header(unquote(parts.username), unquote(parts.password or ""))
            if parts.username
            else None
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy; not configured where the watch names no proxy."""
        proxy = crawler.settings.get("VEILLEUR_PROXY")
        if not proxy:
            raise NotConfigured
        return cls(proxy)

    def process_request(self, request: Request) -> None:
        """Name the proxy to the download handler."""
        request.meta["proxy"] = self.proxy
        if self.authorization is not None:
            request.headers[b"Proxy-Authorization"] = self.authorization
