"""Conversations of a timeline and posts asked for alone: what answers a post, and whether it is still there.

A known post that its conversation does not show is asked for alone, and gone if it is. Answers of which
nothing tells what they answer wait until every conversation is in, then are asked for one after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scrapy.http import Response

from crawlers.items import Item
from crawlers.parsers.payload import NotData
from crawlers.parsers.timeline import Reply, Timeline
from crawlers.thread_book import ThreadBook
from crawlers.visit import Gone, Visit, Yield

MISSING = (404, 410)
MOST_CHECKS = 40
"""Posts that may have gone which one run asks for."""


class Conversations:
    """Reads what a list points to: conversations by the key of a post, and posts alone."""

    def __init__(
        self, visit: Visit, timeline: Timeline, *, book: ThreadBook, headers: Mapping[str, str]
    ) -> None:
        self.visit = visit
        self.timeline = timeline
        self.book = book
        self.headers = headers
        self.listed: set[str] = set()
        """Keys that the list showed: they are there."""
        self.asked: set[str] = set()
        """Keys whose conversation was asked for."""
        self.unplaced: dict[str, str] = {}
        """Answers whose conversation is unknown: key -> id."""
        self.is_listed = False
        """The list was read: whatever it points to was asked for."""
        self._checked: set[str] = set()
        self._out = 0
        """Conversations not answered yet."""

    def ask(self, key: str, id: str) -> Iterator[Yield]:
        """Ask for a post's conversation, once."""
        if key in self.asked:
            return
        self.asked.add(key)
        self._out += 1
        yield self.visit.get(
            self.timeline.thread_url(key),
            self.parse_thread,
            is_conditional=False,
            answers=(400, *MISSING),
            headers=self.headers,
            key=key,
            id=id,
        )

    def check(self, key: str, id: str) -> Iterator[Yield]:
        """Ask for one post alone, once."""
        if key in self._checked or len(self._checked) >= MOST_CHECKS:
            return
        self._checked.add(key)
        yield self.visit.get(
            self.timeline.post_url(key),
            self.parse_post,
            is_conditional=False,
            answers=(400, *MISSING),
            headers=self.headers,
            key=key,
            id=id,
        )

    def parse_thread(self, response: Response, key: str, id: str) -> Iterator[Yield]:
        """A conversation."""
        self._out -= 1
        opening = self.visit.memory.item(id)
        items: tuple[Item, ...] = ()
        if self._is_missing(response):
            yield Gone(ids=(id,))
            self.book.drop(key)
        elif opening is not None:
            items = self.timeline.parse_thread(self.reply(response), opening=opening)
            yield from self.take(items)
            yield from self._find_missing(items, opening)
            self.book.finish(key)
        # The archive may not have these yet.
        yield from self.place_rest(frozenset(item.id for item in items if item.thread_id))
        self.save()

    def parse_post(self, response: Response, key: str, id: str) -> Iterator[Yield]:
        """A post asked for alone: its counts, or that it is gone."""
        items = () if self._is_missing(response) else self.timeline.parse_post(self.reply(response))
        if items:
            yield from self.take(items)
        else:
            yield Gone(ids=(id,))
            self.book.drop(key)
        self.save()

    def take(self, items: Iterable[Item]) -> Iterator[Yield]:
        """Items as arrivals; what was written before the first run is history whenever it is read."""
        self.book.begin(self.visit.now)
        for item in items:
            is_history = self.visit.is_first or self.book.is_history(item.published)
            yield self.visit.arrive(item, is_backfill=is_history)

    def place_rest(self, placed: frozenset[str]) -> Iterator[Yield]:
        """When all conversations are in: ask for that of an answer which is in none of them."""
        for key in [key for key, id in self.unplaced.items() if id in placed or key in self.asked]:
            del self.unplaced[key]
        if self._out or not self.is_listed:
            return
        for key, id in tuple(self.unplaced.items()):
            item = self.visit.memory.item(id)
            del self.unplaced[key]
            if item is not None and item.thread_id is None:
                yield from self.ask(key, id)
                return  # one at a time: its conversation may hold the others

    def reply(self, response: Response) -> Reply:
        """An answer as the timeline's parsers get it."""
        link = (response.headers.get("Link") or b"").decode("latin-1")
        return Reply(url=response.url, body=response.body, now=self.visit.now, link=link)

    def save(self) -> None:
        """Keep what the next run needs."""
        self.visit.cursor = self.book.dump()

    def _find_missing(self, items: Iterable[Item], opening: Item) -> Iterator[Yield]:
        """Known posts of a conversation that it does not show any more."""
        shown = {self.visit.memory.resolve(item.id) or item.id for item in items} | {opening.id}
        for known in self.visit.memory.thread(opening.thread_id or opening.id):
            key = self.timeline.key_of(known)
            if known.id not in shown and known.deleted is None and key and key not in self.listed:
                yield from self.check(key, known.id)

    def _is_missing(self, response: Response) -> bool:
        """Whether a post is not there; another refusal is an error, told as every other."""
        if response.status != 400:
            return response.status in MISSING
        reply = self.reply(response)
        if not self.timeline.is_gone(reply):
            raise NotData("a refusal (HTTP 400)", url=response.url)
        return True
