"""Forums: an index, its boards, their threads, every post of those that changed.

HTML engines by their pages; Flarum and NodeBB by their APIs, which have the same three kinds of page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from scrapy.http import Response

from crawlers.due_threads import find_due, may_be_edited
from crawlers.forum_dialects import HTML, Dialect, Mark
from crawlers.items import CommunitySample
from crawlers.parsers.forum import Board, ForumPage, Thread
from crawlers.parsers.walls import WallMet
from crawlers.spiders.forum_threads import CLOSED, ThreadReader
from crawlers.spiders.source import SourceSpider
from crawlers.thread_book import ThreadBook
from crawlers.visit import Visit, Yield
from watchlists.slugs import make_slug

MOST_BOARDS = 200
MOST_UNDATED = 3  # pages of a board without dates that a first read goes back
SLACK = timedelta(days=1)
"""Forums write the time of a zone they do not name."""
EVER = datetime.min.replace(tzinfo=UTC)


class ForumReader:
    """Reads boards, then the threads whose line changed; its cursor is a ThreadBook of thread addresses."""

    dialect: ClassVar[Dialect] = HTML

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.book = ThreadBook.load(visit.cursor)
        self.today = visit.now.date().isoformat()
        self.boards: set[str] = set()
        self.listed: set[str] = set()
        self.open_lists = 0
        self.due = find_due(visit)
        self.threads = ThreadReader(visit, dialect=self.dialect, book=self.book)
        self.since = self.book.list_read_until(visit.since) - SLACK
        self.book.begin(visit.now)

    def start(self) -> Iterator[Yield]:
        """The source's own page, and what an earlier run left."""
        # A page that did not change says nothing of the counts that are due, nor of today's members.
        is_quiet = not self.due and self.book.facts.get("sampled") == self.today
        listing = self.dialect.listing(self.visit.state.url, self.visit.source.target)
        yield self.visit.get(listing, self.parse, is_listing=True, is_conditional=is_quiet, answers=(304,))
        for thread in tuple(self.book.waiting):
            yield from self.threads.ask(thread)
        self.threads.save()

    def parse(self, response: Response) -> Iterator[Yield]:
        """The source's own page, whichever of the three kinds it is."""
        if response.status == 304:
            boards = self.book.facts.get("boards", "").split()
            yield from self._ask_boards(boards)
            self._end_list(0)
            return
        page = self.threads.parse_page(response)
        if page.is_wall:
            raise WallMet("log-in", url=response.url)
        yield from self._sample(page)
        if page.posts:
            yield from self.threads.take_first(page)
        else:
            yield from self._take_index(page, response.url)
        self.threads.save()

    def parse_board(self, response: Response, board: str, number: int = 1) -> Iterator[Yield]:
        """A page of a board's list."""
        if response.status == 200:
            yield from self._take_board(self.threads.parse_page(response), board, number)
        else:
            self._end_list(1)
        self.threads.save()

    def _take_index(self, page: ForumPage, url: str) -> Iterator[Yield]:
        boards = [board.url for board in page.boards if self._is_wanted(board)]
        self.book.facts["boards"] = " ".join(boards[:MOST_BOARDS])
        self.open_lists += 1
        yield from self._ask_boards(boards)
        if page.threads:
            self.boards.add(url)
            yield from self._take_board(page, url)
        else:
            self._end_list(1)

    def _is_wanted(self, board: Board) -> bool:
        """Whether the source reads this board: all, or the one its target names."""
        target = self.visit.source.target
        if not target or not self.dialect.reads_boards:
            return True
        return board.url == target or make_slug(board.name) == make_slug(target)

    def _ask_boards(self, boards: Iterable[str]) -> Iterator[Yield]:
        for board in list(boards)[:MOST_BOARDS]:
            if board not in self.boards:
                self.boards.add(board)
                self.open_lists += 1
                yield self.visit.get(
                    board,
                    self.parse_board,
                    is_conditional=not self.due,
                    answers=(304, *CLOSED),
                    board=board,
                )

    def _take_board(self, page: ForumPage, board: str, number: int = 1) -> Iterator[Yield]:
        """The lines of a list, the boards below, and the next page if it may hold news."""
        fresh = [thread for thread in page.threads if thread.url not in self.listed]
        is_news = [self._take_line(thread, board) for thread in fresh]
        for thread in fresh:
            yield from self.threads.follow(thread)
        if not self.visit.source.target:
            yield from self._ask_boards(each.url for each in page.boards)
        dates = [thread.last for thread in fresh if thread.last and not thread.is_pinned]
        self.visit.dates += [date for date in dates if date < self.visit.now]
        goes_on = self._reaches_back(dates, number) if dates else any(is_news) and number < MOST_UNDATED
        if page.next_url and fresh and goes_on:
            yield self.visit.get(
                page.next_url, self.parse_board, is_conditional=False, board=board, number=number + 1
            )
        else:
            # On the last page everything was listed, however old.
            yield from self._find_missing(board, min(dates, default=None) if page.next_url else EVER)
            self._end_list(1)

    def _take_line(self, thread: Thread, board: str) -> bool:
        """Note a thread to be read if its line says so; whether it does."""
        self.listed.add(thread.url)
        self.threads.counts[thread.url] = thread.engagement
        known = Mark.read(self.book.read.get(thread.url, ""))
        waits = thread.url in self.book.waiting
        signature = thread.signature.replace(" ", "_")
        is_recent = thread.last is None or thread.last >= self.since
        has_changed = known.signature != signature if known.signature else is_recent
        if has_changed or waits or may_be_edited(self.due.get(thread.url), now=self.visit.now):
            waiting = Mark.read(self.book.waiting[thread.url]) if waits else None
            page = waiting.page if waiting else self.threads.find_page(thread.url, known)
            self.book.waiting[thread.url] = str(Mark(signature, page, board))
        return has_changed

    def _reaches_back(self, dates: list[datetime], number: int) -> bool:
        """Whether the next page may hold what changed, or counts that are due."""
        if min(dates) >= self.since:
            return True
        return bool(self.due.keys() - self.listed) and number < MOST_UNDATED

    def _find_missing(self, board: str, oldest: datetime | None) -> Iterator[Yield]:
        """Threads that should stand on the pages that were read, and do not: gone, or moved."""
        for thread, text in tuple(self.book.read.items()):
            mark = Mark.read(text)
            if mark.board != board or thread in self.listed or oldest is None or mark.last is None:
                continue
            if mark.last > oldest:
                self.book.waiting[thread] = str(replace(mark, page=thread))
                yield from self.threads.ask(thread)

    def _sample(self, page: ForumPage) -> Iterator[Yield]:
        if page.members is not None and not self.book.is_today("sampled", self.today):
            yield CommunitySample(source=self.visit.source.id, at=self.visit.now, members=page.members)

    def _end_list(self, count: int) -> None:
        """A list was read as far as it must be; after the last one, so was the forum."""
        self.open_lists -= count
        if self.open_lists <= 0:
            self.book.close_list(self.visit.now)


class ForumSpider(SourceSpider):
    """One forum, board or thread, without a watch: `scrapy crawl forum -a url=https://... -O posts.jsonl`."""

    name = "forum"
    kind = "forum"
