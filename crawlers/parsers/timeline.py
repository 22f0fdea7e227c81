"""What a page of a timeline says, whatever its API: the records that timeline parsers return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crawlers.items import CommunitySample, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One post of a timeline."""

    key: str
    """What the API asks for it by."""
    item: Item
    replies: int = 0
    """Direct answers, as far as shown."""
    parent_key: str = ""
    """Key of the post it answers; empty on opening posts."""
    is_placed: bool = True
    """The item's thread and parent are known, if it has any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """A page of a timeline, newest first."""

    posts: tuple[Listed, ...]
    next_url: str | None = None
    wait: float | None = None
    """Seconds the API asks to wait before the next request."""
    is_last_allowed: bool = False
    """The quota is used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of the API, as a parser gets it."""

    url: str
    body: bytes
    now: datetime
    link: str = ""
    """The Link header."""


class Timeline(Protocol):
    """An API that lists posts, gives one by its key, and gives what answers it. All methods are pure."""

    @property
    def list_url(self) -> str:
        """The first page, newest posts first."""

    @property
    def sample_url(self) -> str:
        """Where the size of the place is; empty where it is not shown."""

    def post_url(self, key: str, /) -> str:
        """One post."""

    def thread_url(self, key: str, /) -> str:
        """A post's conversation."""

    def key_of(self, item: Item, /) -> str:
        """The key of an archived item; empty when it has none here."""

    def address_of(self, key: str, /) -> str:
        """An address or alias under which the archive knows a key."""

    def parse_list(self, reply: Reply, /) -> TimelinePage:
        """A page of the list."""

    def parse_post(self, reply: Reply, /) -> tuple[Item, ...]:
        """A post asked for alone; nothing when it is not there any more."""

    def parse_thread(self, reply: Reply, /, *, opening: Item) -> tuple[Item, ...]:
        """The conversation of a post, the post itself included where it can be placed better."""

    def is_gone(self, reply: Reply, /) -> bool:
        """Whether an answer 400 says that the post is not there any more."""

    def parse_sample(self, reply: Reply, /) -> CommunitySample | None:
        """The size of the place."""
