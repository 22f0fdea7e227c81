"""Threads of a forum: every post of those that changed, page by page, and what is there no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scrapy.http import Response

from crawlers.due_threads import renew
from crawlers.forum_dialects import Dialect, Mark
from crawlers.items import Engagement, Item
from crawlers.parsers.forum import ForumPage, Thread
from crawlers.thread_book import ThreadBook
from crawlers.visit import Gone, Visit, Yield

CLOSED = (401, 403, 404, 410)
LONG = 60
"""Posts from which a thread is read on from its last known page instead of anew."""


class ThreadReader:
    """Reads threads by their addresses, each from the page it waits at."""

    def __init__(self, visit: Visit, *, dialect: Dialect, book: ThreadBook) -> None:
        self.visit = visit
        self.dialect = dialect
        self.book = book
        self._asked: set[str] = set()
        self.counts: dict[str, Engagement] = {}
        """What the boards' lines said of threads."""
        self._shown: dict[str, set[str]] = {}
        """Thread read from its first page in this run -> ids of the posts it showed."""

    def follow(self, thread: Thread) -> Iterator[Yield]:
        """Renew the counts of a known thread; ask for one that waits."""
        opening = self._opening(thread.url)
        if opening is not None and opening.deleted is None:
            yield self.visit.arrive(
                replace(opening, engagement=renew(opening, thread.engagement), fetched=self.visit.now)
            )
        if thread.url in self.book.waiting:
            yield from self.ask(thread.url)

    def find_page(self, thread: str, known: Mark) -> str:
        """A thread is read from its first page or, where it is long, on from the last one known."""
        opening = self._opening(thread)
        is_long = opening and len(self.visit.memory.thread(opening.id)) > LONG
        return known.page if is_long and known.page else thread

    def ask(self, thread: str) -> Iterator[Yield]:
        """A waiting thread, once, where it waits."""
        page = Mark.read(self.book.waiting[thread]).page or thread
        if page not in self._asked:
            if page == thread:
                self._shown[thread] = set()
            yield self._ask_page(thread, page)

    def take_first(self, page: ForumPage) -> Iterator[Yield]:
        """The first page of a thread that is the source itself."""
        self.book.waiting.setdefault(page.thread_url, str(Mark("", page.thread_url, "")))
        self._shown[page.thread_url] = set()
        yield from self._take_posts(page, page.thread_url)

    def parse_thread(self, response: Response, thread: str) -> Iterator[Yield]:
        """A page of a thread."""
        if response.status in CLOSED:
            yield from self._lose(response.status, thread)
        else:
            yield from self._take_posts(self.parse_page(response, thread), thread)
        self.save()

    def parse_page(self, response: Response, thread: str = "") -> ForumPage:
        """What a page holds; one of a thread is told whose first post it follows."""
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        return self.dialect.parse(
            response.body,
            url=response.url,
            source=self.visit.source,
            now=self.visit.now,
            content_type=content_type,
            opener=self.visit.memory.resolve(thread) if thread else None,
        )

    def save(self) -> None:
        """Keep what the next run needs."""
        self.visit.cursor = self.book.dump()

    def _ask_page(self, thread: str, page: str) -> Yield:
        self._asked.add(page)
        address = self.dialect.page(page)
        return self.visit.get(address, self.parse_thread, is_conditional=False, answers=CLOSED, thread=thread)

    def _take_posts(self, page: ForumPage, thread: str) -> Iterator[Yield]:
        """The posts of a page, and the next page; at the end, what is there no more."""
        fresh = [item for item in page.posts if item.id not in self._shown.get(thread, ())]
        if thread in self._shown:
            self._shown[thread] |= {item.id for item in page.posts}
        for item in fresh:
            counts = self.counts.get(thread) if item.id == item.thread_id else None
            yield self._arrive(replace(item, engagement=renew(item, counts)) if counts else item)
        if page.next_url and fresh and page.next_url not in self._asked:
            self._wait_at(thread, page.next_url)
            self.save()
            yield self._ask_page(thread, page.next_url)
        else:
            yield from self._finish(thread, fresh)

    def _arrive(self, item: Item) -> Yield:
        is_history = self.visit.is_first or self.book.is_history(item.published)
        return self.visit.arrive(item, is_backfill=is_history)

    def _wait_at(self, thread: str, page: str) -> None:
        mark = Mark.read(self.book.waiting.get(thread, ""))
        self.book.waiting[thread] = str(replace(mark, page=page))

    def _finish(self, thread: str, fresh: list[Item]) -> Iterator[Yield]:
        """The end of a thread: compare what is known with what was shown, or read it anew to be able to."""
        opening = self._opening(thread)
        known = self.visit.memory.thread(opening.id) if opening else ()
        there = {item.id for item in known if item.deleted is None}
        shown = self._shown.get(thread)
        if shown is None:
            listed = self.counts.get(thread, Engagement()).replies
            if listed is not None and len(there | {item.id for item in fresh}) - 1 > listed:
                self._shown[thread] = set()
                self._wait_at(thread, thread)
                yield self._ask_page(thread, thread)
                return
        elif gone := sorted(there - shown):
            yield Gone(ids=tuple(gone))
        self.book.finish(thread)

    def _lose(self, status: int, thread: str) -> Iterator[Yield]:
        """A thread that is not there any more, or not for us."""
        opening = self._opening(thread)
        if opening and status in {404, 410}:
            yield Gone(ids=tuple(i.id for i in self.visit.memory.thread(opening.id) if i.deleted is None))
        self.book.drop(thread)

    def _opening(self, thread: str) -> Item | None:
        return self.visit.memory.item(self.visit.memory.resolve(thread) or "")
