"""Reddit's API: submissions and comments of a subreddit, a user or a search.

The permalink is Reddit's own, on www.reddit.com, however it was read; full names (t3_...) are aliases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from urllib.parse import quote, urlsplit

from crawlers.items import Author, Engagement, Item
from crawlers.parsers.bodies import escape_text
from crawlers.parsers.payload import Node, read_list, read_object
from crawlers.parsers.post import Post, make_items, name_author
from watchlists.model import Source

SITE = "https://www.reddit.com"
ERASED = ("[deleted]", "[removed]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page of submissions, newest first."""

    items: tuple[Item, ...]
    erased: tuple[str, ...]
    """Full names of submissions whose text or author is gone."""
    after: str
    """Where the next page begins; empty at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A submission with its comments, as far as the answer holds them."""

    items: tuple[Item, ...]
    erased: tuple[str, ...]
    more: tuple[str, ...]
    """Ids of comments that are still to be asked for."""


def listing_path(url: str, target: str | None) -> str:
    """The path of what is read: a subreddit's newest, a user's, or a search; empty where none is named."""
    named = (target or urlsplit(url).path).strip("/")
    parts = named.split("/")
    if parts[0] in ("r", "user", "u") and len(parts) > 1:
        name = quote(parts[1].removesuffix(".rss"))
        return f"r/{name}/new" if parts[0] == "r" else f"user/{name}/submitted"
    if target and " " not in target.strip() and not target.startswith("search:"):
        return f"r/{quote(target.strip())}/new"
    return f"search?sort=new&q={quote(target.removeprefix('search:').strip())}" if target else ""


def parse_listing(body: bytes, *, url: str, source: Source, now: datetime) -> Listing:
    """A page of submissions (also what `api/info` answers)."""
    data = read_object(body, url=url).node("data")
    found = [child.node("data") for child in data.nodes("children") if child.text("kind") == "t3"]
    return Listing(
        items=make_items(tuple(_submission(node, source) for node in found if not _is_erased(node)), now=now),
        erased=tuple(node.id("name") for node in found if _is_erased(node)),
        after=data.text("after"),
    )


def parse_thread(body: bytes, *, url: str, source: Source, now: datetime) -> Thread:
    """A submission and its comments."""
    listings = read_list(body, url=url)
    things = [thing for listing in listings for thing in _things(listing)]
    return _read_things(things, source, now)


def parse_more(body: bytes, *, url: str, source: Source, now: datetime) -> Thread:
    """Comments that a thread left out."""
    found = read_object(body, url=url).node("json", "data").nodes("things")
    return _read_things([each for thing in found for each in _unfold(thing)], source, now)


def alias_of(name: str) -> str:
    """The alias of a full name, good for `resolve`."""
    return f"guid:www.reddit.com:{name}"


def _things(listing: Node) -> Iterator[Node]:
    for thing in listing.node("data").nodes("children"):
        yield from _unfold(thing)


def _unfold(thing: Node) -> Iterator[Node]:
    """A thing and the answers below it, without recursion: threads are deep."""
    waiting = [thing]
    while waiting:
        each = waiting.pop(0)
        yield each
        waiting += each.node("data", "replies", "data").nodes("children")


def _read_things(things: list[Node], source: Source, now: datetime) -> Thread:
    posts: list[Post | None] = []
    erased: list[str] = []
    more: list[str] = []
    for thing in things:
        kind, node = thing.text("kind"), thing.node("data")
        if kind == "more":
            more += node.ids("children")
        elif kind in ("t1", "t3") and _is_erased(node):
            erased.append(node.id("name"))
        elif kind in ("t1", "t3"):
            posts.append(_submission(node, source) if kind == "t3" else _comment(node, source))
    return Thread(items=make_items(tuple(posts), now=now), erased=tuple(erased), more=tuple(more))


def _is_erased(node: Node) -> bool:
    text = node.text("selftext") or node.text("body")
    return text in ERASED or (node.line("author") in ("", *ERASED) and not text)


def _submission(node: Node, source: Source) -> Post | None:
    path = node.text("permalink")
    if not path.startswith("/"):
        return None
    linked = node.text("url")
    is_link = not node.flag("is_self") and linked.startswith("http") and "reddit.com" not in linked
    score = None if node.flag("hide_score") else node.count("score")
    return Post(
        kind="post",
        permalink=SITE + path,
        aliases=(alias_of(node.id("name")),),
        native_id=node.id("name"),
        thread=SITE + path,
        title=unescape(node.line("title")),
        html=_markup(node.text("selftext_html")),
        language=source.language,
        tags=tuple(filter(None, (unescape(node.line("link_flair_text")),))),
        author=_author(node),
        published=node.moment("created_utc"),
        edited=node.moment("edited") if node.flag("edited") is None else None,
        engagement=Engagement(
            upvotes=score if score is None else max(score, 0),
            downvotes=node.count("downs") or None,
            replies=node.count("num_comments"),
            shares=node.count("num_crossposts"),
        ),
        links=(linked,) if is_link else (),
    )


def _comment(node: Node, source: Source) -> Post | None:
    path = node.text("permalink")
    link, parent = node.id("link_id"), node.id("parent_id")
    if not path.startswith("/"):
        path = _comment_path(node)
    thread = "/".join(path.split("/")[:6]) + "/"
    if len(path.split("/")) < 7:
        return None
    above = thread if parent == link else f"{thread}{parent.partition('_')[2]}/"
    score = None if node.flag("score_hidden") else node.count("score")
    return Post(
        kind="reply",
        permalink=SITE + path,
        aliases=(alias_of(node.id("name")),),
        native_id=node.id("name"),
        thread=SITE + thread,
        parent=SITE + above,
        html=_markup(node.text("body_html")) or escape_text(node.text("body")),
        language=source.language,
        author=_author(node),
        published=node.moment("created_utc"),
        edited=node.moment("edited") if node.flag("edited") is None else None,
        engagement=Engagement(upvotes=score if score is None else max(score, 0)),
    )


def _markup(text: str) -> str:
    """Mark-up as such: without `raw_json`, the API escapes it once more."""
    return unescape(text) if text.startswith("&lt;") else text


def _comment_path(node: Node) -> str:
    """Old answers give no permalink of comments: it is made of what they give."""
    thread = node.id("link_id").partition("_")[2]
    return f"/r/{node.id('subreddit')}/comments/{thread}/_/{node.id('id')}/" if thread else ""


def _author(node: Node) -> Author | None:
    name = node.line("author")
    if not name or name in ERASED:
        return None
    distinguished = node.text("distinguished")
    return name_author(
        name,
        native_id=node.id("author_fullname"),
        url=f"{SITE}/user/{quote(name)}",
        is_staff=distinguished in ("moderator", "admin") if node.has("distinguished") else None,
        is_bot=True if name == "AutoModerator" else None,
    )
