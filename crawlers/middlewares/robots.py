"""robots.txt before anything else of a site: RFC 9309, remembered for a day in the archive.

An answer 4xx allows everything; 429 and 5xx forbid everything for this run; a site whose
robots.txt cannot be reached is not read, and the reason is the one that made it unreachable.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from crawlers.archive.states import RobotsCopy
from crawlers.outcomes import Ending, ReadRefused
from crawlers.robots_rules import LARGEST, RobotsRules, Rule, read_robots
from crawlers.throttle import PoliteThrottle
from crawlers.visit import SOURCE, Terms, Visit
from watchlists.messages import Messages


class BlockedByRobots(ReadRefused):
    """robots.txt forbids an address, by this rule."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(f"{rule} (line {rule.line})")
        self.rule = rule

    def explain(self, messages: Messages, /) -> Ending:
        """The rule, for people."""
        text = messages.gettext("the site’s robots.txt forbids it: “{rule}”, line {line}")
        return Ending(state="blocked_by_robots", reason=text.format(rule=self.rule, line=self.rule.line))


class RobotsUnavailable(ReadRefused):
    """robots.txt answers with an error, which forbids everything until it is over."""

    def __init__(self, status: int) -> None:
        super().__init__(f"robots.txt answers HTTP {status}")
        self.status = status

    def explain(self, messages: Messages, /) -> Ending:
        """A passing failure of the site, not a rule of its."""
        text = messages.gettext(
            "the site’s robots.txt cannot be read (HTTP {status}), so nothing else may be"
        )
        return Ending(state="failed", reason=text.format(status=self.status))


class RobotsMiddleware:
    """Refuses what robots.txt forbids, and slows down to its Crawl-delay."""

    def __init__(self, crawler: Crawler, *, agent: str) -> None:
        self.crawler = crawler
        self.agent = agent
        self._rules: dict[str, RobotsRules] = {}
        self._broken: dict[str, int] = {}
        self._waiting: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy; matches as ROBOTSTXT_USER_AGENT, else as USER_AGENT."""
        settings = crawler.settings
        return cls(crawler, agent=settings.get("ROBOTSTXT_USER_AGENT") or settings.get("USER_AGENT", ""))

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or raise."""
        if request.meta.get("dont_obey_robotstxt") or self._may_ignore(request):
            return
        rules = await self._learn(request)
        verdict = rules.judge(request.url)
        if not verdict.is_allowed and verdict.rule is not None:
            self._count("forbidden")
            raise BlockedByRobots(verdict.rule)

    async def _learn(self, request: Request) -> RobotsRules:
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        async with self._waiting[origin]:
            if origin in self._broken:
                raise RobotsUnavailable(self._broken[origin])
            if origin not in self._rules:
                body = self._recall(origin)
                if body is None:
                    body = await self._fetch(origin, request)
                self._rules[origin] = rules = read_robots(body, agent=self.agent)
                self._slow_down(parts.hostname or "", rules)
        return self._rules[origin]

    async def _fetch(self, origin: str, request: Request) -> bytes:
        """The body that counts: nothing where there is no robots.txt."""
        robots = Request(
            f"{origin}/robots.txt",
            meta={"dont_obey_robotstxt": True, SOURCE: request.meta.get(SOURCE, "")},
            callback=NO_CALLBACK,
            dont_filter=True,
        )
        self._count("fetched")
        assert self.crawler.engine is not None
        response = await self.crawler.engine.download_async(robots)
        if response.status == 429 or response.status >= 500:
            self._broken[origin] = response.status
            raise RobotsUnavailable(response.status)
        body = response.body[:LARGEST] if 200 <= response.status < 300 else b""
        if terms := self._terms():
            copy = RobotsCopy(origin=origin, status=response.status, body=body, fetched=terms.now)
            terms.memory.put_robots(copy)
        return body

    def _recall(self, origin: str) -> bytes | None:
        terms = self._terms()
        copy = terms.memory.robots(origin, now=terms.now) if terms else None
        return copy.body if copy else None

    def _slow_down(self, host: str, rules: RobotsRules) -> None:
        throttle = self.crawler.get_extension(PoliteThrottle)
        if rules.delay and throttle is not None:
            throttle.slow_down(host, rules.delay)

    def _may_ignore(self, request: Request) -> bool:
        find = getattr(self.crawler.spider, "visit_of", None)
        visit: Visit | None = find(request) if find else None
        return visit is not None and visit.source.robots == "ignore"

    def _terms(self) -> Terms | None:
        terms: Terms | None = getattr(self.crawler.spider, "terms", None)
        return terms

    def _count(self, what: str) -> None:
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"robots/{what}")
