"""What every spider of ours does around a reader: requests, answers, counts, one outcome per source.

A reader (crawlers.readers) knows one kind of place and no more. The spider sends its requests, hears the
answers, keeps what it yields in the archive, notes what failed, and concludes each visit exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import HtmlResponse, Response
from twisted.python.failure import Failure

from crawlers.accounts import see_accounts
from crawlers.answers import digest_body, first_address, is_success, make_answer, read_header
from crawlers.archive.states import AccountSeen, Arrival, FetchState, Landing, PageState
from crawlers.conclusion import conclude, interrupt, recall
from crawlers.items import CommunitySample
from crawlers.memory import Memory
from crawlers.outcomes import Ending, explain_error, explain_status, is_for_good
from crawlers.progress import Landed, Progress, Report, Stage, ignore_event
from crawlers.readers import load_reader
from crawlers.visit import ANSWERS, CONDITIONAL, LISTING, SOURCE, Callback, Gone, Terms, Visit, Yield
from watchlists.errors import ArchiveError
from watchlists.model import Source


@dataclass(slots=True)
class Harvest:
    """What one call of a reader yielded."""

    arrivals: list[Arrival] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    samples: list[CommunitySample] = field(default_factory=list)
    accounts: list[AccountSeen] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    is_whole: bool = True
    """The reader came to its end."""

    def add(self, output: Yield) -> None:
        """Put an output where it belongs."""
        match output:
            case Arrival():
                self.arrivals.append(output)
            case Request():
                self.requests.append(output)
            case CommunitySample():
                self.samples.append(output)
            case AccountSeen():
                self.accounts.append(output)
            case Gone():
                self.gone += output.ids


class VisitingSpider(Spider):
    """Runs visits side by side. Middlewares find here `terms` (now, memory...) and `visit_of(request)`."""

    terms: Terms

    def __init__(self, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.report: Report = ignore_event
        self.visits: dict[str, Visit] = {}
        self.trouble: ArchiveError | None = None
        """Why the whole crawl was given up."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Made by Scrapy."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.count_request, signals.request_reached_downloader)
        crawler.signals.connect(spider.settle_leftovers, signals.spider_idle)
        return spider

    @property
    def memory(self) -> Memory:
        """The archive."""
        return self.terms.memory

    def visit_of(self, request: Request) -> Visit | None:
        """The visit a request belongs to."""
        return self.visits.get(request.meta.get(SOURCE, ""))

    def begin(self, source: Source, state: FetchState | None) -> list[Any]:
        """Start the visit of a source; its first requests."""
        remembered = recall(source, state)
        visit = Visit(source=source, terms=self.terms, state=remembered, cursor=remembered.cursor)
        self.visits[source.id] = visit
        self._tell(visit, "queued")
        visit.pending += 1
        return self._guard(visit, lambda: self._start(visit))

    def receive(self, response: Response, then: Callback, passed: dict[str, Any]) -> list[Any]:
        """Scrapy's callback of every request: hear the answer, keep what the reader makes of it."""
        assert response.request is not None
        visit = self.visits[response.request.meta[SOURCE]]
        return self._guard(visit, lambda: self._hear(visit, response, then, passed))

    def miss(self, failure: Failure) -> list[Any]:
        """Scrapy's errback of every request: nothing came back."""
        request: Request = failure.request  # type: ignore[attr-defined]
        visit = self.visits[request.meta[SOURCE]]
        error = failure.value or RuntimeError("no reason given")
        return self._guard(visit, lambda: self._regret(visit, request, error))

    def count_request(self, request: Request) -> None:
        """Count what goes out to a host, whoever sends it."""
        visit = self.visit_of(request)
        if visit is None or visit.outcome is not None:
            return
        visit.sent += 1
        slot = self.crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        is_busy = slot is not None and bool(slot.transferring or slot.queue or slot.latercall)
        self._tell(visit, "waiting" if is_busy else "fetching")

    def settle_leftovers(self) -> None:
        """When nothing is left to do: conclude visits whose requests Scrapy dropped on the way."""
        for visit in self.visits.values():
            if visit.outcome is None:
                visit.note_partial(
                    self.terms.messages.gettext("a page was left out: too deep, or its address too long")
                )
                self._conclude(visit)

    def interrupt(self) -> None:
        """Conclude every open visit as it is: the run is being stopped."""
        for visit in self.visits.values():
            if visit.outcome is None:
                visit.outcome = interrupt(visit)
                self.memory.put_outcome(visit.outcome)
                self.report(visit.outcome)

    def finished(self, visit: Visit) -> list[Any]:
        """What Scrapy shall export when a visit ends; nothing by default."""
        return []

    def _guard(self, visit: Visit, act: Callable[[], list[Request]]) -> list[Any]:
        """Act for a request that ends here; the last open one concludes the visit."""
        if visit.outcome is not None:
            return []
        try:
            requests = act()
            visit.pending -= 1
            ended = self._conclude(visit) if visit.pending <= 0 else []
        except ArchiveError as error:
            # Without the archive nothing that is read could be kept: the crawl stops, not the source.
            self.trouble = error
            raise CloseSpider("archive") from error
        return [*requests, *ended]

    def _start(self, visit: Visit) -> list[Request]:
        harvest = self._gather(visit, lambda: load_reader(visit.source.kind)(visit).start(), is_listing=True)
        return self._keep(visit, harvest)

    def _hear(
        self, visit: Visit, response: Response, then: Callback, passed: dict[str, Any]
    ) -> list[Request]:
        assert response.request is not None
        meta = response.request.meta
        is_listing, heard = bool(meta.get(LISTING)), meta.get(ANSWERS, ())
        if not is_success(response) and response.status not in heard:
            self._note(visit, explain_status(response.status, self.terms.messages), is_listing=is_listing)
            return []
        digest = digest_body(response)
        if digest and meta.get(CONDITIONAL) and digest == self._last_digest(visit, response):
            response = response.replace(status=304)
        harvest = Harvest()
        if response.status != 304 or 304 in heard:
            harvest = self._gather(
                visit, lambda: self._read(visit, response, then, passed), is_listing=is_listing
            )
        requests = self._keep(visit, harvest)
        if harvest.is_whole and is_listing and is_success(response) and visit.answer is None:
            visit.answer = make_answer(response, digest)
        if harvest.is_whole and not is_listing and meta.get(CONDITIONAL):
            self._remember_page(visit, response, digest)
        return requests

    def _read(
        self, visit: Visit, response: Response, then: Callback, passed: dict[str, Any]
    ) -> Iterator[Yield]:
        """What the reader makes of an answer; once a visit, also the accounts its page names."""
        yield from then(response, **passed)
        if isinstance(response, HtmlResponse) and response.status != 304 and not visit.has_told_accounts:
            visit.has_told_accounts = True
            yield from see_accounts(response.body, url=response.url, source=visit.source, now=self.terms.now)

    def _regret(self, visit: Visit, request: Request, error: BaseException) -> list[Request]:
        self.logger.info("%s: %r", request.url, error)
        is_listing = bool(request.meta.get(LISTING))
        ending = explain_error(error, self.terms.messages)
        self._note(visit, ending, is_listing=is_listing)
        if not is_listing and is_for_good(error, ending):
            # For readers the page has been tried: it is not asked for again.
            self.memory.put_page_state(PageState(url=first_address(request), fetched=self.terms.now))
        return []

    def _gather(self, visit: Visit, call: Callable[[], Iterable[Yield]], *, is_listing: bool) -> Harvest:
        """Run a reader's method to its end; what it yielded before an error counts."""
        harvest = Harvest()
        try:
            for output in call():
                harvest.add(output)
        except ArchiveError:
            raise
        except Exception as error:
            harvest.is_whole = False
            self.logger.info("%s: %r", visit.source.id, error, exc_info=True)
            self._note(visit, explain_error(error, self.terms.messages), is_listing=is_listing)
        return harvest

    def _keep(self, visit: Visit, harvest: Harvest) -> list[Request]:
        """Write what was gathered, in one short transaction, then let the requests go."""
        if harvest.arrivals:
            landings = self.memory.put(harvest.arrivals, source=visit.source.id, now=self.terms.now)
            self._announce(visit, landings)
        for sample in harvest.samples:
            self.memory.put_community_sample(sample)
        if harvest.accounts:
            self.memory.put_accounts(harvest.accounts)
        if harvest.gone:
            self.memory.mark_deleted(harvest.gone, at=self.terms.now)
            self.report(Landed(source=visit.source.id, ids=tuple(harvest.gone)))
        return [adopted for request in harvest.requests if (adopted := self._adopt(visit, request))]

    def _announce(self, visit: Visit, landings: Iterable[Landing]) -> None:
        visit.count(landings)
        moved = tuple(dict.fromkeys(landing.id for landing in landings if landing.state != "known"))
        if moved:
            self.report(Landed(source=visit.source.id, ids=moved))
            self._tell(visit, "fetching")

    def _adopt(self, visit: Visit, request: Request) -> Request | None:
        """The request as Scrapy gets it: answered to us, marked with its source; None beyond the budget."""
        if not visit.has_budget:
            text = self.terms.messages.gettext(
                "the budget of {budget} requests was used up; the next run goes on"
            )
            visit.note_partial(text.format(budget=visit.budget))
            return None
        visit.asked += 1
        visit.pending += 1
        return request.replace(
            callback=self.receive,
            errback=self.miss,
            cb_kwargs={"then": request.callback, "passed": request.cb_kwargs},
            meta={**request.meta, SOURCE: visit.source.id},
        )

    def _note(self, visit: Visit, ending: Ending, *, is_listing: bool) -> None:
        """A listing that fails ends the visit; another page only makes it partial."""
        if is_listing:
            visit.end(ending)
            return
        text = self.terms.messages.gettext("some pages could not be read: {reason}")
        visit.note_partial(text.format(reason=ending.reason))

    def _last_digest(self, visit: Visit, response: Response) -> str | None:
        assert response.request is not None
        if response.request.meta.get(LISTING):
            return visit.state.body_digest if visit.state.validated == response.url else None
        page = self.memory.page_state(response.url)
        return page.body_digest if page else None

    def _remember_page(self, visit: Visit, response: Response, digest: str | None) -> None:
        """Keep the validators of a page that was read; a 304 that repeats none leaves the old ones."""
        assert response.request is not None
        url, first = response.url, first_address(response.request)
        before = self.memory.page_state(url) or PageState(url=url, fetched=self.terms.now)
        was_kept = response.status == 304
        page = PageState(
            url=url,
            etag=read_header(response, "ETag") or (before.etag if was_kept else None),
            last_modified=read_header(response, "Last-Modified")
            or (before.last_modified if was_kept else None),
            body_digest=digest or (before.body_digest if was_kept else None),
            fetched=self.terms.now,
            cursor=visit.page_cursors.pop(url, before.cursor),
        )
        self.memory.put_page_state(page)
        if first != url:
            self.memory.put_page_state(PageState(url=first, fetched=self.terms.now))

    def _conclude(self, visit: Visit) -> list[Any]:
        visit.outcome, state = conclude(visit)
        self.memory.put_fetch_state(state)
        self.memory.put_outcome(visit.outcome)
        self._tell(visit, "done", visit.outcome.reason)
        self.report(visit.outcome)
        return self.finished(visit)

    def _tell(self, visit: Visit, stage: Stage, detail: str = "") -> None:
        self.report(Progress(source=visit.source.id, stage=stage, new=len(visit.new), detail=detail))
