"""Retry-After of 429 and 503: a short wait is waited for, a long one ends the host's part of the run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from crawlers.outcomes import Ending, ReadRefused
from crawlers.visit import Visit
from watchlists.messages import Messages

STATUSES = frozenset({429, 503})
LONGEST = timedelta(days=7)


class HostPaused(ReadRefused):
    """A site asked not to be read for a while, longer than this run will wait."""

    def explain(self, messages: Messages, /) -> Ending:
        """What the site asked."""
        return Ending(
            state="failed", reason=messages.gettext("the site asks us to come back later (Retry-After)")
        )


class RetryAfterMiddleware:
    """Pauses a host as its answer asks; what waits for a host that is closed for long is given up."""

    def __init__(
        self, crawler: Crawler, *, patience: float, clock: Callable[[], float], wall: Callable[[], datetime]
    ) -> None:
        self.crawler = crawler
        self.patience = patience
        self.clock = clock
        self.wall = wall
        self._closed: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy; VEILLEUR_RETRY_AFTER is the longest wait, in seconds, that a run waits for."""
        patience = crawler.settings.getfloat("VEILLEUR_RETRY_AFTER", 30.0)
        made = cls(crawler, patience=patience, clock=monotonic, wall=lambda: datetime.now(UTC))
        crawler.signals.connect(made.hold_host, signals.response_downloaded)
        return made

    def process_request(self, request: Request) -> None:
        """Refuse what is meant for a host that is closed."""
        if (visit := self._visit(request)) and self._closed.get(_host(request), 0.0) > self.clock():
            visit.retry_at = visit.retry_at or visit.now + self._left(request)
            raise HostPaused("the host asked to be left alone for a while")

    def hold_host(self, response: Response, request: Request) -> None:
        """Hold or close the host before Scrapy sends it the next request that waits for it."""
        wait = self._asked_wait(response)
        slot = self._slot(request)
        if wait is None or slot is None:
            return
        if self._is_short(wait):
            hold_slot(slot, until=self.clock() + wait.total_seconds())
        else:
            self._closed[_host(request)] = self.clock() + wait.total_seconds()
            give_up_waiting(slot)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Try again after a short wait; remember when the source may be read after a long one."""
        wait = self._asked_wait(response)
        if wait is None:
            return response
        if self._is_short(wait):
            assert self.crawler.spider is not None
            reason = f"HTTP {response.status}"
            return get_retry_request(request, spider=self.crawler.spider, reason=reason) or response
        if visit := self._visit(request):
            visit.retry_at = visit.now + wait
        return response

    def _asked_wait(self, response: Response) -> timedelta | None:
        header = response.headers.get("Retry-After") if response.status in STATUSES else None
        return read_retry_after(header.decode("latin-1"), now=self._said_at(response)) if header else None

    def _is_short(self, wait: timedelta) -> bool:
        return wait.total_seconds() <= self.patience

    def _left(self, request: Request) -> timedelta:
        return timedelta(seconds=self._closed[_host(request)] - self.clock())

    def _said_at(self, response: Response) -> datetime:
        stated = _read_http_date((response.headers.get("Date") or b"").decode("latin-1"))
        return stated or self.wall()

    def _slot(self, request: Request) -> Slot | None:
        assert self.crawler.engine is not None
        return self.crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))

    def _visit(self, request: Request) -> Visit | None:
        find = getattr(self.crawler.spider, "visit_of", None)
        visit: Visit | None = find(request) if find else None
        return visit


def read_retry_after(header: str, *, now: datetime) -> timedelta | None:
    """How long a Retry-After asks to wait, given in seconds or as a date; None when it says neither."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST)
    date = _read_http_date(text)
    return min(max(date - now, timedelta(0)), LONGEST) if date else None


def hold_slot(slot: Slot, *, until: float) -> None:
    """Send nothing more to a host before that moment of the monotonic clock."""
    slot.delay = max(slot.delay, 0.001)  # without a delay, Scrapy does not look at the time
    slot.lastseen = max(slot.lastseen, until - slot.delay)


def give_up_waiting(slot: Slot) -> None:
    """Refuse the requests that wait for their turn at a host."""
    while slot.queue:
        _, waiting = slot.queue.popleft()
        waiting.errback(HostPaused("the host asked to be left alone for a while"))


def _host(request: Request) -> str:
    return urlsplit(request.url).hostname or ""


def _read_http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
