"""Reddit: by its API with a registered application; else by its one feed, where robots.txt allows."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from crawlers.items import Item
from crawlers.outcomes import Ending
from crawlers.parsers.feed import parse_feed
from crawlers.parsers.payload import NotData, read_object
from crawlers.parsers.reddit import (
    Thread,
    alias_of,
    listing_path,
    parse_listing,
    parse_more,
    parse_thread,
)
from crawlers.spiders.source import SourceSpider
from crawlers.thread_book import ThreadBook
from crawlers.visit import Callback, Gone, Visit, Yield

API = "https://oauth.reddit.com"
MOST_PAGES = 10
AT_ONCE = 100
MOST_MORE = 10
"""Further answers of one thread that one run asks for."""


class RedditReader:
    """Reads what is new, then threads whose number of comments changed, then counts that are due."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.book = ThreadBook.load(visit.cursor)
        self.path = listing_path(visit.source.url, visit.source.target)
        parts = urlsplit(visit.source.url)
        self.site = f"{parts.scheme}://{parts.netloc}"
        self.root = API if (parts.hostname or "").endswith("reddit.com") else self.site
        self.bearer = ""
        self.listed: set[str] = set()

    def start(self) -> Iterator[Yield]:
        """A session for the application; without one, the feed, which is one request a run."""
        token = self.visit.token
        if not self.path:
            text = self.visit.terms.messages.gettext("it names no subreddit, user or search")
            self.visit.end(Ending(state="failed", reason=text))
        elif not token:
            yield self.visit.get(f"{self.site}/{_feed_path(self.path)}", self.parse_feed, is_listing=True)
        elif ":" in token:
            yield self._ask_session(token)
        else:
            self.bearer = token
            yield self._ask_listing("")

    def parse_feed(self, response: Response) -> Iterator[Yield]:
        """Submissions as the feed gives them: without counts and comments."""
        visit = self.visit
        feed = parse_feed(response.body, url=response.url, source=visit.source, now=visit.now)
        for position, item in enumerate(feed.items):
            yield visit.arrive(item, position=position)

    def parse_session(self, response: Response) -> Iterator[Yield]:
        """The bearer token of an hour."""
        self.bearer = read_object(response.body, url=response.url).text("access_token")
        if not self.bearer:
            raise NotData("no session for this application’s name and secret", url=response.url)
        yield self._ask_listing("")

    def parse_listing(self, response: Response, page: int) -> Iterator[Yield]:
        """A page of submissions, and the threads that changed."""
        visit = self.visit
        listing = parse_listing(response.body, url=response.url, source=visit.source, now=visit.now)
        known = [visit.known(item) for item in listing.items]
        yield from self._take(listing.items, is_listing=page == 1)
        yield Gone(ids=self._find(listing.erased))
        dates = [item.published for item in listing.items if item.published]
        is_recent = bool(dates) and min(dates) > visit.since
        if listing.after and page < MOST_PAGES and is_recent and not any(known):
            yield self._ask_listing(listing.after, page + 1)
        else:
            yield from self._reread()
        self._save()

    def parse_info(self, response: Response) -> Iterator[Yield]:
        """Counts of older submissions, many at once."""
        visit = self.visit
        listing = parse_listing(response.body, url=response.url, source=visit.source, now=visit.now)
        yield from self._take(listing.items, is_listing=False)
        yield Gone(ids=self._find(listing.erased))
        self._save()

    def parse_thread(self, response: Response, name: str) -> Iterator[Yield]:
        """A thread's comments."""
        visit = self.visit
        thread = parse_thread(response.body, url=response.url, source=visit.source, now=visit.now)
        yield from self._take_thread(thread, name, so_far=0)

    def parse_more(self, response: Response, name: str, so_far: int) -> Iterator[Yield]:
        """Comments that the thread left out."""
        visit = self.visit
        thread = parse_more(response.body, url=response.url, source=visit.source, now=visit.now)
        yield from self._take_thread(thread, name, so_far=so_far)

    def _take(self, items: Iterable[Item], *, is_listing: bool) -> Iterator[Yield]:
        for position, item in enumerate(items):
            name, count = item.native_id or "", str(item.engagement.replies)
            self.listed.add(name)
            yield self.visit.arrive(item, position=position if is_listing else None)
            if item.engagement.replies and self.book.read.get(name) != count:
                self.book.waiting[name] = count
                path = f"comments/{name.removeprefix('t3_')}?limit=500"
                yield self._ask(path, self.parse_thread, name=name)

    def _take_thread(self, thread: Thread, name: str, *, so_far: int) -> Iterator[Yield]:
        for item in thread.items:
            yield self.visit.arrive(item)
        yield Gone(ids=self._find(thread.erased))
        for start in range(0, len(thread.more), AT_ONCE):
            if so_far >= MOST_MORE:
                self.visit.note_partial(self.visit.terms.messages.gettext("a thread is too long for one run"))
                break
            so_far += 1
            some = ",".join(thread.more[start : start + AT_ONCE])
            path = f"api/morechildren?api_type=json&link_id={name}&children={some}"
            yield self._ask(path, self.parse_more, name=name, so_far=so_far)
        self.book.finish(name)
        self._save()

    def _find(self, names: Iterable[str]) -> tuple[str, ...]:
        """Erased posts that the archive has."""
        found = (self.visit.memory.resolve(alias_of(name)) for name in names)
        return tuple(id for id in found if id)

    def _reread(self) -> Iterator[Yield]:
        due = self.visit.memory.due_samples(self.visit.source.id, now=self.visit.now)
        items = (self.visit.memory.item(id) for id in due)
        names = [item.native_id for item in items if item and item.native_id and item.kind == "post"]
        wanted = [name for name in names if name not in self.listed]
        for start in range(0, len(wanted), AT_ONCE):
            yield self._ask(f"api/info?id={','.join(wanted[start : start + AT_ONCE])}", self.parse_info)

    def _ask_session(self, token: str) -> Request:
        basic = base64.b64encode(token.encode()).decode()
        request = self.visit.get(
            f"{self.site}/api/v1/access_token",
            self.parse_session,
            is_listing=True,
            is_conditional=False,
            data={},
        )
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        return request.replace(body=b"grant_type=client_credentials", headers=headers)

    def _ask_listing(self, after: str, page: int = 1) -> Request:
        mark = "&" if "?" in self.path else "?"
        path = f"{self.path}{mark}limit={AT_ONCE}" + (f"&after={after}" if after else "")
        return self._ask(path, self.parse_listing, is_listing=page == 1, page=page)

    def _ask(self, path: str, then: Callback, **options: object) -> Request:
        headers = {"Authorization": f"Bearer {self.bearer}"}
        mark = "&" if "?" in path else "?"
        return self.visit.get(
            f"{self.root}/{path}{mark}raw_json=1",
            then,
            headers=headers,
            is_conditional=False,
            **options,  # type: ignore[arg-type]
        )

    def _save(self) -> None:
        self.visit.cursor = self.book.dump()


class RedditSpider(SourceSpider):
    """One subreddit, without a watch: `scrapy crawl reddit -a url=... -O out.jsonl`."""

    name = "reddit"
    kind = "reddit"


def _feed_path(path: str) -> str:
    name, mark, query = path.partition("?")
    return f"{name}.rss{mark}{query}"
