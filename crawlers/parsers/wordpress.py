"""WordPress's REST API (wp/v2): posts and comments.

The permalink of a post is its `link`, that of a comment its `link` (the post's, with `#comment-NUMBER`); the
GUIDs that its feeds give are aliases, so that a post read by feed and by API is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlsplit

from crawlers.items import Author, Item
from crawlers.parsers.bodies import plain_text
from crawlers.parsers.payload import Node, read_list
from crawlers.parsers.post import Post, make_items, name_author
from watchlists.model import Source

POSTS = "wp-json/wp/v2/posts?per_page=20&orderby=modified&order=desc&_embed=author%2Cwp%3Aterm"
COMMENTS = "wp-json/wp/v2/comments?per_page=50&orderby=date_gmt&order=desc"

_NO_TAGS = ("uncategorized", "non classé")
_API = re.compile(r"/(?:wp-json(?:/.*)?|feed/?|comments/feed/?)$")


def find_root(url: str) -> str:
    """The address of the blog itself, with a closing slash."""
    parts = urlsplit(url)
    path = _API.sub("", parts.path).rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}/"


def parse_posts(body: bytes, *, url: str, source: Source, now: datetime) -> tuple[Item, ...]:
    """The posts of an answer; those that ask for a password have no text and are left out."""
    posts = (_read_post(node, source) for node in read_list(body, url=url))
    return make_items(tuple(posts), now=now)


def parse_comments(body: bytes, *, url: str, source: Source, now: datetime) -> tuple[Item, ...]:
    """The comments of an answer, each under its post."""
    comments = (_read_comment(node, source) for node in read_list(body, url=url))
    return make_items(tuple(comments), now=now)


def find_oldest(body: bytes, *, url: str, key: str) -> datetime | None:
    """The earliest of a date (`modified_gmt`, `date_gmt`) in an answer."""
    moments = (_moment(node, key) for node in read_list(body, url=url))
    return min((moment for moment in moments if moment), default=None)


def _read_post(node: Node, source: Source) -> Post | None:
    content = node.node("content")
    if not node.text("link") or content.flag("protected"):
        return None
    link, modified, published = node.text("link"), _moment(node, "modified_gmt"), _moment(node, "date_gmt")
    return Post(
        kind="article",
        permalink=link,
        aliases=tuple(_guids(node, link)),
        native_id=f"post-{node.id('id')}",
        thread=link,
        title=plain_text(node.node("title").text("rendered")),
        html=content.text("rendered") or node.node("excerpt").text("rendered"),
        language=source.language,
        tags=_tags(node),
        author=_author(node),
        published=published,
        edited=modified if modified != published else None,
    )


def _read_comment(node: Node, source: Source) -> Post | None:
    link = node.text("link")
    if "#comment-" not in link:
        return None
    post, parent = link.partition("#")[0], node.count("parent")
    name = node.line("author_name")
    return Post(
        kind="reply",
        permalink=link,
        aliases=(f"guid:{urlsplit(link).hostname}:{link}",),
        native_id=f"comment-{node.id('id')}",
        thread=post,
        parent=f"{post}#comment-{parent}" if parent else post,
        html=node.node("content").text("rendered"),
        language=source.language,
        author=name_author(plain_text(name), native_id=node.id("author") if node.count("author") else ""),
        published=_moment(node, "date_gmt"),
    )


def _guids(node: Node, link: str) -> Iterator[str]:
    if guid := node.node("guid").text("rendered"):
        address, host = unescape(guid), urlsplit(link).hostname
        yield f"guid:{host}:{address}"
        if address.startswith(("http://", "https://")) and urlsplit(address).hostname == host:
            yield address


def _tags(node: Node) -> tuple[str, ...]:
    groups = node.node("_embedded").data.get("wp:term")
    lists = groups if isinstance(groups, list) else []
    terms = (
        Node(term) for each in lists if isinstance(each, list) for term in each if isinstance(term, dict)
    )
    names = (plain_text(term.text("name")) for term in terms)
    return tuple(name for name in names if name.casefold() not in _NO_TAGS)


def _author(node: Node) -> Author | None:
    found = node.node("_embedded").nodes("author")
    if not found:
        return None
    return name_author(
        plain_text(found[0].text("name")), native_id=found[0].id("id"), url=found[0].text("link") or None
    )


def _moment(node: Node, key: str) -> datetime | None:
    """The API writes times in Greenwich without saying so."""
    found = node.moment(key)
    return found.astimezone(UTC) if found else None
