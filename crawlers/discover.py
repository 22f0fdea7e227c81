"""What is at an address: a known network, a feed, an engine, a page that names feeds, a page. Pure.

SIGNATURES is the whole knowledge, most telling first: each is a function of a fetched page. An engine
(a forum, a fediverse server) is added as one more function in the list, or as a line of ENGINES.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawlers.accounts import Account
from crawlers.engines import HTML_FORUMS, Engine, recognise_engine
from crawlers.items import Item
from crawlers.networks import find_spot
from crawlers.parsers.article import decode_page
from crawlers.parsers.bodies import one_line
from crawlers.parsers.feed import parse_feed
from crawlers.parsers.feed_links import find_feed_links, parse_page
from crawlers.parsers.forum import parse_forum
from crawlers.parsers.parsed_feed import NotAFeed
from watchlists.model import Source, SourceKind

USUAL_PATHS = ("/feed", "/rss.xml", "/atom.xml")
"""Tried last, where a page names no feed."""
MOST_REQUESTS = 4
PROOFS = 3
LARGEST = 2 * 1024 * 1024

_FEDERATED = re.compile(rb"application/activity\+json|/\.well-known/nodeinfo", re.IGNORECASE)
_FEDERATED_PATH = re.compile(r"^/(?:@[\w.-]+|users/[\w.-]+|c/[\w.-]+|tags/\w+)/?$")


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
    target: str | None = None
    """What to read inside the place, where its address does not say."""
    proof: str = ""
    """A feed or a list that shows the newest entries; empty where `latest` does, or nothing can."""
    boards: tuple[str, ...] = ()
    """Boards the place names: what `target` may be."""
    accounts: tuple[Account, ...] = ()
    """Where else the page says its people are."""
    software: str = ""
    """The engine, as a word."""


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


def recognise_network(page: Page) -> Finding | None:
    """A network everybody uses, by its host."""
    return find_place(page.url)


def find_place(url: str) -> Finding | None:
    """What an address on a known network is; known before anything is asked."""
    spot = find_spot(url)
    if spot is None or spot.network.kind is None:
        return None
    return Finding(
        kind=spot.network.kind,
        url=url,
        title=" ".join(filter(None, (spot.network.name, spot.name))),
        proof=spot.proof,
        why="It is a network Veilleur knows.",
        software=spot.network.name,
    )


def recognise_sitemap(page: Page) -> Finding | None:
    """A sitemap by its root element."""
    if re.search(rb"<(?:urlset|sitemapindex)[\s>]", page.body[:2000]):
        return Finding(kind="sitemap", url=page.url, why="It is a sitemap.")
    return None


def recognise_engine_page(page: Page) -> Finding | None:
    """A community by the software that made the page."""
    text = decode_page(page.body[:LARGEST], page.content_type)
    tree = parse_page(text.encode("utf-8", "replace"), charset="utf-8")
    engine = recognise_engine(tree, text) if tree is not None else None
    return ENGINES[engine](page, engine) if engine else None


def recognise_software(software: str, page: Page) -> Finding | None:
    """A community by what its nodeinfo says it runs."""
    engine = SPEAKS.get(software.lower())
    return ENGINES[engine](page, engine) if engine else None


def find_nodeinfo(page: Page) -> str | None:
    """Where a server of the fediverse says what it runs, if the page looks like one of its."""
    if not (_FEDERATED.search(page.body[:LARGEST]) or _FEDERATED_PATH.search(urlsplit(page.url).path)):
        return None
    return urljoin(page.url, "/.well-known/nodeinfo")


def read_nodeinfo_link(body: bytes) -> str | None:
    """The address of the newest nodeinfo a server lists."""
    links = [link for link in _load(body).get("links", ()) if isinstance(link, dict)]
    hrefs = sorted((str(link.get("rel")), str(link.get("href"))) for link in links if link.get("href"))
    return hrefs[-1][1] if hrefs else None


def read_software(body: bytes) -> str:
    """The name of the software in a nodeinfo; empty without one."""
    software = _load(body).get("software")
    return str(software.get("name", "")) if isinstance(software, dict) else ""


def _load(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def make_forum(page: Page, engine: Engine) -> Finding:
    """A forum of web pages: its newest threads, its boards."""
    source = Source(id="probe", url=page.url, kind="forum")
    shown = parse_forum(page.body, url=page.url, source=source, now=page.now, content_type=page.content_type)
    threads = sorted(shown.threads, key=lambda each: (each.last is not None, each.last), reverse=True)
    proofs = [Proof(title=each.title, url=each.url, published=each.last) for each in threads]
    proofs = proofs or list(prove(shown.posts))
    feeds = find_feed_links(page.body, url=page.url)
    return Finding(
        kind="forum",
        url=page.url,
        title=read_title(page),
        feeds=feeds,
        latest=tuple(proofs[:PROOFS]),
        proof="" if proofs or not shown.boards else shown.boards[0].url,
        boards=tuple(board.name for board in shown.boards[:50]),
        why="It is a forum.",
        software=NAMES[engine],
    )


def make_by_feed(kind: SourceKind, path: str) -> Callable[[Page, Engine], Finding]:
    """A maker for engines whose newest entries are in a feed, at this path or at the page's own."""

    def make(page: Page, engine: Engine) -> Finding:
        feeds = find_feed_links(page.body, url=page.url)
        return Finding(
            kind=kind,
            url=page.url,
            title=read_title(page),
            feeds=feeds,
            proof=feeds[0] if feeds else urljoin(page.url, path) if path else "",
            why="It is a community.",
            software=NAMES[engine],
        )

    return make


def make_wordpress(page: Page, engine: Engine) -> Finding | None:
    """A WordPress site whose API is open; others are read by their feeds."""
    if b"https://api.w.org/" not in page.body[:LARGEST]:
        return None
    return replace(make_by_feed("wordpress", "/feed/")(page, engine), why="It is a WordPress site.")


def recognise_page(page: Page) -> Finding:
    """A plain page, for want of anything better."""
    return Finding(kind="page", url=page.url, title=read_title(page), why="It is a page without a feed.")


ENGINES: dict[Engine, Callable[[Page, Engine], Finding | None]] = {
    **dict.fromkeys(HTML_FORUMS, make_forum),
    "flarum": make_by_feed("flarum", "/atom"),
    "nodebb": make_by_feed("nodebb", "/recent.rss"),
    "discourse": make_by_feed("discourse", "/latest.rss"),
    "mastodon": make_by_feed("mastodon", ""),
    "lemmy": make_by_feed("lemmy", "/feeds/local.xml"),
    "wordpress": make_wordpress,
}
"""What is made of a page of each engine."""

NAMES: dict[Engine, str] = {
    "phpbb": "phpBB", "vbulletin": "vBulletin", "xenforo": "XenForo", "invision": "Invision Community",
    "mybb": "MyBB", "smf": "Simple Machines", "flarum": "Flarum", "nodebb": "NodeBB",
    "discourse": "Discourse", "mastodon": "Mastodon", "lemmy": "Lemmy", "wordpress": "WordPress",
}  # fmt: skip

SPEAKS: dict[str, Engine] = {
    **dict.fromkeys(("mastodon", "hometown", "pleroma", "akkoma", "pixelfed", "gotosocial"), "mastodon"),
    "lemmy": "lemmy",
    "nodebb": "nodebb",
    "discourse": "discourse",
    "wordpress": "wordpress",
}
"""Software named in nodeinfo -> the engine whose API it speaks."""

SIGNATURES: tuple[Signature, ...] = (
    recognise_network,
    recognise_sitemap,
    recognise_feed,
    recognise_engine_page,
    recognise_feed_links,
    recognise_page,
)
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
