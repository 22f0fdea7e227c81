"""Mastodon and servers with its API: an account, a hashtag, or what a server's people write."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from scrapy.http import Response

from crawlers.items import CommunitySample
from crawlers.outcomes import Ending, explain_status
from crawlers.parsers.mastodon import MastodonTimeline, locate, parse_account
from crawlers.spiders.source import SourceSpider
from crawlers.spiders.timeline import TimelineReader
from crawlers.thread_book import ThreadBook
from crawlers.visit import Visit, Yield


class MastodonReader:
    """Looks an account up once a day, which also gives its followers, then reads its timeline."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.book = ThreadBook.load(visit.cursor)
        self.place = locate(visit.source.url, visit.source.target)

    def start(self) -> Iterator[Yield]:
        """The timeline; of an account not looked up today, its number first."""
        name, _, number = self.book.facts.get("account", "").partition("=")
        day = self.visit.now.date().isoformat()
        if not self.place.account or (name == self.place.account and self.book.facts.get("sampled") == day):
            yield from self._read(number if self.place.account else "")
            return
        yield self.visit.get(
            f"{self.place.root}/api/v1/accounts/lookup?acct={quote(self.place.account)}",
            self.parse_account,
            is_conditional=False,
            answers=(401, 403, 404, 422),
            headers=self._headers(),
        )

    def parse_account(self, response: Response) -> Iterator[Yield]:
        """The account, then what it writes."""
        visit = self.visit
        if response.status not in {200, 404}:
            visit.end(explain_status(response.status, visit.terms.messages))
            return
        account = parse_account(response.body, url=response.url) if response.status == 200 else None
        if account is None:
            text = visit.terms.messages.gettext("this server knows no account “{name}”")
            visit.end(Ending(state="failed", reason=text.format(name=self.place.account)))
            return
        yield CommunitySample(source=visit.source.id, at=visit.now, followers=account.followers)
        self.book.facts["account"] = f"{self.place.account}={account.id}"
        self.book.facts["sampled"] = visit.now.date().isoformat()
        yield from self._read(account.id)

    def _read(self, number: str) -> Iterator[Yield]:
        timeline = MastodonTimeline(source=self.visit.source, place=self.place, account_id=number)
        yield from TimelineReader(self.visit, timeline, book=self.book, headers=self._headers()).start()

    def _headers(self) -> dict[str, str]:
        token = self.visit.token
        return {"Authorization": f"Bearer {token}"} if token else {}


class MastodonSpider(SourceSpider):
    """One timeline, without a watch: `scrapy crawl mastodon -a url=... -a target=#tag -O out.jsonl`."""

    name = "mastodon"
    kind = "mastodon"
