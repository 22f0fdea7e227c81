"""Stack Exchange: the questions of a site or tag and their answers, within the API's quota and pauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from scrapy.http import Response

from crawlers.items import Item
from crawlers.outcomes import Ending
from crawlers.parsers.stackexchange import ApiRefusal, Batch, Question, locate
from crawlers.parsers.timeline import Reply
from crawlers.spiders.source import SourceSpider
from crawlers.thread_book import ThreadBook
from crawlers.visit import Callback, Gone, Visit, Yield

AT_ONCE = 100
RESERVE = 5
"""Requests of the day's quota that are left to others."""


class StackExchangeReader:
    """Lists by activity; answers are asked for a hundred questions at a time."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.book = ThreadBook.load(visit.cursor)
        self.place = locate(visit.source)
        self.since = self.book.list_read_until(visit.since)
        self.due = self._find_due()
        self.listed: set[str] = set()

    def start(self) -> Iterator[Yield]:
        """The questions last active."""
        yield self._ask(self.place.list_url(1, self.visit.token), self.parse_list, is_listing=True, page=1)

    def parse_list(self, response: Response, page: int) -> Iterator[Yield]:
        """A page of questions, and the answers to those that changed."""
        batch = self._read(response)
        if batch is None:
            return
        changed: list[str] = []
        has_new = any(question.id not in self.listed for question in batch.questions)
        for position, question in enumerate(batch.questions):
            self.listed.add(question.id)
            yield from self._arrive((question.item, *question.answers), position)
            if self._is_wanted(question):
                self.book.waiting[question.id] = question.state
                changed.append(question.id)
        self._save()
        if self._must_stop(batch):
            return
        yield from self._ask_answers(changed)
        oldest = min((_active(question.state) for question in batch.questions), default=0.0)
        if batch.has_more and has_new and oldest >= self.since.timestamp():
            url = self.place.list_url(page + 1, self.visit.token)
            yield self._ask(url, self.parse_list, page=page + 1)
        else:
            yield from self._finish()

    def parse_answers(self, response: Response, ids: tuple[str, ...], page: int) -> Iterator[Yield]:
        """Answers to many questions."""
        batch = self._read(response)
        if batch is None:
            return
        yield from self._arrive(batch.answers, None)
        if batch.has_more and not self._must_stop(batch):
            url = self.place.answers_url(ids, page + 1, self.visit.token)
            yield self._ask(url, self.parse_answers, ids=ids, page=page + 1)
        elif not batch.has_more:
            for id in ids:
                self.book.finish(id)
        self._save()

    def parse_due(self, response: Response, ids: tuple[str, ...]) -> Iterator[Yield]:
        """Counts of questions that no list showed; those that do not come are gone."""
        batch = self._read(response)
        if batch is None:
            return
        for question in batch.questions:
            yield from self._arrive((question.item, *question.answers), None)
        missing = set(ids) - {question.id for question in batch.questions}
        known = (self.visit.memory.resolve(f"{self.place.web}/q/{id}") for id in missing)
        yield Gone(ids=tuple(id for id in known if id))

    def _ask(self, url: str, then: Callback, *, is_listing: bool = False, **passed: Any) -> Yield:
        # 400 carries the API's own words: a key it does not know, a quota, a pause.
        return self.visit.get(
            url, then, is_listing=is_listing, is_conditional=is_listing, answers=(400,), **passed
        )

    def _read(self, response: Response) -> Batch | None:
        try:
            return self.place.parse(Reply(url=response.url, body=response.body, now=self.visit.now))
        except ApiRefusal as refusal:
            self._heed(refusal)
            return None

    def _heed(self, refusal: ApiRefusal) -> None:
        text = self.visit.terms.messages.gettext("the API refuses: {reason}")
        reason = text.format(reason=refusal.found.removeprefix("a refusal: "))
        if refusal.seconds:
            self.visit.retry_at = self.visit.now + timedelta(seconds=refusal.seconds)
        self.visit.end(Ending(state="walled", reason=reason))

    def _must_stop(self, batch: Batch) -> bool:
        """Whether the API asked for a pause, or has little left for today."""
        gettext = self.visit.terms.messages.gettext
        if batch.backoff:
            self.visit.retry_at = self.visit.now + timedelta(seconds=batch.backoff)
            self.visit.note_partial(gettext("the site asks us to come less often"))
            return True
        if batch.quota is not None and batch.quota <= RESERVE:
            self.visit.note_partial(gettext("the site’s quota is used up"))
            return True
        return False

    def _is_wanted(self, question: Question) -> bool:
        known = self.book.read.get(question.id)
        if not question.count or len(question.answers) >= question.count:
            self.book.waiting[question.id] = question.state
            self.book.finish(question.id)
            return False
        is_new = known is None and _active(question.state) >= self.since.timestamp()
        is_due = question.id in self.due or question.id in self.book.waiting
        return is_new or is_due or known not in {None, question.state}

    def _ask_answers(self, ids: list[str]) -> Iterator[Yield]:
        for start in range(0, len(ids), AT_ONCE):
            batch = tuple(ids[start : start + AT_ONCE])
            url = self.place.answers_url(batch, 1, self.visit.token)
            yield self._ask(url, self.parse_answers, ids=batch, page=1)

    def _finish(self) -> Iterator[Yield]:
        """What waits from an earlier run, and what is due without being listed."""
        self.book.close_list(self.visit.now)
        yield from self._ask_answers([id for id in self.book.waiting if id not in self.listed])
        due = [id for id in self.due if id not in self.listed]
        for start in range(0, len(due), AT_ONCE):
            batch = tuple(due[start : start + AT_ONCE])
            yield self._ask(self.place.questions_url(batch, self.visit.token), self.parse_due, ids=batch)
        yield from self._ask_answers(due)
        self._save()

    def _arrive(self, items: Iterable[Item], position: int | None) -> Iterator[Yield]:
        for item in items:
            yield self.visit.arrive(item, position=position if item.kind == "question" else None)

    def _find_due(self) -> dict[str, Item]:
        """Questions whose counts, or whose answers' counts, are due."""
        due = {}
        for id in self.visit.memory.due_samples(self.visit.source.id, now=self.visit.now):
            item = self.visit.memory.item(id)
            if item and item.kind == "answer" and item.thread_id:
                item = self.visit.memory.item(item.thread_id)
            if item and (item.native_id or "").startswith("q"):
                due[(item.native_id or "")[1:]] = item
        return due

    def _save(self) -> None:
        self.visit.cursor = self.book.dump()


class StackExchangeSpider(SourceSpider):
    """One tag, without a watch: `scrapy crawl stackexchange -a url=... -a target=tag -O out.jsonl`."""

    name = "stackexchange"
    kind = "stackexchange"


def _active(state: str) -> float:
    stamp = state.partition("|")[0]
    return float(stamp) if stamp.isdigit() else 0.0
