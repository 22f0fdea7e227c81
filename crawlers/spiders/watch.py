"""The spider of a whole watch: every due source in one crawl, so that politeness is shared per host."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from crawlers.conclusion import postpone
from crawlers.progress import Report
from crawlers.spiders.visiting import VisitingSpider
from crawlers.visit import Terms
from watchlists.errors import ArchiveError
from watchlists.model import Source


class WatchSpider(VisitingSpider):
    """Visits every due source of a watch once; run by crawlers.child, not by `scrapy crawl`."""

    name = "watch"

    def __init__(
        self,
        *,
        terms: Terms | None = None,
        sources: Sequence[Source] = (),
        report: Report | None = None,
        is_forced: bool = False,
    ) -> None:
        super().__init__()
        if terms is None:
            raise ValueError("this spider reads a whole watch: use `veilleur crawl`")
        self.terms = terms
        self.sources = tuple(source for source in sources if source.enabled)
        self.is_forced = is_forced
        """Read also what is not due."""
        if report is not None:
            self.report = report

    async def start(self) -> AsyncIterator[Any]:
        """Every due source's first requests; an outcome at once for the others."""
        try:
            states, last = self.memory.fetch_states(), self.memory.last_outcomes()
            for source in self.sources:
                waits = None if self.is_forced else postpone(source, states.get(source.id), self.terms)
                if waits is not None:
                    # A second run at the same time must not replace what the first one found.
                    if source.id not in last or last[source.id].at < waits.at:
                        self.memory.put_outcome(waits)
                    self.report(waits)
                    continue
                for output in self.begin(source, states.get(source.id)):
                    yield output
        except ArchiveError as error:
            self.trouble = error
            raise
