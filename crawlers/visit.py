"""One source in one run: what its reader may use, and what happened so far."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scrapy import Request

from crawlers.archive.states import AccountSeen, Arrival, FetchState, Landing
from crawlers.items import CommunitySample, Item, Outcome
from crawlers.memory import Memory
from crawlers.outcomes import Ending
from crawlers.secrets import read_secret
from watchlists.messages import Messages
from watchlists.model import Crawl, Source

SOURCE = "veilleur_source"
LISTING = "veilleur_listing"
CONDITIONAL = "veilleur_conditional"
ANSWERS = "veilleur_answers"
"""Keys of Request.meta: the source's id; is it the source's own address; may a 304 be asked for; statuses
the reader wants to see. (Scrapy's handle_httpstatus_list would keep other refusals from being told.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Items that their place no longer shows; yielded by a reader."""

    ids: tuple[str, ...]


Yield = Request | Arrival | CommunitySample | AccountSeen | Gone
"""What a reader's methods yield: the next request, an item, the size of the place, an account elsewhere of
the organisation whose place it is, a disappearance."""

Callback = Callable[..., Iterator[Yield]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all visits of a run share."""

    now: datetime
    messages: Messages
    memory: Memory
    crawl: Crawl = field(default_factory=Crawl)
    environ: Mapping[str, str] = field(default_factory=dict)
    """Where API tokens come from."""

    @property
    def run(self) -> str:
        """Id of the run."""
        return self.now.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the source's own address answered."""

    url: str
    """The final one."""
    is_permanent: bool
    """Every redirect on the way was a permanent one."""
    is_unchanged: bool
    etag: str | None
    last_modified: str | None
    digest: str | None
    max_age: timedelta | None


@dataclass(slots=True, kw_only=True)
class Visit:
    """A reader's view of its run; the spider keeps the counts.

    A reader reads `source`, `now`, `state`, `memory`; builds requests with `get`; and says what the
    spider cannot see: `cursor`, `ttl`, `note_partial`, `end`.
    """

    source: Source
    terms: Terms
    state: FetchState
    """As it was before this run; made up for a source never read."""
    cursor: str = ""
    """Where the next run resumes; kept when the visit ends. Starts as the last run left it."""
    ttl: timedelta | None = None
    """How long the place asks not to be read again."""
    retry_at: datetime | None = None
    """The place asked, with its refusal, not to be tried before."""
    answer: Answer | None = None
    ending: Ending | None = None
    partial: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What was wrong but survived; told with an outcome that is otherwise fine."""
    page_cursors: dict[str, str] = field(default_factory=dict)
    """Final address of a page -> what its PageState shall remember beside its validators."""
    has_told_accounts: bool = False
    """A page of this visit was asked which accounts its organisation has elsewhere."""
    seen: set[str] = field(default_factory=set)
    new: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    dates: list[datetime] = field(default_factory=list)
    """Publication times of what the listing held."""
    asked: int = 0
    """Requests a reader made."""
    sent: int = 0
    """Requests that reached a host, redirects, retries and robots.txt included."""
    pending: int = 0
    """Requests not answered yet."""
    started: float | None = None
    """Monotonic time of the first answer: waiting for a busy host does not count."""
    outcome: Outcome | None = None

    @property
    def now(self) -> datetime:
        """The run's time."""
        return self.terms.now

    @property
    def memory(self) -> Memory:
        """The archive."""
        return self.terms.memory

    @property
    def is_first(self) -> bool:
        """The source was never read: what comes is history, not news."""
        return self.state.last_read is None

    @property
    def since(self) -> datetime:
        """How far back a reader goes that can choose: the last read, or the watch's history."""
        return self.state.last_read or self.now - timedelta(days=self.terms.crawl.history_days)

    @property
    def budget(self) -> int:
        """Most requests of this run."""
        return self.source.page_budget or self.terms.crawl.page_budget

    @property
    def has_budget(self) -> bool:
        """Whether one more request is allowed."""
        return self.asked < self.budget

    @property
    def token(self) -> str | None:
        """The source's API token, if its variable is set."""
        return read_secret(self.source.token_env, self.terms.environ) if self.source.token_env else None

    def get(  # noqa: PLR0913  (each is a reader's own choice; a record would say the same twice)
        self,
        url: str,
        then: Callback,
        *,
        is_listing: bool = False,
        is_conditional: bool = True,
        answers: Iterable[int] = (),
        headers: Mapping[str, str] | None = None,
        data: object = None,
        **passed: Any,
    ) -> Request:
        """A request whose answer goes to `then(response, **passed)`.

        A listing is the source's own address: if it fails, the source has failed; any other page only
        makes the visit partial. `answers` are further statuses `then` wants to see: 304 for a page
        that did not change (same bytes count as 304 too), 404 for one that is gone. `data` is posted as JSON.
        """
        sent = {"Content-Type": "application/json"} if data is not None else {}
        return Request(
            url,
            callback=then,
            cb_kwargs=passed,
            method="GET" if data is None else "POST",
            headers={**sent, **(headers or {})},
            body=b"" if data is None else json.dumps(data).encode(),
            meta={
                LISTING: is_listing,
                CONDITIONAL: is_conditional and data is None,
                ANSWERS: tuple(sorted(set(answers))),
            },
            dont_filter=True,
        )

    def arrive(self, item: Item, *, position: int | None = None, is_backfill: bool | None = None) -> Arrival:
        """The item as something to yield; history on a first read unless told otherwise.

        Items with a position are the listing's: their dates make the source's pace, silence and gaps.
        """
        # An item whose date was made up says nothing of the source's habit.
        if position is not None and item.published and item.published < self.now and not item.published_raw:
            self.dates.append(item.published)
        is_history = self.is_first if is_backfill is None else is_backfill
        return Arrival(item=item, position=position, is_backfill=is_history)

    def known(self, item: Item) -> Item | None:
        """The item as the archive has it, under whichever of its addresses; None when it is new."""
        for address in (item.id, item.permalink, *item.aliases):
            if found := self.memory.resolve(address):
                return self.memory.item(found)
        return None

    def note_partial(self, reason: str) -> None:
        """Something is missing, the rest is fine; `reason` is in the watch's language."""
        if reason not in self.partial:
            self.partial.append(reason)

    def note_remark(self, remark: str) -> None:
        """Something was wrong, and nothing is missing for it."""
        if remark not in self.remarks:
            self.remarks.append(remark)

    def end(self, ending: Ending) -> None:
        """The source could not be read; the first ending said stays."""
        if self.ending is None:
            self.ending = ending

    def count(self, landings: Iterable[Landing]) -> None:
        """Take note of what became of items."""
        for landing in landings:
            if landing.state == "new":
                self.new.add(landing.id)
            elif landing.state == "changed" and landing.id not in self.new:
                self.changed.add(landing.id)
            self.seen.add(landing.id)
