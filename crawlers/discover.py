"""What is at an address: a feed, a page that names feeds, a plain page. Pure.

SIGNATURES is the whole knowledge, most telling first: each is a function of a fetched page. An engine
(a forum, a fediverse server) is added as one more function in the list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from crawlers.items import Item
from crawlers.parsers.bodies import one_line
from crawlers.parsers.feed import parse_feed
from crawlers.parsers.feed_links import find_feed_links, parse_page
from crawlers.parsers.parsed_feed import NotAFeed
from watchlists.model import Source, SourceKind

USUAL_PATHS = ("/feed", "/rss.xml", "/atom.xml")
"""Tried last, where a page names no feed."""
MOST_REQUESTS = 4
PROOFS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer, as it came."""

    url: str
    """The final one."""
    body: bytes
    now: datetime
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One of the newest entries, to show that the place was understood."""

    title: str
    url: str
    published: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is at an address, and how it was recognised."""

    kind: SourceKind
    url: str
    """What to read."""
    title: str = ""
    language: str | None = None
    feeds: tuple[str, ...] = ()
    """Feeds the page names, the main one first."""
    latest: tuple[Proof, ...] = ()
    why: str = ""
    """The sign it was recognised by; a catalogue key."""


Signature = Callable[[Page], Finding | None]


def classify(page: Page) -> Finding:
    """The first signature that fits; a plain page fits always."""
    return next(finding for signature in SIGNATURES if (finding := signature(page)) is not None)


def recognise_feed(page: Page) -> Finding | None:
    """A feed by being one: RSS, Atom, RDF or JSON Feed."""
    source = Source(id="probe", url=page.url)
    try:
        feed = parse_feed(
            page.body, url=page.url, source=source, now=page.now, content_type=page.content_type
        )
    except NotAFeed:
        return None
    return Finding(
        kind="feed",
        url=page.url,
        title=feed.title,
        language=feed.language,
        latest=prove(feed.items),
        why="It is a feed.",
    )


def recognise_feed_links(page: Page) -> Finding | None:
    """A page by the feeds its head names."""
    feeds = find_feed_links(page.body, url=page.url)
    if not feeds:
        return None
    return Finding(
        kind="feed", url=feeds[0], title=read_title(page), feeds=feeds, why="The page names its feed."
    )


def recognise_page(page: Page) -> Finding:
    """A plain page, for want of anything better."""
    return Finding(kind="page", url=page.url, title=read_title(page), why="It is a page without a feed.")


SIGNATURES: tuple[Signature, ...] = (recognise_feed, recognise_feed_links, recognise_page)
"""Order matters: the first that answers is believed."""


def guess_feeds(url: str) -> tuple[str, ...]:
    """Where a feed usually is when a page names none."""
    return tuple(urljoin(url, path) for path in USUAL_PATHS)


def prove(items: tuple[Item, ...]) -> tuple[Proof, ...]:
    """The newest entries."""
    newest = sorted(items, key=lambda item: item.published or item.fetched, reverse=True)
    return tuple(
        Proof(title=item.title or item.permalink, url=item.permalink, published=item.published)
        for item in newest[:PROOFS]
    )


def read_title(page: Page) -> str:
    """The title of a page; empty without one."""
    tree = parse_page(page.body)
    found = tree.xpath("string(//title)") if tree is not None else ""
    return one_line(str(found))[:200]
