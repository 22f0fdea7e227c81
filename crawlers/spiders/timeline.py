"""Reading a timeline: the newest posts, their conversations, counts that are due, posts that went away.

Lists refresh counts; a conversation is read when its number of answers changed or its counts are due;
a post that should be listed and is not is asked for alone, and gone if it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scrapy.http import Response

from crawlers.items import Item
from crawlers.parsers.timeline import Listed, Timeline, TimelinePage
from crawlers.spiders.conversations import MISSING, Conversations
from crawlers.thread_book import ThreadBook
from crawlers.visit import Visit, Yield

FACTS = {"Accept": "application/json"}


class TimelineReader:
    """Reads what a Timeline describes; its cursor is a ThreadBook of keys."""

    def __init__(
        self,
        visit: Visit,
        timeline: Timeline,
        *,
        book: ThreadBook,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.visit = visit
        self.timeline = timeline
        self.book = book
        self.headers = {**FACTS, **(headers or {})}
        self.conversations = Conversations(visit, timeline, book=book, headers=self.headers)
        self.due = self._find_due()
        self.since = book.list_read_until(visit.since)

    def start(self) -> Iterator[Yield]:
        """The list, and once a day the size of the place."""
        is_quiet = not self.due and not self.book.waiting
        yield self.visit.get(
            self.timeline.list_url,
            self.parse_list,
            is_listing=True,
            is_conditional=is_quiet,
            answers=(304,),
            headers=self.headers,
        )
        yield from self.sample()
        self.conversations.save()

    def sample(self) -> Iterator[Yield]:
        """Ask for the size of the place, once a day."""
        url = self.timeline.sample_url
        if url and not self.book.is_today("sampled", self.visit.now.date().isoformat()):
            yield self.visit.get(
                url,
                self.parse_sample,
                is_conditional=False,
                answers=(401, 403, *MISSING),
                headers=self.headers,
            )

    def parse_sample(self, response: Response) -> Iterator[Yield]:
        """The size of the place; some do not show it."""
        if response.status == 200:
            sample = self.timeline.parse_sample(self.conversations.reply(response))
            if sample:
                yield sample

    def parse_list(self, response: Response) -> Iterator[Yield]:
        """A page of the list, or that nothing changed on it."""
        if response.status == 304:
            yield from self._finish_list(None)
        else:
            yield from self._read_list(self.timeline.parse_list(self.conversations.reply(response)))
        self.conversations.save()

    def _read_list(self, page: TimelinePage) -> Iterator[Yield]:
        """The posts of a page, then the next page if it may hold news."""
        # A server that does not know how to turn pages gives the first one for ever.
        has_new = any(post.key not in self.conversations.listed for post in page.posts)
        yield from self._take_page(page)
        dates = [post.item.published for post in page.posts if post.item.published]
        self.visit.dates += dates
        oldest = min(dates, default=None)
        if self._heed(page):
            return
        if page.next_url and has_new and oldest and oldest >= self.since:
            self.conversations.save()
            yield self.visit.get(page.next_url, self.parse_list, is_conditional=False, headers=self.headers)
        else:
            yield from self._finish_list(oldest if page.next_url or not oldest else None, page=page)

    def _take_page(self, page: TimelinePage) -> Iterator[Yield]:
        """The posts of a page, the oldest first, so that answers find what they answer."""
        here: dict[str, Item] = {}
        placed = []
        for post in reversed(page.posts):
            one = self._place(post, here)
            here[one.key] = one.item
            placed.append(one)
        arrivals = list(self.conversations.take(one.item for one in placed))
        yield from arrivals
        for one in placed:
            yield from self._take(one)

    def _place(self, post: Listed, here: Mapping[str, Item]) -> Listed:
        """The post in its thread, where the post it answers is known."""
        if post.is_placed or not post.parent_key:
            return post
        parent = here.get(post.parent_key)
        if parent is None and (found := self.visit.memory.resolve(self.timeline.address_of(post.parent_key))):
            parent = self.visit.memory.item(found)
        if parent is None or parent.thread_id is None:
            return post
        item = replace(post.item, parent_id=parent.id, thread_id=parent.thread_id)
        return replace(post, item=item, is_placed=True)

    def _take(self, post: Listed) -> Iterator[Yield]:
        """Ask for the conversation where it may hold something new."""
        key, id = post.key, post.item.id
        if key in self.conversations.listed:
            return
        self.conversations.listed.add(key)
        published = post.item.published
        state = f"{id}|{published.isoformat() if published else ''}|{post.replies}"
        known = self.book.read.get(key, "")
        is_new = known.rpartition("|")[2] != str(post.replies)
        is_wanted = known != "" or published is None or published >= self.since
        if post.replies and is_wanted and (is_new or key in self.due or key in self.book.waiting):
            self.book.waiting[key] = state
            yield from self.conversations.ask(key, id)
            return
        if not post.is_placed and not known and is_wanted:
            self.conversations.unplaced[key] = id
        self.book.waiting.pop(key, None)
        self.book.read.pop(key, None)
        self.book.read[key] = state

    def _finish_list(self, oldest: datetime | None, *, page: TimelinePage | None = None) -> Iterator[Yield]:
        """After the last page: what waits, what should have been listed, what is due elsewhere."""
        self.conversations.is_listed = True
        self.book.close_list(self.visit.now)
        for key, state in tuple(self.book.waiting.items()):
            yield from self.conversations.ask(key, state.partition("|")[0])
        if page is not None and page.posts:
            for key, state in tuple(self.book.read.items()):
                if key not in self.conversations.listed and _is_later(state, oldest):
                    yield from self.conversations.check(key, state.partition("|")[0])
        yield from self._ask_due()
        yield from self.conversations.place_rest(frozenset())

    def _ask_due(self) -> Iterator[Yield]:
        """Counts that no list showed: a conversation for its answers, else the post alone."""
        for key, item in self.due.items():
            if key in self.conversations.listed or key in self.conversations.asked:
                continue
            root = self.visit.memory.item(item.thread_id) if item.thread_id else None
            root_key = self.timeline.key_of(root) if root and root.id != item.id else ""
            if root and root_key:
                yield from self.conversations.ask(root_key, root.id)
            else:
                yield from self.conversations.check(key, item.id)

    def _heed(self, page: TimelinePage) -> bool:
        """Whether the API asked to stop here."""
        gettext = self.visit.terms.messages.gettext
        if page.wait:
            self.visit.retry_at = self.visit.now + timedelta(seconds=page.wait)
            self.visit.note_partial(gettext("the site asks us to come less often"))
        if page.is_last_allowed:
            self.visit.note_partial(gettext("the site’s quota is used up"))
        return bool(page.wait or page.is_last_allowed)

    def _find_due(self) -> dict[str, Item]:
        due = {}
        for id in self.visit.memory.due_samples(self.visit.source.id, now=self.visit.now):
            item = self.visit.memory.item(id)
            if item and (key := self.timeline.key_of(item)):
                due[key] = item
        return due


def _is_later(state: str, oldest: datetime | None) -> bool:
    """Whether a post is newer than the oldest that was listed; all are where everything was listed."""
    try:
        published = datetime.fromisoformat(state.split("|")[1])
    except (ValueError, IndexError):
        return False
    return oldest is None or published.astimezone(UTC) > oldest
