"""A kind of source as a plain Scrapy spider, without a watch."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from crawlers.archive import Archive
from crawlers.items import Item
from crawlers.spiders.visiting import VisitingSpider
from crawlers.visit import Terms, Visit
from watchlists.messages import load_messages
from watchlists.model import Source


class SourceSpider(VisitingSpider):
    """A kind of source as a plain Scrapy spider: `scrapy crawl KIND -a url=... -O out.jsonl`.

    Needs no watch: what it must remember within the crawl lies in a temporary archive. Any text field
    of watchlists.model.Source is an argument: `-a full_text=never -a target=news -a token_env=MY_TOKEN`.
    """

    kind: ClassVar[str]

    def __init__(self, url: str = "", **options: str) -> None:
        super().__init__()
        if not url:
            raise ValueError("say which address to read: -a url=https://...")
        known = {each.name for each in fields(Source)}
        if unknown := sorted(options.keys() - known):
            raise ValueError(f"unknown arguments: {', '.join(unknown)}")
        values: dict[str, Any] = {"id": self.kind, "kind": self.kind, "url": url, **options}
        self.source = Source(**values)
        self.folder = TemporaryDirectory(prefix="veilleur-")
        self.archive = Archive.open(Path(self.folder.name) / "archive.db")
        self.terms = Terms(
            now=datetime.now(UTC), messages=load_messages("en"), memory=self.archive, environ=os.environ
        )

    async def start(self) -> AsyncIterator[Any]:
        """Read the one source."""
        for output in self.begin(self.source, None):
            yield output

    def finished(self, visit: Visit) -> list[Item]:
        """Every item as it is at the end, completed ones once."""
        assert visit.outcome is not None
        self.logger.warning("%s: %s %s", self.source.url, visit.outcome.state, visit.outcome.reason)
        return list(self.archive.items(sorted(visit.seen)))

    def closed(self, reason: str) -> None:
        """Remove the temporary archive."""
        self.archive.close()
        self.folder.cleanup()
