"""How each forum engine is asked, and what is remembered of its threads. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crawlers.parsers import flarum, nodebb
from crawlers.parsers.forum import ForumPage, parse_forum
from watchlists.model import Source


@dataclass(frozen=True, slots=True)
class Mark:
    """What the book keeps of a thread: how its board listed it, a page of it, and the board."""

    signature: str
    page: str
    board: str

    @classmethod
    def read(cls, text: str) -> Mark:
        """A mark as the book keeps it; an empty one from anything else."""
        parts = text.split(" ")
        return cls(*parts) if len(parts) == 3 else cls("", "", "")

    def __str__(self) -> str:
        return f"{self.signature} {self.page} {self.board}"

    @property
    def last(self) -> datetime | None:
        """When somebody wrote last."""
        try:
            return datetime.fromisoformat(self.signature.partition("|")[2])
        except ValueError:
            return None


class PageParser(Protocol):
    """Makes a page of an answer."""

    def __call__(
        self,
        body: bytes,
        *,
        url: str,
        source: Source,
        now: datetime,
        content_type: str = "",
        opener: str | None = None,
    ) -> ForumPage: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How an engine is asked."""

    parse: PageParser
    listing: Callable[[str, str | None], str]
    """Address and target of a source -> the address of its list."""
    page: Callable[[str], str]
    """A thread's own address -> where its first posts are; any other address stays as it is."""
    reads_boards: bool = False
    """A target is a board of the index, not a part of the list's address."""


HTML = Dialect(parse=parse_forum, listing=lambda url, _: url, page=lambda url: url, reads_boards=True)
FLARUM = Dialect(parse=flarum.parse_flarum, listing=flarum.find_listing, page=flarum.find_page)
NODEBB = Dialect(parse=nodebb.parse_nodebb, listing=nodebb.find_listing, page=nodebb.find_page)
