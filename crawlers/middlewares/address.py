"""Says which requests the address guard refused, and refuses literal addresses before they are sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError

from crawlers.addresses import is_public, literal_address
from crawlers.resolver import GuardedResolver, PrivateAddress


class AddressMiddleware:
    """Turns "no address found" into the guard's own error, which is never retried.

    Literal addresses are checked here too: through a proxy, no name is resolved on our side.
    Belongs next to the downloader, so that retries never see the error.
    """

    def __init__(self, open_hosts: Iterable[str]) -> None:
        self._open_hosts = frozenset(host.strip("[]").lower() for host in open_hosts)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy; opened by the settings that open the resolver."""
        own = [line[0] for line in crawler.settings.getlist("VEILLEUR_HOSTS")]
        return cls([*crawler.settings.getlist("VEILLEUR_ALLOW_PRIVATE"), *own])

    def process_request(self, request: Request) -> None:
        """Refuse a literal address that is not public."""
        host = (urlsplit(request.url).hostname or "").lower()
        literal = literal_address(host)
        if literal and not is_public(literal) and self._open_hosts.isdisjoint({host, literal}):
            raise PrivateAddress(host, [literal])

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Say that it was the guard, if it was."""
        if isinstance(exception, CannotResolveHostError) and (refusal := _find_refusal(request)):
            raise refusal from exception


def _find_refusal(request: Request) -> PrivateAddress | None:
    from twisted.internet import reactor  # Scrapy chooses the reactor before the first request

    resolver = getattr(reactor, "nameResolver", None)
    host = urlsplit(request.url).hostname or ""
    return resolver.refusal(host) if isinstance(resolver, GuardedResolver) else None
