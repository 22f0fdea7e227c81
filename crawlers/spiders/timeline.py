"""Reading a timeline: the newest posts, their conversations, counts that are due, posts that went away.

Lists refresh counts; a conversation is read when its number of answers changed or its counts are due;
a post that should be listed or in its conversation and is not is asked for alone, and gone if it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scrapy.http import Response

from crawlers.items import Item
from crawlers.parsers.payload import NotData
from crawlers.parsers.timeline import Listed, Reply, Timeline, TimelinePage
from crawlers.thread_book import ThreadBook
from crawlers.visit import Gone, Visit, Yield

MISSING = (404, 410)
MOST_CHECKS = 40
"""Posts that may have gone which one run asks for."""
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
        self.listed: set[str] = set()
        self.asked: set[str] = set()
        """Keys whose conversation or page was asked for."""
        self.checked: set[str] = set()
        self.due = self._find_due()
        self.unplaced: dict[str, str] = {}
        """Answers whose conversation is unknown: key -> id."""
        self.out = 0
        """Conversations not answered yet."""
        self.is_listed = False
        self.since = self._read_since()

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
        self.save()

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
        if response.status == 200 and (sample := self.timeline.parse_sample(self._reply(response))):
            yield sample

    def parse_list(self, response: Response) -> Iterator[Yield]:
        """A page of the list."""
        if response.status == 304:
            yield from self._finish_list(None)
            self.save()
            return
        page = self.timeline.parse_list(self._reply(response))
        # A server that does not know how to turn pages gives the first one for ever.
        has_new = any(post.key not in self.listed for post in page.posts)
        yield from self._take_page(page)
        dates = [post.item.published for post in page.posts if post.item.published]
        self.visit.dates += dates
        oldest = min(dates, default=None)
        if self._heed(page):
            self.save()
        elif page.next_url and has_new and oldest and oldest >= self.since:
            self.save()
            yield self.visit.get(page.next_url, self.parse_list, is_conditional=False, headers=self.headers)
        else:
            yield from self._finish_list(oldest if page.next_url or not oldest else None, page=page)
            self.save()

    def parse_thread(self, response: Response, key: str, id: str) -> Iterator[Yield]:
        """A conversation."""
        self.out -= 1
        opening = self.visit.memory.item(id)
        if self._is_missing(response):
            yield Gone(ids=(id,))
            self.book.drop(key)
        elif opening is not None:
            items = self.timeline.parse_thread(self._reply(response), opening=opening)
            yield from self.take_items(items)
            yield from self._find_missing(items, opening)
            self.book.finish(key)
        yield from self._place_rest(self._placed_by(response, opening))
        self.save()

    def parse_post(self, response: Response, key: str, id: str) -> Iterator[Yield]:
        """A post asked for alone: its counts, or that it is gone."""
        items = () if self._is_missing(response) else self.timeline.parse_post(self._reply(response))
        if items:
            yield from self.take_items(items)
        else:
            yield Gone(ids=(id,))
            self.book.drop(key)
        self.save()

    def take_items(self, items: Iterable[Item]) -> Iterator[Yield]:
        """Items as arrivals; what was written before the first run is history whenever it is read."""
        began = self.book.facts.setdefault("began", self.visit.now.isoformat())
        for item in items:
            is_old = item.published is not None and item.published.isoformat() < began
            yield self.visit.arrive(item, is_backfill=self.visit.is_first or is_old)

    def save(self) -> None:
        """Keep what the next run needs."""
        self.visit.cursor = self.book.dump()

    def _take_page(self, page: TimelinePage) -> Iterator[Yield]:
        """The posts of a page, the oldest first, so that answers find what they answer."""
        here: dict[str, Item] = {}
        placed = []
        for post in reversed(page.posts):
            one = self._place(post, here)
            here[one.key] = one.item
            placed.append(one)
        arrivals = list(self.take_items(one.item for one in placed))
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
        if key in self.listed:
            return
        self.listed.add(key)
        published = post.item.published
        state = f"{id}|{published.isoformat() if published else ''}|{post.replies}"
        known = self.book.read.get(key, "")
        is_new = known.rpartition("|")[2] != str(post.replies)
        is_wanted = known != "" or published is None or published >= self.since
        if post.replies and is_wanted and (is_new or key in self.due or key in self.book.waiting):
            self.book.waiting[key] = state
            yield from self._ask_thread(key, id)
            return
        if not post.is_placed and not known and is_wanted:
            self.unplaced[key] = id
        self.book.waiting.pop(key, None)
        self.book.read.pop(key, None)
        self.book.read[key] = state

    def _finish_list(self, oldest: datetime | None, *, page: TimelinePage | None = None) -> Iterator[Yield]:
        """After the last page: what waits, what should have been listed, what is due elsewhere."""
        self.is_listed = True
        self.book.facts["until"] = self.visit.now.isoformat()
        for key, state in tuple(self.book.waiting.items()):
            yield from self._ask_thread(key, state.partition("|")[0])
        if page is not None and page.posts:
            for key, state in tuple(self.book.read.items()):
                if key not in self.listed and _is_later(state, oldest):
                    yield from self._check(key, state.partition("|")[0])
        yield from self._ask_due()
        yield from self._place_rest(frozenset())

    def _ask_due(self) -> Iterator[Yield]:
        """Counts that no list showed: a conversation for its answers, else the post alone."""
        for key, item in self.due.items():
            if key in self.listed or key in self.asked:
                continue
            root = self.visit.memory.item(item.thread_id) if item.thread_id else None
            root_key = self.timeline.key_of(root) if root and root.id != item.id else ""
            if root and root_key:
                yield from self._ask_thread(root_key, root.id)
            else:
                yield from self._check(key, item.id)

    def _ask_thread(self, key: str, id: str) -> Iterator[Yield]:
        if key in self.asked:
            return
        self.asked.add(key)
        self.out += 1
        yield self.visit.get(
            self.timeline.thread_url(key),
            self.parse_thread,
            is_conditional=False,
            answers=(400, *MISSING),
            headers=self.headers,
            key=key,
            id=id,
        )

    def _check(self, key: str, id: str) -> Iterator[Yield]:
        """Ask for one post alone."""
        if key in self.checked or len(self.checked) >= MOST_CHECKS:
            return
        self.checked.add(key)
        yield self.visit.get(
            self.timeline.post_url(key),
            self.parse_post,
            is_conditional=False,
            answers=(400, *MISSING),
            headers=self.headers,
            key=key,
            id=id,
        )

    def _find_missing(self, items: Iterable[Item], opening: Item) -> Iterator[Yield]:
        """Known posts of a conversation that it does not show any more."""
        shown = {self.visit.memory.resolve(item.id) or item.id for item in items} | {opening.id}
        for known in self.visit.memory.thread(opening.thread_id or opening.id):
            key = self.timeline.key_of(known)
            if known.id not in shown and known.deleted is None and key and key not in self.listed:
                yield from self._check(key, known.id)

    def _placed_by(self, response: Response, opening: Item | None) -> frozenset[str]:
        """Ids that the conversation just read gives a place to, though the archive does not have it yet."""
        if opening is None or self._is_missing(response):
            return frozenset()
        items = self.timeline.parse_thread(self._reply(response), opening=opening)
        return frozenset(item.id for item in items if item.thread_id)

    def _place_rest(self, placed: frozenset[str]) -> Iterator[Yield]:
        """When all conversations are in: ask for those of answers that are in none of them."""
        for key in [key for key, id in self.unplaced.items() if id in placed or key in self.asked]:
            del self.unplaced[key]
        if self.out or not self.is_listed:
            return
        for key, id in tuple(self.unplaced.items()):
            item = self.visit.memory.item(id)
            del self.unplaced[key]
            if item is not None and item.thread_id is None:
                yield from self._ask_thread(key, id)
                return  # one at a time: its conversation may hold the others

    def _heed(self, page: TimelinePage) -> bool:
        """Whether the API asked to stop here."""
        gettext = self.visit.terms.messages.gettext
        if page.wait:
            self.visit.retry_at = self.visit.now + timedelta(seconds=page.wait)
            self.visit.note_partial(gettext("the site asks us to come less often"))
        if page.is_last_allowed:
            self.visit.note_partial(gettext("the site’s quota is used up"))
        return bool(page.wait or page.is_last_allowed)

    def _is_missing(self, response: Response) -> bool:
        """Whether a post is not there; another refusal is an error, told as every other."""
        if response.status != 400:
            return response.status in MISSING
        reply = self._reply(response)
        if not self.timeline.is_gone(reply):
            raise NotData("a refusal (HTTP 400)", url=response.url)
        return True

    def _find_due(self) -> dict[str, Item]:
        due = {}
        for id in self.visit.memory.due_samples(self.visit.source.id, now=self.visit.now):
            item = self.visit.memory.item(id)
            if item and (key := self.timeline.key_of(item)):
                due[key] = item
        return due

    def _read_since(self) -> datetime:
        """Up to when the list was read to its end."""
        try:
            return datetime.fromisoformat(self.book.facts["until"])
        except (KeyError, ValueError):
            return self.visit.since

    def _reply(self, response: Response) -> Reply:
        link = (response.headers.get("Link") or b"").decode("latin-1")
        return Reply(url=response.url, body=response.body, now=self.visit.now, link=link)


def _is_later(state: str, oldest: datetime | None) -> bool:
    """Whether a post is newer than the oldest that was listed; all are where everything was listed."""
    try:
        published = datetime.fromisoformat(state.split("|")[1])
    except (ValueError, IndexError):
        return False
    return oldest is None or published.astimezone(UTC) > oldest
