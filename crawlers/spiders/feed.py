"""Feeds: RSS, Atom, RDF and JSON Feed, their entries completed from their pages where those are teasers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from scrapy.http import Response

from crawlers.items import Item
from crawlers.parsers.article import parse_article
from crawlers.parsers.feed import parse_feed
from crawlers.parsers.parsed_feed import ParsedFeed
from crawlers.spiders.source import SourceSpider
from crawlers.visit import Visit, Yield

MOST_PAGES = 10
"""Pages of a paged feed (RFC 5005, JSON Feed) that one run follows."""

PAGE_ANSWERS = (304, 401, 403, 404, 410, 451)
"""What an article page may answer so that asking again is of no use."""

MOST_TRIES = 3
"""Runs in which a page that does not answer is tried."""

MOST_WAITING = 200
"""Pages the next run goes on with; the rest stays as the feed gave it."""


class FeedReader:
    """Reads the feed; its cursor is the article pages still to be read, each with how often it was tried."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.waiting = _read_cursor(visit.cursor)
        self.asked: set[str] = set()
        self.pages = 0

    def start(self) -> Iterator[Yield]:
        """The feed itself, if it changed."""
        yield self.visit.get(self.visit.state.url, self.parse, is_listing=True, answers=(304,))

    def parse(self, response: Response) -> Iterator[Yield]:
        """Its entries, then their pages, then its next page."""
        if response.status != 304:
            content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
            feed = parse_feed(
                response.body,
                url=response.url,
                source=self.visit.source,
                now=self.visit.now,
                content_type=content_type,
            )
            yield from self._take(feed)
        yield from self._resume()

    def parse_page(self, response: Response, permalink: str) -> Iterator[Yield]:
        """The whole text of an entry, where its page has more than the feed."""
        self.waiting.pop(permalink, None)
        self._save_cursor()
        visit = self.visit
        if response.status != 200 or not (found := visit.memory.resolve(permalink)):
            return
        entry = visit.memory.item(found)
        article = parse_article(response.body, url=response.url, source=visit.source, now=visit.now)
        if entry is not None and article is not None and len(article.html) > len(entry.html):
            yield visit.arrive(_complete(entry, article))

    def _take(self, feed: ParsedFeed) -> Iterator[Yield]:
        visit = self.visit
        self.pages += 1
        visit.ttl = feed.ttl
        for problem in feed.problems:
            visit.note_remark(problem)
        known = [visit.known(item) for item in feed.items]
        for position, item in enumerate(feed.items):
            yield visit.arrive(item, position=position)
        for item, before in zip(feed.items, known, strict=True):
            if self._wants_page(item, before):
                self.waiting.setdefault(item.permalink, 0)
        if feed.next_url and self.pages < MOST_PAGES and not any(known) and self._reaches_back(feed.items):
            yield visit.get(feed.next_url, self.parse, is_conditional=False)

    def _reaches_back(self, items: Iterable[Item]) -> bool:
        """Whether the next page may hold entries since the last read."""
        dates = [item.published for item in items if item.published]
        return bool(dates) and min(dates) > self.visit.since

    def _wants_page(self, item: Item, before: Item | None) -> bool:
        rule = self.visit.source.full_text
        if rule == "never" or item.kind != "article" or "#" in item.permalink:
            return False
        if self.visit.is_first and item.published is not None and item.published < self.visit.since:
            return False
        if rule == "auto":
            return item.is_teaser and (before is None or before.is_teaser)
        return True

    def _resume(self) -> Iterator[Yield]:
        """Ask for the pages that wait, but never for one that was answered, and not for ever."""
        for permalink, tries in tuple(self.waiting.items()):
            if permalink in self.asked:
                continue
            if tries >= MOST_TRIES or self.visit.memory.page_state(permalink) is not None:
                del self.waiting[permalink]
                continue
            self.asked.add(permalink)
            self.waiting[permalink] += self.visit.has_budget
            yield self.visit.get(permalink, self.parse_page, answers=PAGE_ANSWERS, permalink=permalink)
        self._save_cursor()

    def _save_cursor(self) -> None:
        waiting = dict(list(self.waiting.items())[:MOST_WAITING])
        self.visit.cursor = json.dumps(waiting) if waiting else ""


class FeedSpider(SourceSpider):
    """One feed, without a watch: `scrapy crawl feed -a url=https://... -O out.jsonl`."""

    name = "feed"
    kind = "feed"


def _read_cursor(cursor: str) -> dict[str, int]:
    """The pages an earlier run left, in order, with their tries; nothing where the cursor is not ours."""
    try:
        kept = json.loads(cursor) if cursor else {}
    except ValueError:
        return {}
    return {str(url): int(tries) for url, tries in kept.items()} if isinstance(kept, dict) else {}


def _complete(entry: Item, article: Item) -> Item:
    """The entry with its page's text; what the feed said of it otherwise stays."""
    others = (*entry.aliases, article.permalink, *article.aliases)
    return replace(
        entry,
        html=article.html,
        is_teaser=False,
        links=article.links,
        author=entry.author or article.author,
        language=entry.language or article.language,
        tags=entry.tags or article.tags,
        aliases=tuple(alias for alias in dict.fromkeys(others) if alias != entry.permalink),
        fetched=article.fetched,
    )
