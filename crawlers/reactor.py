"""Crawls one after the other in this process: Twisted's reactor cannot be started twice, so it stays up."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from contextlib import suppress

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from twisted.internet.error import ReactorNotRunning

from crawlers.lifeline import END, STOP, LifeLine, end_soon
from crawlers.memory import Memory
from crawlers.overrides import make_overrides
from crawlers.progress import Finished, Report, tell_trouble
from crawlers.run import FAILED, JOBS, OK, CrawlJob
from crawlers.spiders.watch import WatchSpider
from crawlers.visit import Terms
from watchlists.errors import VeilleurError
from watchlists.load import load_watchlist
from watchlists.messages import load_messages
from watchlists.model import Source, Watchlist

logger = logging.getLogger(__name__)


def make_settings(watchlist: Watchlist) -> Settings:
    """crawlers.settings with what the watch changes; the environment has no say."""
    settings = Settings()
    settings.setmodule("crawlers.settings", priority="project")
    settings.setdict(make_overrides(watchlist), priority="cmdline")
    return settings


def choose_sources(job: CrawlJob, watchlist: Watchlist) -> tuple[Source, ...]:
    """The sources the job names, or all."""
    return tuple(source for source in watchlist.sources if not job.sources or source.id in job.sources)


class Crawls:
    """The jobs of one process, over one archive.

    The names and addresses of `crawl.hosts` and `allow_private` are those of the first job's watchlist.
    """

    def __init__(self, watchlist: Watchlist, *, memory: Memory, report: Report, line: LifeLine) -> None:
        self.watchlist = watchlist
        self.memory = memory
        self.report = report
        self.line = line
        settings = make_settings(watchlist)
        settings.set("SPIDER_MODULES", [], priority="cmdline")  # ours is named: no need to import all
        self.process = AsyncCrawlerProcess(settings)
        self.jobs: deque[CrawlJob] = deque()
        self.crawler: Crawler | None = None
        self.task: asyncio.Future[None] | None = None
        self.stopping: asyncio.Future[None] | None = None
        self.is_ending = False
        """The parent said that no more jobs come."""
        self.is_stopping = False
        """The parent said stop: jobs that have not begun do not begin."""
        self.exit_code = OK

    def run(self, first: CrawlJob) -> int:
        """Do jobs until the parent says that there are no more; the exit code of the last."""
        from twisted.internet import reactor

        self.jobs.append(first)
        self.line.wake = lambda: reactor.callFromThread(self.hear)
        reactor.callWhenRunning(self.hear)
        self.process.start(stop_after_crawl=False, install_signal_handlers=False)
        return self.exit_code

    def hear(self) -> None:
        """Take what the parent said, then go on."""
        while not self.line.lines.empty():
            line = self.line.lines.get()
            if line == STOP:
                self.stop()
            elif line == END:
                self.is_ending = True
            else:
                self.jobs.append(JOBS.validate_json(line))
        self.proceed()

    def proceed(self) -> None:
        """Begin the next job, or leave when there is none and none will come."""
        if self.task is not None:
            return
        if self.jobs and not self.is_stopping:
            self.task = asyncio.ensure_future(self.work(self.jobs.popleft()))
        elif self.is_ending:
            self.leave()

    def leave(self) -> None:
        """End the process in good order."""
        from twisted.internet import reactor

        with suppress(ReactorNotRunning):
            reactor.stop()  # type: ignore[misc]

    def stop(self) -> None:
        """Conclude what is open, now; then leave."""
        self.is_ending = self.is_stopping = True
        end_soon()
        if self.crawler is not None and self.task is not None:
            if isinstance(self.crawler.spider, WatchSpider):
                self.crawler.spider.interrupt()
            self.stopping = asyncio.ensure_future(self.crawler.stop_async())

    async def work(self, job: CrawlJob) -> None:
        """One job, to its end."""
        self.exit_code = FAILED
        try:
            self.exit_code = await self.crawl(job)
        except VeilleurError as error:
            self.report(tell_trouble(error))
        except Exception:  # the parent must hear of an end, whatever happened
            logger.exception("the crawl failed")
        self.crawler = self.task = None
        self.report(Finished(exit_code=self.exit_code))
        self.proceed()

    async def crawl(self, job: CrawlJob) -> int:
        """Crawl what the job asks for, by the watchlist as it is now."""
        watchlist = load_watchlist(job.watchlist)
        self.crawler = Crawler(WatchSpider, make_settings(watchlist))
        terms = Terms(
            now=job.now,
            messages=load_messages(watchlist.language),
            memory=self.memory,
            crawl=watchlist.crawl,
            environ=os.environ,
        )
        sources = choose_sources(job, watchlist)
        await self.process.crawl(
            self.crawler, terms=terms, sources=sources, report=self.report, is_forced=job.force
        )
        spider = self.crawler.spider
        if not isinstance(spider, WatchSpider):
            return FAILED
        if spider.trouble is not None:
            raise spider.trouble
        return OK
