"""NodeBB's read API, the pages as JSON under `/api`: lists of topics, and the posts of one. Pure.

A topic's address is `/topic/ID`; a post's permalink is `/post/ID`, which it keeps wherever the post moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from crawlers.items import Author, Engagement, Item
from crawlers.parsers.bodies import find_links
from crawlers.parsers.dates import clamp_date
from crawlers.parsers.forum import Board, ForumPage, Thread
from crawlers.parsers.payload import Node, NotData, read_object
from crawlers.urls import item_id
from watchlists.model import Source

TEAM = frozenset({"administrators", "global moderators", "moderators"})

_TOPIC = re.compile(r"/topic/(\d+)")
_SECTION = r"/(?:api|topic|category|categories|recent|popular|tags|user|post)(?:/|$)"


def find_root(url: str) -> str:
    """Where the forum is installed, without a closing slash."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{re.split(_SECTION, parts.path)[0].rstrip('/')}"


def find_listing(url: str, target: str | None) -> str:
    """The API's address of what a source reads: everything, a category, a tag or one topic."""
    root = find_root(url)
    path = urlsplit(url).path.removeprefix(urlsplit(root).path)
    if path.startswith("/api/"):
        return url
    if target:
        return (
            f"{root}/api/category/{target}"
            if target.partition("/")[0].isdecimal()
            else f"{root}/api/tags/{target}"
        )
    found = re.match(r"/(?:topic/\d+|category/\d+|tags/[^/]+)", path)
    return f"{root}/api{found[0]}" if found else f"{root}/api/recent"


def find_page(url: str) -> str:
    """The API's address of a topic; an address of the API stays as it is."""
    found = _TOPIC.search(url)
    return url if "/api/" in url or found is None else f"{find_root(url)}/api/topic/{found[1]}"


def parse_nodebb(
    body: bytes, *, url: str, source: Source, now: datetime, content_type: str = "", opener: str | None = None
) -> ForumPage:
    """A list of topics or a topic, whichever it is; raises NotData or WallMet."""
    answer = read_object(body, url=url)
    root = find_root(url)
    next_url = _next_url(answer, url)
    if answer.has("posts") and answer.id("tid"):
        posts = tuple(_read_posts(answer, root=root, source=source, now=now))
        thread = f"{root}/topic/{answer.id('tid')}"
        return ForumPage(
            engine="nodebb", thread_url=thread, title=answer.line("title"), posts=posts, next_url=next_url
        )
    if not answer.has("topics"):
        raise NotData("JSON of another shape", url=url)
    boards = tuple(
        Board(url=f"{root}/api/category/{child.id('cid')}", name=child.line("name"))
        for child in answer.nodes("children")
    )
    threads = tuple(_read_thread(node, root) for node in answer.nodes("topics") if not node.count("deleted"))
    return ForumPage(engine="nodebb", boards=boards, threads=threads, next_url=next_url)


def _next_url(answer: Node, url: str) -> str | None:
    pagination = answer.node("pagination")
    page = pagination.node("next").count("page")
    if not pagination.node("next").flag("active") or page is None:
        return None
    return f"{url.partition('?')[0]}?page={page}"


def _read_thread(node: Node, root: str) -> Thread:
    posts = node.count("postcount")
    return Thread(
        url=f"{root}/topic/{node.id('tid')}",
        title=node.line("title"),
        engagement=Engagement(
            replies=None if posts is None else max(posts - 1, 0),
            views=node.count("viewcount"),
            upvotes=node.count("upvotes"),
            downvotes=node.count("downvotes"),
        ),
        last=node.moment("lastposttimeISO") or node.moment("timestampISO"),
        is_pinned=bool(node.data.get("pinned")),
    )


def _read_posts(answer: Node, *, root: str, source: Source, now: datetime) -> Iterator[Item]:
    main = answer.id("mainPid") or next((post.id("pid") for post in answer.nodes("posts")), "")
    opening = item_id(f"{root}/post/{main}")
    for post in answer.nodes("posts"):
        if post.data.get("deleted") or not post.id("pid") or not post.has("content"):
            continue
        yield _read_post(post, answer, opening=opening, root=root, source=source, now=now)


def _read_post(post: Node, topic: Node, *, opening: str, root: str, source: Source, now: datetime) -> Item:
    permalink = f"{root}/post/{post.id('pid')}"
    id = item_id(permalink)
    is_first = id == opening
    html = post.text("content")
    published, raw = clamp_date(post.moment("timestampISO"), post.text("timestampISO"), now=now)
    parent = item_id(f"{root}/post/{post.id('toPid')}") if post.id("toPid") else opening
    slug = topic.text("slug")
    names = (f"{root}/topic/{topic.id('tid')}", *([f"{root}/topic/{slug}"] if slug else []))
    return Item(
        id=id,
        kind="post" if is_first else "reply",
        permalink=permalink,
        aliases=names if is_first else (),
        native_id=f"post-{post.id('pid')}",
        thread_id=opening,
        parent_id=None if is_first else parent,
        title=topic.line("title") if is_first else "",
        html=html,
        language=source.language,
        tags=tuple(tag.line("value") for tag in topic.nodes("tags")) if is_first else (),
        author=_read_author(post.node("user"), root),
        published=published,
        published_raw=raw,
        edited=post.moment("editedISO"),
        fetched=now,
        is_solved=bool(topic.data.get("isSolved")) if is_first and topic.has("isSolved") else None,
        engagement=Engagement(upvotes=post.count("upvotes"), downvotes=post.count("downvotes")),
        links=find_links(html, base=root),
    )


def _read_author(user: Node, root: str) -> Author | None:
    name = user.line("displayname") or user.line("username")
    if not name:
        return None
    shows = user.has("selectedGroups")
    groups = {group.line("name").casefold() for group in user.nodes("selectedGroups")}
    slug = user.text("userslug")
    return Author(
        name=name,
        native_id=user.id("uid") or None,
        url=f"{root}/user/{slug}" if slug else None,
        # Groups are shown where members chose to wear them: without one, nothing is said.
        is_staff=True if shows and groups & TEAM else None,
    )
