"""What a process of a watch does: all of it (without options), a worker's share, or the desk's.

A run goes the same way in every role; a role says where items come from, whether language work is shared,
and how a run ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crawlers.run import CrawlJob, Event, start_crawl
from pipelines.recall import Memo
from pipelines.understand import Understanding
from search.summary import Remark


class Crawl(Protocol):
    """Where a run's items come from: the crawl child, or the workers."""

    def events(self) -> Iterator[Event]:
        """What happens in the current job, as it happens; raises VeilleurError when it cannot be done."""

    def send(self, job: CrawlJob, /) -> None:
        """Give the next job."""

    def stop(self) -> None:
        """End soon: what is read stays."""

    def wait(self) -> int:
        """End, once its jobs are done; the exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """How a session runs; as it stands, one process does everything."""

    start: Callable[[CrawlJob], Crawl] = start_crawl
    memo: Memo | None = None
    """Where language work is shared."""
    finish: Callable[[Understanding, datetime], None] | None = None
    """What ends a run in place of stories, index, alerts and deliveries."""
    remarks: Callable[[], tuple[Remark, ...]] = tuple
    """What the reader of the run should know, once it has ended."""

    @property
    def tells_stories(self) -> bool:
        """Only who sees all documents relates them to each other."""
        return self.finish is None
