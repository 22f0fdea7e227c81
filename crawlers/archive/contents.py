"""What an item says, apart from what moves around it; and how two readings become one content.

Pure. A reading is *full* when it has a body that is not known to be only the beginning.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from pydantic import TypeAdapter

from crawlers.items import Author, Item, ItemKind

COMPRESS_FROM = 400
"""Bytes; below it compression costs time and saves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The fields of an Item whose change is an edit. Named as there."""

    kind: ItemKind
    permalink: str
    native_id: str | None = None
    title: str = ""
    html: str = ""
    is_teaser: bool = False
    language: str | None = None
    tags: tuple[str, ...] = ()
    author: Author | None = None
    published: datetime | None = None
    is_dated: bool = True
    """The place gave the date; False where it is only when we read it."""
    published_raw: str = ""
    edited: datetime | None = None
    is_accepted: bool | None = None
    is_solved: bool | None = None
    links: tuple[str, ...] = ()

    @property
    def is_full(self) -> bool:
        """Whether this is the whole text, as far as anybody knows."""
        return bool(self.html) and not self.is_teaser


_ADAPTER = TypeAdapter(Content)


def content_of(item: Item) -> Content:
    """The content of an item as fetched."""
    return Content(
        kind=item.kind,
        permalink=item.permalink,
        native_id=item.native_id,
        title=item.title,
        html=item.html,
        is_teaser=item.is_teaser,
        language=item.language,
        tags=item.tags,
        author=item.author,
        published=item.published,
        is_dated=item.published is not None and item.published < item.fetched,
        published_raw=item.published_raw,
        edited=item.edited,
        is_accepted=item.is_accepted,
        is_solved=item.is_solved,
        links=item.links,
    )


def encode(content: Content) -> bytes:
    """The content as a revision's body: JSON, compressed when that pays."""
    data = _ADAPTER.dump_json(content, exclude_defaults=True)
    return zlib.compress(data, 3) if len(data) >= COMPRESS_FROM else data


def decode(body: bytes) -> Content:
    """The content `encode` was given."""
    return _ADAPTER.validate_json(body if body[:1] == b"{" else zlib.decompress(body))


def digest_of(content: Content) -> bytes:
    """Equal for equal contents; a date that is only our own clock does not count."""
    steady = content if content.is_dated else replace(content, published=None)
    return blake2b(_ADAPTER.dump_json(steady, exclude_defaults=True), digest_size=16).digest()


def complete(stored: Content, reading: Content) -> Content:
    """The stored content with what it lacked: a fuller body, a date, values for empty fields."""
    dated = stored if stored.is_dated or not reading.is_dated else reading
    body = reading if (reading.is_full and not stored.is_full) or not stored.html else stored
    return replace(
        stored,
        native_id=stored.native_id or reading.native_id,
        title=stored.title or reading.title,
        html=body.html,
        is_teaser=body.is_teaser,
        links=body.links or stored.links,
        language=stored.language or reading.language,
        tags=stored.tags or reading.tags,
        author=_fuller_author(stored.author, reading.author),
        published=dated.published,
        is_dated=dated.is_dated,
        published_raw=dated.published_raw,
        edited=stored.edited or reading.edited,
        is_accepted=stored.is_accepted if reading.is_accepted is None else reading.is_accepted,
        is_solved=stored.is_solved if reading.is_solved is None else reading.is_solved,
    )


def revise(stored: Content, reading: Content) -> Content:
    """The content after an edit: what the reading does not show stays, and a teaser replaces no full text."""
    dated = reading if reading.is_dated or not stored.is_dated else stored
    body = reading if reading.is_full or not stored.is_full else stored
    return replace(
        complete(reading, stored),
        html=body.html or stored.html,
        is_teaser=body.is_teaser if body.html else stored.is_teaser,
        links=body.links,
        published=dated.published,
        is_dated=dated.is_dated,
        published_raw=dated.published_raw,
        is_accepted=stored.is_accepted if reading.is_accepted is None else reading.is_accepted,
        is_solved=stored.is_solved if reading.is_solved is None else reading.is_solved,
    )


def _fuller_author(first: Author | None, second: Author | None) -> Author | None:
    """The first author, with what the second knows of the same person."""
    if first is None or second is None or first.name != second.name:
        return first or second
    return Author(
        name=first.name,
        native_id=first.native_id or second.native_id,
        url=first.url or second.url,
        is_staff=second.is_staff if first.is_staff is None else first.is_staff,
        is_bot=second.is_bot if first.is_bot is None else first.is_bot,
    )
