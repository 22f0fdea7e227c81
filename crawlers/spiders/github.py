"""GitHub: releases, issues with their comments, discussions by their feed; with a token or without."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapy.http import Response

from crawlers.items import Item
from crawlers.outcomes import Ending
from crawlers.parsers.feed import parse_feed
from crawlers.parsers.github import Page, locate
from crawlers.parsers.timeline import Reply
from crawlers.spiders.source import SourceSpider
from crawlers.thread_book import ThreadBook
from crawlers.visit import Gone, Visit, Yield

REFUSED = (401, 403, 404, 410, 429)
MOST_SINGLE = 10
"""Issues and comments asked for one by one: without a token an hour has sixty requests."""


class GitHubReader:
    """Lists by last change, so that what did not change is one conditional request."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.book = ThreadBook.load(visit.cursor)
        self.repository = locate(visit.source)
        self.since = self.book.list_read_until(visit.since)
        self.shown: set[str] = set()
        self.out = 0
        """List pages not answered yet."""

    def start(self) -> Iterator[Yield]:
        """A list for each part that is read."""
        visit, repository = self.visit, self.repository
        if repository is None:
            text = visit.terms.messages.gettext("the address names no repository")
            visit.end(Ending(state="failed", reason=text))
            return
        starts: dict[str, tuple[str, Callable[..., Iterator[Yield]]]] = {
            "releases": (repository.releases_url, self.parse_releases),
            "issues": (repository.issues_url, self.parse_issues),
            "discussions": (repository.discussions_url, self.parse_discussions),
        }
        for number, part in enumerate(repository.parts):
            url, then = starts[part]
            yield self._ask(url, then, is_listing=number == 0)
        if "issues" in repository.parts:
            yield self._ask(repository.comments_url(self.since), self.parse_comments, is_conditional=False)
        if not self.book.is_today("sampled", visit.now.date().isoformat()):
            yield self._ask(repository.sample_url, self.parse_sample, is_conditional=False)

    def parse_releases(self, response: Response) -> Iterator[Yield]:
        """The newest releases."""
        if self._is_read(response):
            assert self.repository is not None
            page = self.repository.parse_releases(self._reply(response))
            yield from self._take(page.items, is_list=True)
        yield from self._finish()

    def parse_discussions(self, response: Response) -> Iterator[Yield]:
        """The feed of discussions."""
        if self._is_read(response):
            visit = self.visit
            feed = parse_feed(response.body, url=response.url, source=visit.source, now=visit.now)
            yield from self._take(feed.items, is_list=True)
        yield from self._finish()

    def parse_issues(self, response: Response) -> Iterator[Yield]:
        """A page of issues."""
        if self._is_read(response):
            assert self.repository is not None
            page = self.repository.parse_issues(self._reply(response))
            has_new = any(item.id not in self.shown for item in page.items)
            yield from self._take(page.items, is_list=True)
            yield from self._go_on(page, self.parse_issues, has_new=has_new)
        yield from self._finish()

    def parse_comments(self, response: Response) -> Iterator[Yield]:
        """A page of comments."""
        if self._is_read(response):
            assert self.repository is not None
            page = self.repository.parse_comments(self._reply(response))
            has_new = any(item.id not in self.shown for item in page.items)
            yield from self._take(page.items, is_list=False)
            yield from self._go_on(page, self.parse_comments, has_new=has_new)
        yield from self._finish()

    def parse_one(self, response: Response, id: str) -> Iterator[Yield]:
        """An issue or comment asked for alone."""
        assert self.repository is not None
        if response.status in {404, 410}:
            yield Gone(ids=(id,))
        elif self._is_read(response) and (item := self.repository.parse_one(self._reply(response))):
            yield from self._take((item,), is_list=False)

    def parse_sample(self, response: Response) -> Iterator[Yield]:
        """Stars and watchers."""
        if self._is_read(response):
            assert self.repository is not None
            yield self.repository.parse_sample(self._reply(response))
        yield from self._finish()

    def _ask(
        self,
        url: str,
        then: Callable[..., Iterator[Yield]],
        *,
        is_listing: bool = False,
        is_conditional: bool = True,
    ) -> Yield:
        self.out += 1
        return self.visit.get(
            url,
            then,
            is_listing=is_listing,
            is_conditional=is_conditional,
            answers=(304, *REFUSED),
            headers=self._headers(),
        )

    def _headers(self) -> dict[str, str]:
        token = self.visit.token
        named = {"Authorization": f"Bearer {token}"} if token else {}
        return {"Accept": "application/vnd.github.full+json", "X-GitHub-Api-Version": "2022-11-28", **named}

    def _is_read(self, response: Response) -> bool:
        """Whether there is something to read; a refusal is told, with the quota where that is why."""
        if response.status not in REFUSED:
            return response.status != 304
        gettext = self.visit.terms.messages.gettext
        if response.headers.get("X-RateLimit-Remaining") == b"0":
            self.visit.retry_at = self.visit.now + _until_reset(response)
            reason = gettext("the API’s quota of this hour is used up; a token (token_env) has a larger one")
            self.visit.end(Ending(state="walled", reason=reason))
        elif response.status in {404, 410}:
            reason = gettext("there is no such repository, or it is private, or has nothing of the kind")
            self.visit.end(Ending(state="failed", reason=reason))
        else:
            reason = gettext("the API refuses (HTTP {status})").format(status=response.status)
            self.visit.end(Ending(state="walled", reason=reason))
        return False

    def _take(self, items: Iterable[Item], *, is_list: bool) -> Iterator[Yield]:
        for position, item in enumerate(items):
            self.shown.add(self.visit.memory.resolve(item.id) or item.id)
            yield self.visit.arrive(item, position=position if is_list else None)

    def _go_on(self, page: Page, then: Callable[..., Iterator[Yield]], *, has_new: bool) -> Iterator[Yield]:
        if (has_new or not page.items) and page.next_url and page.oldest and page.oldest >= self.since:
            yield self._ask(page.next_url, then, is_conditional=False)

    def _finish(self) -> Iterator[Yield]:
        """After the last list: counts that are due and were in none."""
        self.out -= 1
        if self.out or self.repository is None:
            return
        if self.visit.ending is None:
            self.book.close_list(self.visit.now)
        self.visit.cursor = self.book.dump()
        due = self.visit.memory.due_samples(self.visit.source.id, now=self.visit.now)
        waiting = [id for id in due if id not in self.shown][:MOST_SINGLE]
        for id in waiting:
            item = self.visit.memory.item(id)
            if item and (url := self.repository.url_of(item)):
                yield self.visit.get(
                    url, self.parse_one, answers=REFUSED, headers=self._headers(), is_conditional=False, id=id
                )

    def _reply(self, response: Response) -> Reply:
        link = (response.headers.get("Link") or b"").decode("latin-1")
        return Reply(url=response.url, body=response.body, now=self.visit.now, link=link)


class GitHubSpider(SourceSpider):
    """One repository, without a watch: `scrapy crawl github -a url=https://github.com/... -O posts.jsonl`."""

    name = "github"
    kind = "github"


def _until_reset(response: Response) -> timedelta:
    """How long until the quota is new, by the server's own clock; an hour where it does not say."""
    try:
        reset = datetime.fromtimestamp(int(response.headers.get("X-RateLimit-Reset") or b""), UTC)
        stated = parsedate_to_datetime((response.headers.get("Date") or b"").decode("latin-1"))
        return min(max(reset - stated, timedelta(minutes=1)), timedelta(days=1))
    except (ValueError, TypeError, OverflowError):
        return timedelta(hours=1)
