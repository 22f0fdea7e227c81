"""The demo world read by the real spider without sockets: forty days in seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import TextResponse

from crawlers.archive import Archive
from crawlers.items import Outcome
from crawlers.progress import Event
from crawlers.spiders.visiting import VisitingSpider
from crawlers.visit import Terms
from watchlists.demo.sites import Sites
from watchlists.messages import load_messages
from watchlists.model import Crawl, Source

Ask = Callable[[Request, datetime], TextResponse]


def answer_from(sites: Sites) -> Ask:
    """Answers of the demo web, as its server would give them but for the pace."""

    def ask(request: Request, now: datetime) -> TextResponse:
        parts = urlsplit(request.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        found = sites.answer(parts.hostname or "", target, now)
        headers = {"Content-Type": found.content_type, **dict(found.headers)}
        return TextResponse(
            request.url, status=found.status, body=found.body, headers=headers, request=request
        )

    return ask


@dataclass
class Reading:
    """One source and its archive, read again and again; `requests` are those of the last run."""

    source: Source
    archive: Archive
    ask: Ask
    crawl: Crawl = field(default_factory=lambda: Crawl(history_days=40))
    environ: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def read(self, now: datetime) -> Outcome:
        """One run to its end."""
        events: list[Event] = []
        spider = VisitingSpider("demo")
        spider.report = events.append
        spider.terms = Terms(
            now=now,
            messages=load_messages("en"),
            memory=self.archive,
            crawl=self.crawl,
            environ=self.environ,
        )
        self.requests = []
        waiting: deque[Any] = deque(spider.begin(self.source, self.archive.fetch_state(self.source.id)))
        while waiting:
            request: Request = waiting.popleft()
            self.requests.append(request)
            waiting += spider.receive(self.ask(request, now), **request.cb_kwargs)
        (outcome,) = [event for event in events if isinstance(event, Outcome)]
        return outcome

    @property
    def paths(self) -> list[str]:
        """What was asked for in the last run."""
        return [request.url.split("/", 3)[-1] for request in self.requests]
