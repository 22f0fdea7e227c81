"""The process that looks at an address: `python -m crawlers.probe_child`, started by crawlers.probe."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import redirect_stdout
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings

from crawlers.discover import Page
from crawlers.outcomes import explain_error, explain_status
from crawlers.probe import JOBS, RESULTS, NotAnswered, Probed, ProbeJob, look
from crawlers.reactor import make_settings
from watchlists.load import load_watchlist
from watchlists.messages import load_messages
from watchlists.model import Watchlist


class ProbeSpider(Spider):
    """Fetches what `look` asks for, through every middleware; its result is `probed`."""

    name = "probe"

    def __init__(self, *, job: ProbeJob) -> None:
        super().__init__()
        self.job = job
        self.messages = load_messages(job.language)
        self.probed = Probed()

    async def start(self) -> AsyncIterator[Any]:
        """One look; nothing is left to schedule."""
        self.probed = await look(self.job.url, self.fetch)
        nothing: tuple[Any, ...] = ()
        for each in nothing:
            yield each

    async def fetch(self, url: str) -> Page:
        """A page, or why there is none."""
        response = await self._download(url)
        if not 200 <= response.status < 300:
            raise NotAnswered(explain_status(response.status, self.messages).reason)
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        return Page(url=response.url, body=response.body, now=self.job.now, content_type=kind)

    async def _download(self, url: str) -> Response:
        assert self.crawler.engine is not None
        try:
            return await self.crawler.engine.download_async(Request(url, dont_filter=True))
        except Exception as error:  # whatever failed is the answer to the question
            ending = explain_error(error, self.messages)
            is_forbidden = ending.state == "blocked_by_robots"
            raise NotAnswered(ending.reason, is_forbidden=is_forbidden) from error


def make_probe_settings(job: ProbeJob, watchlist: Watchlist) -> Settings:
    """The settings of the watch; its hosts, and this one's if asked for, may be private."""
    settings = make_settings(watchlist)
    if job.allow_private:
        hosts = [*settings.getlist("VEILLEUR_ALLOW_PRIVATE"), urlsplit(job.url).hostname or ""]
        settings.set("VEILLEUR_ALLOW_PRIVATE", hosts, priority="cmdline")
    return settings


def run(job: ProbeJob) -> Probed:
    """The look, to its end."""
    process = AsyncCrawlerProcess(make_probe_settings(job, load_watchlist(job.watchlist)))
    crawler = process.create_crawler(ProbeSpider)
    process.crawl(crawler, job=job)
    process.start(install_signal_handlers=False)
    return crawler.spider.probed if isinstance(crawler.spider, ProbeSpider) else Probed()


def main() -> None:
    """The job comes on standard input; the result, and nothing else, goes to standard output."""
    job = JOBS.validate_json(sys.stdin.buffer.read())
    with redirect_stdout(sys.stderr):
        result = run(job)
    sys.stdout.buffer.write(RESULTS.dump_json(result))


if __name__ == "__main__":
    main()
