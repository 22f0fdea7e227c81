"""Topics of a Discourse forum: the first posts of each, then those of the others that are new or due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlencode

from scrapy.http import Response

from crawlers.archive.identity import native_address
from crawlers.due_threads import may_be_edited, renew
from crawlers.items import Item
from crawlers.parsers.discourse import Topic, TopicPage, parse_topic, topic_of
from crawlers.thread_book import ThreadBook
from crawlers.visit import Gone, Visit, Yield

BATCH = 20
"""Posts that are asked for at once, as Discourse's own pages do."""
FIRST_POSTS = 20
"""Posts that come with the topic."""
CLOSED = (401, 403, 404, 410)


class TopicReader:
    """Reads topics by their numbers, and asks again for what is due in them."""

    def __init__(self, visit: Visit, *, root: str, book: ThreadBook) -> None:
        self.visit = visit
        self.root = root
        self.book = book
        self.due = _find_due(visit)
        """Items whose counts are due, by topic."""
        self.asked: set[str] = set()
        self._batches: defaultdict[str, int] = defaultdict(int)
        """Batches of each topic that are still out."""

    def ask(self, topic: str, *, is_listing: bool = False) -> Yield:
        """Ask for a topic with its first posts."""
        self.asked.add(topic)
        return self.visit.get(
            f"{self.root}/t/{topic}.json",
            self.parse_topic,
            is_listing=is_listing,
            # What was left unfinished must be answered anew, changed or not.
            is_conditional=topic in self.book.read,
            answers=(304,) if is_listing else (304, *CLOSED),
            topic=topic,
        )

    def parse_topic(self, response: Response, topic: str) -> Iterator[Yield]:
        """A topic's first posts; its other posts that are new or due by their numbers."""
        if response.status in CLOSED:
            yield from self._lose(response, topic)
        elif response.status == 304:
            yield from self.repeat(topic, None)
            self._close(topic)
        else:
            page = self._parse(response)
            yield from self._take_posts(page, topic)
            yield from self._compare(page, topic)
        self.save()

    def parse_posts(self, response: Response, topic: str, ids: tuple[str, ...]) -> Iterator[Yield]:
        """A batch of posts."""
        page = self._parse(response)
        yield from self._take_posts(page, topic)
        self.book.skip(topic, *(id for id in ids if id not in page.shown))
        self._batches[topic] -= 1
        self._close(topic)
        self.save()

    def repeat(self, topic: str, listed: Topic | None) -> Iterator[Yield]:
        """Counts that are due and did not change; the list's own ones anew, later posts' are asked for."""
        for item in self.due.get(topic, ()):
            if listed is not None and item.id == item.thread_id:
                counts = renew(item, listed.engagement)
            elif _number(item) > FIRST_POSTS:
                continue
            else:
                counts = item.engagement
            yield self.visit.arrive(replace(item, engagement=counts, fetched=self.visit.now))
        yield from self._ask_posts(topic, self._due_beyond(topic))

    def may_be_edited(self, topic: str) -> bool:
        """Whether a topic with due counts is of the age at which it is read again for edits."""
        return any(may_be_edited(item, now=self.visit.now) for item in self.due[topic])

    def save(self) -> None:
        """Keep what the next run needs."""
        self.visit.cursor = self.book.dump()

    def _parse(self, response: Response) -> TopicPage:
        visit = self.visit
        return parse_topic(
            response.body, url=response.url, root=self.root, source=visit.source, now=visit.now
        )

    def _take_posts(self, page: TopicPage, topic: str) -> Iterator[Yield]:
        for item in page.items:
            is_history = self.visit.is_first or self.book.is_history(item.published)
            yield self.visit.arrive(item, is_backfill=is_history)
        posts = {item.native_id for item in page.items}
        self.book.skip(topic, *(id for id in page.shown if id not in posts))

    def _compare(self, page: TopicPage, topic: str) -> Iterator[Yield]:
        """Ask for posts that are not known yet, and tell of those that are no more."""
        opening = f"{self.root}/t/{page.slug}/{topic}" if page.slug else f"{self.root}/t/{topic}"
        if page.is_cut:
            text = self.visit.terms.messages.gettext("a topic is too long to be read to its end")
            self.visit.note_remark(text)
        else:
            yield from self._find_gone(page, opening)
        due = [id for id in self._due_beyond(topic) if id in page.stream and id not in page.shown]
        yield from self._ask_posts(topic, [*self._find_unknown(page, topic, opening), *due])
        self._close(topic)

    def _find_unknown(self, page: TopicPage, topic: str, opening: str) -> list[str]:
        """Posts of the topic that did not come with it and that the archive does not have."""
        seen = page.shown | set(self.book.skipped.get(topic, ()))
        resolve = self.visit.memory.resolve
        return [id for id in page.stream if id not in seen and resolve(native_address(opening, id)) is None]

    def _find_gone(self, page: TopicPage, opening: str) -> Iterator[Yield]:
        memory = self.visit.memory
        thread = memory.resolve(opening)
        if thread is None:
            return
        there = set(page.stream) - page.erased
        gone = [
            item.id
            for item in memory.thread(thread)
            if item.native_id and item.native_id not in there and item.deleted is None
        ]
        if gone:
            yield Gone(ids=tuple(gone))

    def _ask_posts(self, topic: str, ids: Iterable[str]) -> Iterator[Yield]:
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), BATCH):
            batch = tuple(wanted[start : start + BATCH])
            query = urlencode([("post_ids[]", id) for id in batch])
            self._batches[topic] += 1
            yield self.visit.get(
                f"{self.root}/t/{topic}/posts.json?{query}",
                self.parse_posts,
                is_conditional=False,
                topic=topic,
                ids=batch,
            )

    def _close(self, topic: str) -> None:
        """Without a batch still out, the topic is read."""
        if self._batches[topic] <= 0 and topic in self.book.waiting:
            self.book.finish(topic)

    def _lose(self, response: Response, topic: str) -> Iterator[Yield]:
        """A topic that is not there any more, or not for us."""
        known = self.visit.memory.resolve(f"{self.root}/t/{topic}")
        if known and response.status in {404, 410}:
            there = [item.id for item in self.visit.memory.thread(known) if item.deleted is None]
            yield Gone(ids=tuple(there))
        self.book.drop(topic)

    def _due_beyond(self, topic: str) -> list[str]:
        """Due posts that do not come with the topic's first ones."""
        items = self.due.get(topic, ())
        return [item.native_id for item in items if item.native_id and _number(item) > FIRST_POSTS]


def _find_due(visit: Visit) -> dict[str, list[Item]]:
    due: defaultdict[str, list[Item]] = defaultdict(list)
    for id in visit.memory.due_samples(visit.source.id, now=visit.now):
        item = visit.memory.item(id)
        if item and (found := topic_of(item.permalink)):
            due[found[0]].append(item)
    return dict(due)


def _number(item: Item) -> int:
    """Where a post stands in its topic."""
    return (topic_of(item.permalink) or ("", 1))[1]
