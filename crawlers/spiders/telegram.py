"""Public Telegram channels, by the pages Telegram shows to anybody."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy.http import Response

from crawlers.items import Item
from crawlers.parsers.telegram import (
    ChannelPage,
    find_channel,
    parse_channel,
    preview_url,
    sample_of,
)
from crawlers.spiders.source import SourceSpider
from crawlers.visit import Gone, Visit, Yield

MOST_PAGES = 25
"""Pages of older posts that one run reads."""
MOST_REREAD = 5
"""Older pages that one run reads again for their counts."""
WIDEST = 200
"""Numbers on one page; more would be a channel that deleted most of its posts."""


class TelegramReader:
    """Reads back to the last read, and what is due for counts; its cursor is the day of the last sample."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.channel = find_channel(visit.source.url, visit.source.target)
        self.address = preview_url(visit.source.url, self.channel)
        self.pages = 0
        self.asked: set[str] = set()
        self.due = set(visit.memory.due_samples(visit.source.id, now=visit.now))

    def start(self) -> Iterator[Yield]:
        """The newest posts."""
        yield self.visit.get(self.address, self.parse, is_listing=True, answers=(304,))

    def parse(self, response: Response) -> Iterator[Yield]:
        """A page of posts, then older ones as far as they are wanted."""
        if response.status == 304:
            yield from self._reread()
            return
        visit = self.visit
        page = parse_channel(response.body, url=response.url, source=visit.source, now=visit.now)
        is_first, self.pages = not self.pages, self.pages + 1
        known = [visit.known(item) for item in page.items]
        yield from self._arrive(page, is_listing=is_first)
        if is_first:
            yield from self._sample(page)
        if page.before_url and not any(known) and self.pages < MOST_PAGES and self._is_recent(page):
            yield visit.get(page.before_url, self.parse, is_conditional=False)
        else:
            yield from self._reread()

    def parse_again(self, response: Response) -> Iterator[Yield]:
        """An older page, for its counts, edits and deletions."""
        visit = self.visit
        page = parse_channel(response.body, url=response.url, source=visit.source, now=visit.now)
        yield from self._arrive(page, is_listing=False)

    def _arrive(self, page: ChannelPage, *, is_listing: bool) -> Iterator[Yield]:
        visit = self.visit
        for position, item in enumerate(reversed(page.items)):
            yield visit.arrive(item, position=position if is_listing else None)
            self.due.discard(visit.memory.resolve(item.permalink) or "")
        if gone := self._find_gone(page):
            self.due -= set(gone)
            yield Gone(ids=gone)

    def _find_gone(self, page: ChannelPage) -> tuple[str, ...]:
        """Posts the archive knows between the first and the last of the page, and which it does not show."""
        numbers = set(page.numbers)
        if not numbers or max(numbers) - min(numbers) > WIDEST:
            return ()
        base = self.address.replace("/s/", "/")
        missing = (number for number in range(min(numbers), max(numbers)) if number not in numbers)
        found = (self.visit.memory.resolve(f"{base}/{number}") for number in missing)
        return tuple(id for id in found if id)

    def _sample(self, page: ChannelPage) -> Iterator[Yield]:
        today = self.visit.now.date().isoformat()
        if page.subscribers is not None and self.visit.cursor != today:
            self.visit.cursor = today
            yield sample_of(page, source=self.visit.source.id, now=self.visit.now)

    def _is_recent(self, page: ChannelPage) -> bool:
        dates = [item.published for item in page.items if item.published]
        return bool(dates) and min(dates) > self.visit.since

    def _reread(self) -> Iterator[Yield]:
        """Pages around posts whose counts are due: one refreshes some twenty posts."""
        items = [item for id in self.due if (item := self.visit.memory.item(id)) is not None]
        for item in sorted(items, key=_number, reverse=True):
            if item.id not in self.due or len(self.asked) >= MOST_REREAD:
                continue
            url = f"{self.address}?before={_number(item) + 10}"
            self.due -= {each.id for each in items if 0 <= _number(item) - _number(each) < 8}
            self.asked.add(url)
            yield self.visit.get(url, self.parse_again, is_conditional=False)


class TelegramSpider(SourceSpider):
    """One channel, without a watch: `scrapy crawl telegram -a url=https://t.me/s/... -O out.jsonl`."""

    name = "telegram"
    kind = "telegram"


def _number(item: Item) -> int:
    tail = item.permalink.rpartition("/")[2]
    return int(tail) if tail.isdigit() else 0
