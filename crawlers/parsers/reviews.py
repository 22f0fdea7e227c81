"""Public reviews: Apple's feed of an application's customer reviews, and reviews that a page states itself.

Apple gives reviews no address of their own: theirs is the application's, with `#review-NUMBER`. On pages
(schema.org's Review, in JSON-LD) it is the one the review states, else the page's with a mark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from parsel import Selector

from crawlers.items import Engagement, Item
from crawlers.parsers.article import LARGEST, decode_page
from crawlers.parsers.bodies import escape_text
from crawlers.parsers.dates import read_date
from crawlers.parsers.payload import Node, NotData, read_object
from crawlers.parsers.post import Post, make_items, name_author
from crawlers.parsers.walls import WallMet, find_wall
from crawlers.urls import short_hash
from watchlists.model import Source

MOST_REVIEWS = 1_000

_APP = re.compile(r"/(?:(?P<country>[a-z]{2})/)?(?:app/(?:[^/]+/)?)?id(?P<id>\d{5,12})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application in one country's store."""

    id: str
    country: str

    @property
    def address(self) -> str:
        """Its page."""
        return f"https://apps.apple.com/{self.country}/app/id{self.id}"


def find_application(url: str, target: str | None) -> Application | None:
    """The application of an App Store address; the target may name another country."""
    found = _APP.search(urlsplit(url).path)
    country = (target or "").strip().lower()
    if found is None:
        return None
    is_country = re.fullmatch(r"[a-z]{2}", country)
    return Application(id=found["id"], country=country if is_country else found["country"] or "us")


def feed_url(app: Application, *, root: str, page: int) -> str:
    """Where the newest reviews are; Apple gives ten pages of fifty."""
    return f"{root}/{app.country}/rss/customerreviews/page={page}/id={app.id}/sortby=mostrecent/json"


def parse_store(
    body: bytes, *, url: str, app: Application, source: Source, now: datetime
) -> tuple[Item, ...]:
    """The reviews of a page of Apple's feed."""
    feed = read_object(body, url=url).node("feed")
    if not feed:
        raise NotData("JSON of another shape", url=url)
    entries = feed.nodes("entry") or ((feed.node("entry"),) if feed.node("entry") else ())
    return make_items(tuple(_store_review(entry, app, source, now) for entry in entries), now=now)


def parse_stated(body: bytes, *, url: str, source: Source, now: datetime) -> tuple[Item, ...]:
    """The reviews that a page states in JSON-LD."""
    text = decode_page(body[:LARGEST])
    blocks = Selector(text=text, type="html").css("script[type='application/ld+json']::text").getall()
    found = [node for block in blocks for node in _find_reviews(_loads(block))][:MOST_REVIEWS]
    items = make_items(tuple(_stated_review(node, url, source, now) for node in found), now=now)
    if not items:
        if wall := find_wall(body, url=url):
            raise WallMet(wall, url=url)
        raise NotData("a page that states no reviews", url=url)
    return items


def _store_review(entry: Node, app: Application, source: Source, now: datetime) -> Post | None:
    id, rating = _label(entry, "id"), _label(entry, "im:rating")
    if not rating:
        return None  # the first entry of older answers is the application itself
    author = entry.node("author")
    return Post(
        kind="review",
        permalink=f"{app.address}#review-{id}",
        native_id=f"review-{id}",
        thread=f"{app.address}#review-{id}",
        title=_label(entry, "title"),
        html=escape_text(_label(entry, "content")),
        language=source.language,
        tags=tuple(filter(None, (_label(entry, "im:version"),))),
        author=name_author(_label(author, "name"), url=_label(author, "uri") or None),
        published=read_date(_label(entry, "updated"), now=now),
        published_raw=_label(entry, "updated"),
        engagement=Engagement(rating=_rating(rating), upvotes=_whole(_label(entry, "im:voteSum"))),
    )


def _label(node: Node, key: str) -> str:
    return node.node(key).text("label")


def _find_reviews(value: Any) -> Iterator[Node]:
    """Every Review in a tree of JSON-LD, wherever it hangs; the tree is bounded by the page's size."""
    waiting = [value]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            types = each.get("@type")
            if "Review" in (types if isinstance(types, list) else [types]):
                yield Node(each)
            waiting += [value for value in each.values() if isinstance(value, dict | list)]


def _stated_review(node: Node, url: str, source: Source, now: datetime) -> Post | None:
    body, author = node.text("reviewBody") or node.text("description"), _author_name(node)
    rating = node.node("reviewRating")
    if not body and not rating:
        return None
    mark = short_hash(f"{author}\n{node.text('datePublished')}\n{body}")[:10]
    stated = node.text("url") or node.text("@id")
    is_own = stated.startswith("http") and stated.partition("#")[0] != url.partition("#")[0]
    permalink = stated if is_own else f"{url.partition('#')[0]}#review-{mark}"
    return Post(
        kind="review",
        permalink=permalink,
        thread=permalink,
        title=node.line("name") or node.line("headline"),
        html=escape_text(body),
        language=node.text("inLanguage") or source.language,
        author=name_author(author),
        published=read_date(node.text("datePublished"), now=now),
        published_raw=node.text("datePublished"),
        engagement=Engagement(rating=_scaled(rating)),
    )


def _author_name(node: Node) -> str:
    persons = node.nodes("author")
    return (
        node.line("author")
        or node.node("author").line("name")
        or (persons[0].line("name") if persons else "")
    )


def _scaled(rating: Node) -> float | None:
    """A rating on a scale of 0 to 5, whatever its own."""
    value = _rating(rating.id("ratingValue") or str(rating.number("ratingValue") or ""), most=1000)
    best = _rating(rating.id("bestRating") or "5", most=1000) or 5
    return None if value is None or value > best else round(value * 5 / best, 2)


def _rating(text: str, *, most: float = 5) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if 0 <= value <= most else None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
