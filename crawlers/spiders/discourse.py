"""Discourse forums: everything, a category, a tag or one topic, every post of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from scrapy.http import Response

from crawlers.archive.identity import native_address
from crawlers.items import Engagement, Item
from crawlers.outcomes import Ending, explain_status
from crawlers.parsers.discourse import (
    Topic,
    TopicPage,
    locate,
    parse_about,
    parse_board,
    parse_topic,
    parse_topics,
    topic_of,
)
from crawlers.spiders.source import SourceSpider
from crawlers.thread_book import ThreadBook
from crawlers.visit import Gone, Visit, Yield

BATCH = 20
"""Posts that are asked for at once, as Discourse's own pages do."""
FIRST_POSTS = 20
"""Posts that come with the topic."""
OLDEST_COUNTS = timedelta(days=8)
"""Older topics are listed for their counts no more: the last age is a week."""
MOST_SINGLE = 3
"""Topics whose counts are asked for one by one; for more, the list is read on."""
EDITS_SEEN = (timedelta(hours=23), timedelta(hours=48))
"""Age at which a post is read again although the list shows no change: lists do not tell of edits."""
CLOSED = (401, 403, 404, 410)
EVER = datetime.min.replace(tzinfo=UTC)


class DiscourseReader:
    """Reads the list, then the topics that changed; its cursor is a ThreadBook of topic numbers."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.book = ThreadBook.load(visit.cursor)
        self.place = locate(visit.source.url, visit.source.target)
        self.due = self._find_due()
        self.listed: set[str] = set()
        self.asked: set[str] = set()
        self.batches: defaultdict[str, int] = defaultdict(int)
        """Batches of each topic that are still out."""
        self.since = self._read_since()
        self.book.facts.setdefault("began", visit.now.isoformat())

    def start(self) -> Iterator[Yield]:
        """The list, and once a day the size of the place."""
        visit, place = self.visit, self.place
        if place.topic:
            self.book.waiting.setdefault(place.topic, "")
            yield self._ask_topic(place.topic, is_listing=True)
        elif place.board and not self._board():
            url = f"{place.root}/categories.json?include_subcategories=true"
            yield visit.get(url, self.parse_board, is_conditional=False, answers=CLOSED)
        else:
            yield self._ask_list()
        if not self.book.is_today("sampled", visit.now.date().isoformat()):
            yield visit.get(
                f"{place.root}/about.json", self.parse_about, answers=CLOSED, is_conditional=False
            )
        self._save()

    def parse_board(self, response: Response) -> Iterator[Yield]:
        """The number of the category that is read."""
        visit, board = self.visit, self.place.board
        if response.status in CLOSED:
            visit.end(explain_status(response.status, visit.terms.messages))
            return
        listing = parse_board(response.body, url=response.url, board=board)
        if listing is None:
            text = visit.terms.messages.gettext("the forum has no category called “{name}”")
            visit.end(Ending(state="failed", reason=text.format(name=board)))
            return
        self.book.facts["board"] = f"{board}={listing}"
        yield self._ask_list()
        self._save()

    def parse_about(self, response: Response) -> Iterator[Yield]:
        """The size of the place; some do not show it."""
        if response.status == 200:
            visit = self.visit
            yield parse_about(response.body, url=response.url, source=visit.source.id, now=visit.now)

    def parse_list(self, response: Response) -> Iterator[Yield]:
        """A page of the list, and its topics."""
        if response.status == 304:
            yield from self._finish_list(None)
            return
        page = parse_topics(response.body, url=response.url, root=self.place.root)
        has_new = any(topic.id not in self.listed for topic in page.topics)
        for topic in page.topics:
            if topic.id not in self.listed:
                self.listed.add(topic.id)
                yield from self._take(topic)
        dates = [topic.active for topic in page.topics if topic.active and not topic.is_pinned]
        oldest = min(dates, default=None)
        self.visit.dates += dates
        if page.next_url and has_new and oldest and self._reaches_back(oldest):
            self._save()
            yield self.visit.get(page.next_url, self.parse_list, is_conditional=False)
        else:
            # On the last page everything was listed, however old.
            yield from self._finish_list(oldest if page.next_url or not oldest else EVER)

    def parse_topic(self, response: Response, topic: str) -> Iterator[Yield]:
        """A topic's first posts; its other posts that are new or due by their numbers."""
        if response.status in CLOSED:
            yield from self._lose(response, topic)
        elif response.status == 304:
            yield from self._repeat(topic, None)
            yield from self._ask_posts(topic, self._due_beyond(topic))
            self._close(topic)
        else:
            page = self._parse(response)
            yield from self._take_posts(page, topic)
            yield from self._compare(page, topic)
        self._save()

    def parse_posts(self, response: Response, topic: str, ids: tuple[str, ...]) -> Iterator[Yield]:
        """A batch of posts."""
        page = self._parse(response)
        yield from self._take_posts(page, topic)
        self.book.skip(topic, *(id for id in ids if id not in page.shown))
        self.batches[topic] -= 1
        self._close(topic)
        self._save()

    def _board(self) -> str:
        """The list path of the category, where an earlier run found it."""
        board, _, listing = self.book.facts.get("board", "").partition("=")
        return listing if board == self.place.board else ""

    def _ask_list(self) -> Yield:
        url = f"{self.place.root}/{self.place.listing or self._board()}.json"
        # A list that did not change says nothing of what is due or waits.
        is_conditional = not self.due and not self.book.waiting
        return self.visit.get(
            url, self.parse_list, is_listing=True, is_conditional=is_conditional, answers=(304,)
        )

    def _take(self, topic: Topic) -> Iterator[Yield]:
        """A line of the list: read the topic, or its counts, or pass on."""
        known = self.book.read.get(topic.id)
        if known is None and topic.id not in self.book.waiting:
            if topic.active and topic.active >= self.since:
                self.book.waiting[topic.id] = topic.state
        elif known != topic.state:
            self.book.waiting[topic.id] = topic.state
        elif topic.id in self.due:
            if not topic.shows_likes or self._may_be_edited(topic.id):
                self.book.waiting[topic.id] = topic.state
            else:
                yield from self._repeat(topic.id, topic)
                yield from self._ask_posts(topic.id, self._due_beyond(topic.id))
        if topic.id in self.book.waiting:
            self.book.waiting[topic.id] = topic.state
            yield self._ask_topic(topic.id)

    def _reaches_back(self, oldest: datetime) -> bool:
        """Whether the next page may hold what changed, or many topics whose counts are due."""
        if oldest >= self.since:
            return True
        unlisted = self.due.keys() - self.listed
        return len(unlisted) > MOST_SINGLE and oldest > self.visit.now - OLDEST_COUNTS

    def _finish_list(self, oldest: datetime | None) -> Iterator[Yield]:
        """After the last page: what should have been listed, what waits, and what is due elsewhere."""
        self.book.facts["until"] = self.visit.now.isoformat()
        missing = [id for id, state in self.book.read.items() if self._is_missing(id, state, oldest)]
        for topic in (*missing, *self.book.waiting, *self.due):
            if topic not in self.asked and (topic not in self.listed or topic in self.book.waiting):
                self.book.waiting.setdefault(topic, self.book.read.get(topic, ""))
                yield self._ask_topic(topic)
        self._save()

    def _is_missing(self, topic: str, state: str, oldest: datetime | None) -> bool:
        """Whether a known topic should be on the pages that were read, and is not."""
        if oldest is None or topic in self.listed:
            return False
        try:
            return datetime.fromisoformat(state.partition("|")[0]) > oldest
        except ValueError:
            return False

    def _ask_topic(self, topic: str, *, is_listing: bool = False) -> Yield:
        self.asked.add(topic)
        return self.visit.get(
            f"{self.place.root}/t/{topic}.json",
            self.parse_topic,
            is_listing=is_listing,
            # What was left unfinished must be answered anew, changed or not.
            is_conditional=topic in self.book.read,
            answers=(304,) if is_listing else (304, *CLOSED),
            topic=topic,
        )

    def _parse(self, response: Response) -> TopicPage:
        visit = self.visit
        return parse_topic(
            response.body, url=response.url, root=self.place.root, source=visit.source, now=visit.now
        )

    def _take_posts(self, page: TopicPage, topic: str) -> Iterator[Yield]:
        began = self.book.facts.get("began", "")
        for item in page.items:
            # A thread that takes several runs is history all the same.
            is_old = self.visit.is_first or (
                item.published is not None and item.published.isoformat() < began
            )
            yield self.visit.arrive(item, is_backfill=is_old)
        posts = {item.native_id for item in page.items}
        self.book.skip(topic, *(id for id in page.shown if id not in posts))

    def _compare(self, page: TopicPage, topic: str) -> Iterator[Yield]:
        """Ask for posts that are not known yet, and tell of those that are no more."""
        opening = f"{self.place.root}/t/{page.slug}/{topic}" if page.slug else f"{self.place.root}/t/{topic}"
        if page.is_cut:
            text = self.visit.terms.messages.gettext("a topic is too long to be read to its end")
            self.visit.note_remark(text)
        else:
            yield from self._find_gone(page, opening)
        skipped = set(self.book.skipped.get(topic, ()))
        unknown = [
            id
            for id in page.stream
            if id not in page.shown
            and id not in skipped
            and self.visit.memory.resolve(native_address(opening, id)) is None
        ]
        due = [id for id in self._due_beyond(topic) if id in page.stream and id not in page.shown]
        yield from self._ask_posts(topic, [*unknown, *due])
        self._close(topic)

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
            self.batches[topic] += 1
            yield self.visit.get(
                f"{self.place.root}/t/{topic}/posts.json?{query}",
                self.parse_posts,
                is_conditional=False,
                topic=topic,
                ids=batch,
            )

    def _close(self, topic: str) -> None:
        """Without a batch still out, the topic is read."""
        if self.batches[topic] <= 0 and topic in self.book.waiting:
            self.book.finish(topic)

    def _lose(self, response: Response, topic: str) -> Iterator[Yield]:
        """A topic that is not there any more, or not for us."""
        known = self.visit.memory.resolve(f"{self.place.root}/t/{topic}")
        if known and response.status in {404, 410}:
            there = [item.id for item in self.visit.memory.thread(known) if item.deleted is None]
            yield Gone(ids=tuple(there))
        self.book.drop(topic)

    def _repeat(self, topic: str, listed: Topic | None) -> Iterator[Yield]:
        """Counts that are due and, as the list shows, did not change; the list's own ones anew."""
        for item in self.due.get(topic, ()):
            counts = item.engagement
            if listed is not None and item.id == item.thread_id:
                counts = _renew(counts, listed.engagement)
            elif (topic_of(item.permalink) or ("", 1))[1] > FIRST_POSTS:
                continue
            yield self.visit.arrive(replace(item, engagement=counts, fetched=self.visit.now))

    def _find_due(self) -> dict[str, list[Item]]:
        """Items whose counts are due, by topic."""
        due: defaultdict[str, list[Item]] = defaultdict(list)
        for id in self.visit.memory.due_samples(self.visit.source.id, now=self.visit.now):
            item = self.visit.memory.item(id)
            if item and (found := topic_of(item.permalink)):
                due[found[0]].append(item)
        return dict(due)

    def _due_beyond(self, topic: str) -> list[str]:
        """Due posts that do not come with the topic's first ones."""
        items = self.due.get(topic, ())
        return [
            item.native_id
            for item in items
            if item.native_id and (topic_of(item.permalink) or ("", 1))[1] > FIRST_POSTS
        ]

    def _may_be_edited(self, topic: str) -> bool:
        youngest, oldest = EDITS_SEEN
        ages = [self.visit.now - item.published for item in self.due[topic] if item.published]
        return any(youngest <= age <= oldest for age in ages)

    def _read_since(self) -> datetime:
        """Up to when the list was read to its end."""
        try:
            return datetime.fromisoformat(self.book.facts["until"])
        except (KeyError, ValueError):
            return self.visit.since

    def _save(self) -> None:
        self.visit.cursor = self.book.dump()


class DiscourseSpider(SourceSpider):
    """One forum, without a watch: `scrapy crawl discourse -a url=https://... -O posts.jsonl`."""

    name = "discourse"
    kind = "discourse"


def _renew(counts: Engagement, listed: Engagement) -> Engagement:
    return replace(
        counts,
        replies=counts.replies if listed.replies is None else listed.replies,
        views=counts.views if listed.views is None else listed.views,
    )
