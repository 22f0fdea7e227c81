"""What spiders and middlewares ask of the archive, and nothing more of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from crawlers.archive.states import AccountSeen, Arrival, FetchState, Landing, PageState, RobotsCopy
from crawlers.items import CommunitySample, Item, Outcome


class Memory(Protocol):
    """The archive as the crawl sees it. Every write is committed when its call returns."""

    def put(self, arrivals: Sequence[Arrival], *, source: str, now: datetime) -> tuple[Landing, ...]:
        """Keep items; what became of each, in order."""

    def put_outcome(self, outcome: Outcome, /) -> None:
        """Keep what happened to a source in this run."""

    def put_community_sample(self, sample: CommunitySample, /) -> None:
        """Keep the size of a place."""

    def put_fetch_state(self, state: FetchState, /) -> None:
        """Remember where and when a source is read next."""

    def put_page_state(self, state: PageState, /) -> None:
        """Remember the validators of one page."""

    def put_robots(self, copy: RobotsCopy, /) -> None:
        """Remember a robots.txt for 24 hours."""

    def put_accounts(self, accounts: Iterable[AccountSeen], /) -> None:
        """Keep where organisations are on other networks, each with its first sight."""

    def mark_deleted(self, ids: Iterable[str], /, *, at: datetime) -> int:
        """Say that items have disappeared from their place."""

    def resolve(self, address: str, /) -> str | None:
        """The id behind an id, a permalink, an alias or a native id."""

    def item(self, id: str, /) -> Item | None:
        """The newest revision of an item."""

    def thread(self, thread_id: str, /) -> tuple[Item, ...]:
        """Every item of a thread, by time of publication."""

    def last_outcomes(self) -> dict[str, Outcome]:
        """The newest outcome of each source, "not due" left out."""

    def fetch_state(self, source: str, /) -> FetchState | None:
        """What is remembered of a source."""

    def fetch_states(self) -> dict[str, FetchState]:
        """What is remembered of all sources."""

    def page_state(self, url: str, /) -> PageState | None:
        """What is remembered of one page."""

    def robots(self, origin: str, /, *, now: datetime) -> RobotsCopy | None:
        """The robots.txt of an origin, unless it is unknown or older than 24 hours."""

    def due_samples(self, source: str, /, *, now: datetime) -> tuple[str, ...]:
        """Ids whose counts should be read again."""
