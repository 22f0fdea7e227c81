"""Discourse forums: everything, a category, a tag or one topic, every post of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from scrapy.http import Response

from crawlers.outcomes import Ending, explain_status
from crawlers.parsers.discourse import Topic, locate, parse_about, parse_board, parse_topics
from crawlers.spiders.discourse_topics import CLOSED, TopicReader
from crawlers.spiders.source import SourceSpider
from crawlers.thread_book import ThreadBook
from crawlers.visit import Visit, Yield

OLDEST_COUNTS = timedelta(days=8)
"""Older topics are listed for their counts no more: the last age is a week."""
MOST_SINGLE = 3
"""Topics whose counts are asked for one by one; for more, the list is read on."""
EVER = datetime.min.replace(tzinfo=UTC)


class DiscourseReader:
    """Reads the list, then the topics that changed; its cursor is a ThreadBook of topic numbers."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.book = ThreadBook.load(visit.cursor)
        self.place = locate(visit.source.url, visit.source.target)
        self.listed: set[str] = set()
        self.topics = TopicReader(visit, root=self.place.root, book=self.book)
        self.since = self.book.list_read_until(visit.since)
        self.book.begin(visit.now)

    def start(self) -> Iterator[Yield]:
        """The list, and once a day the size of the place."""
        visit, place = self.visit, self.place
        if place.topic:
            self.book.waiting.setdefault(place.topic, "")
            yield self.topics.ask(place.topic, is_listing=True)
        elif place.board and not self._board():
            url = f"{place.root}/categories.json?include_subcategories=true"
            yield visit.get(url, self.parse_board, is_conditional=False, answers=CLOSED)
        else:
            yield self._ask_list()
        if not self.book.is_today("sampled", visit.now.date().isoformat()):
            yield visit.get(
                f"{place.root}/about.json", self.parse_about, answers=CLOSED, is_conditional=False
            )
        self.topics.save()

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
        self.topics.save()

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
            self.topics.save()
            yield self.visit.get(page.next_url, self.parse_list, is_conditional=False)
        else:
            # On the last page everything was listed, however old.
            yield from self._finish_list(oldest if page.next_url or not oldest else EVER)

    def _board(self) -> str:
        """The list path of the category, where an earlier run found it."""
        board, _, listing = self.book.facts.get("board", "").partition("=")
        return listing if board == self.place.board else ""

    def _ask_list(self) -> Yield:
        url = f"{self.place.root}/{self.place.listing or self._board()}.json"
        # A list that did not change says nothing of what is due or waits.
        is_conditional = not self.topics.due and not self.book.waiting
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
        elif topic.id in self.topics.due:
            if not topic.shows_likes or self.topics.may_be_edited(topic.id):
                self.book.waiting[topic.id] = topic.state
            else:
                yield from self.topics.repeat(topic.id, topic)
        if topic.id in self.book.waiting:
            self.book.waiting[topic.id] = topic.state
            yield self.topics.ask(topic.id)

    def _reaches_back(self, oldest: datetime) -> bool:
        """Whether the next page may hold what changed, or many topics whose counts are due."""
        if oldest >= self.since:
            return True
        unlisted = self.topics.due.keys() - self.listed
        return len(unlisted) > MOST_SINGLE and oldest > self.visit.now - OLDEST_COUNTS

    def _finish_list(self, oldest: datetime | None) -> Iterator[Yield]:
        """After the last page: what should have been listed, what waits, and what is due elsewhere."""
        self.book.close_list(self.visit.now)
        missing = [id for id, state in self.book.read.items() if self._is_missing(id, state, oldest)]
        for topic in (*missing, *self.book.waiting, *self.topics.due):
            if topic not in self.topics.asked and (topic not in self.listed or topic in self.book.waiting):
                self.book.waiting.setdefault(topic, self.book.read.get(topic, ""))
                yield self.topics.ask(topic)
        self.topics.save()

    def _is_missing(self, topic: str, state: str, oldest: datetime | None) -> bool:
        """Whether a known topic should be on the pages that were read, and is not."""
        if oldest is None or topic in self.listed:
            return False
        try:
            return datetime.fromisoformat(state.partition("|")[0]) > oldest
        except ValueError:
            return False


class DiscourseSpider(SourceSpider):
    """One forum, without a watch: `scrapy crawl discourse -a url=https://... -O posts.jsonl`."""

    name = "discourse"
    kind = "discourse"
