"""Flarum's JSON:API: its lists of discussions, and the posts of one. Pure.

A discussion's address is `/d/ID`, its opening post's permalink the same with the slug people share;
a reply's permalink adds its number in the discussion. Native ids are the post's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import urlencode, urljoin, urlsplit

from crawlers.items import Author, Engagement, Item
from crawlers.parsers.bodies import find_links
from crawlers.parsers.dates import clamp_date
from crawlers.parsers.forum import ForumPage, Thread
from crawlers.parsers.payload import Node, NotData, read_object
from crawlers.urls import item_id
from watchlists.model import Source

PER_LIST = 20
PER_THREAD = 50
TEAM = frozenset({"1", "4"})
"""Ids of the groups every Flarum has: administrators and moderators."""

_DISCUSSION = re.compile(r"/d/(\d+)")
_TAG = re.compile(r"/t/([^/?#]+)")
_API = re.compile(r"/api/(?:discussions|posts)\b")

Resources = Mapping[tuple[str, str], Node]


def find_root(url: str) -> str:
    """Where the forum is installed, without a closing slash."""
    parts = urlsplit(url)
    path = re.split(r"/(?:api|d|t|u|tags|all)(?:/|$)", parts.path)[0].rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def find_listing(url: str, target: str | None) -> str:
    """The API's address of what a source reads: everything, a tag, or one discussion."""
    if _API.search(url):
        return url
    if _DISCUSSION.search(url):
        return find_page(url)
    tag = target or (found[1] if (found := _TAG.search(url)) else None)
    query = {"include": "user,tags", "sort": "-lastPostedAt", "page[limit]": str(PER_LIST)}
    query |= {"filter[tag]": tag} if tag else {}
    return f"{find_root(url)}/api/discussions?{urlencode(query)}"


def find_page(url: str) -> str:
    """The API's address of a discussion's posts; an address of the API stays as it is."""
    found = _DISCUSSION.search(url)
    if _API.search(url) or found is None:
        return url
    query = {
        "filter[discussion]": found[1],
        "include": "user,user.groups,discussion",
        "page[limit]": str(PER_THREAD),
        "sort": "number",
    }
    return f"{find_root(url)}/api/posts?{urlencode(query)}"


def parse_flarum(
    body: bytes, *, url: str, source: Source, now: datetime, content_type: str = "", opener: str | None = None
) -> ForumPage:
    """A list of discussions or of posts, whichever it is; raises NotData or WallMet."""
    answer = read_object(body, url=url)
    if not answer.has("data"):
        raise NotData("JSON without data", url=url)
    resources = {(node.text("type"), node.id("id")): node for node in answer.nodes("included")}
    following = answer.node("links").text("next")
    next_url = urljoin(url, following) if following else None
    data = answer.nodes("data")
    root = find_root(url)
    if "/api/posts" in url:
        posts = tuple(_read_posts(data, resources, root=root, source=source, now=now))
        return ForumPage(
            engine="flarum", thread_url=_thread_of(posts, root, url), posts=posts, next_url=next_url
        )
    threads = tuple(_read_thread(node, root) for node in data)
    return ForumPage(engine="flarum", threads=threads, next_url=next_url)


def _thread_of(posts: tuple[Item, ...], root: str, url: str) -> str:
    found = re.search(r"filter(?:\[|%5B)discussion(?:\]|%5D)=(\d+)", url)
    if found:
        return f"{root}/d/{found[1]}"
    return next((_bare(item.permalink, root) for item in posts), url)


def _bare(permalink: str, root: str) -> str:
    found = _DISCUSSION.search(permalink)
    return f"{root}/d/{found[1]}" if found else permalink


def _read_thread(node: Node, root: str) -> Thread:
    attributes = node.node("attributes")
    comments = attributes.count("commentCount")
    views = attributes.count("viewCount")
    return Thread(
        url=f"{root}/d/{node.id('id')}",
        title=attributes.line("title"),
        engagement=Engagement(
            replies=None if comments is None else max(comments - 1, 0),
            views=attributes.count("views") if views is None else views,
        ),
        last=attributes.moment("lastPostedAt"),
        is_pinned=bool(attributes.flag("isSticky")),
    )


def _read_posts(
    data: tuple[Node, ...], resources: Resources, *, root: str, source: Source, now: datetime
) -> Iterator[Item]:
    for node in data:
        attributes = node.node("attributes")
        # Hidden posts and notices (renamed, locked, tagged) are no posts to read.
        if attributes.text("contentType") not in {"comment", ""} or attributes.flag("isHidden"):
            continue
        discussion = _related(node, "discussion", resources)
        if attributes.has("contentHtml") and discussion:
            yield _read_post(node, discussion, resources, root=root, source=source, now=now)


def _read_post(
    node: Node, discussion: Node, resources: Resources, *, root: str, source: Source, now: datetime
) -> Item:
    attributes, about = node.node("attributes"), discussion.node("attributes")
    slug = about.text("slug") or discussion.id("id")
    slug = slug if slug.partition("-")[0] == discussion.id("id") else f"{discussion.id('id')}-{slug}"
    opening, number = f"{root}/d/{slug}", attributes.count("number") or 1
    bare = f"{root}/d/{discussion.id('id')}"
    is_first = number == 1
    html = attributes.text("contentHtml")
    published, raw = clamp_date(attributes.moment("createdAt"), attributes.text("createdAt"), now=now)
    permalink = opening if is_first else f"{opening}/{number}"
    return Item(
        id=item_id(permalink),
        kind="post" if is_first else "reply",
        permalink=permalink,
        aliases=(bare, f"{opening}/1") if is_first else (f"{bare}/{number}",),
        native_id=f"post-{node.id('id')}",
        thread_id=item_id(opening),
        parent_id=None if is_first else _parent(html, opening, number),
        title=about.line("title") if is_first else "",
        html=html,
        language=source.language,
        author=_read_author(_related(node, "user", resources), root),
        published=published,
        published_raw=raw,
        edited=attributes.moment("editedAt"),
        fetched=now,
        is_accepted=_is_best(node, discussion),
        is_solved=attributes_solved(about) if is_first else None,
        engagement=Engagement(upvotes=_likes(node)),
        links=find_links(html, base=root),
    )


def attributes_solved(about: Node) -> bool | None:
    """Whether the discussion has a best answer; None where the forum has no such thing."""
    if not about.has("hasBestAnswer"):
        return None
    return bool(about.data.get("hasBestAnswer"))


def _is_best(node: Node, discussion: Node) -> bool | None:
    best = discussion.node("relationships", "bestAnswerPost", "data").id("id") or discussion.node(
        "attributes"
    ).id("hasBestAnswer")
    return True if best and best == node.id("id") else None


def _parent(html: str, opening: str, number: int) -> str:
    """The post that is answered: the first one mentioned, else the opening one."""
    found = re.search(
        r'class="PostMention"[^>]*\bdata-number="(\d+)"|/d/\d+[^"/]*/(\d+)"[^>]*class="PostMention"', html
    )
    mentioned = int((found[1] or found[2])[:9]) if found else 1
    return item_id(opening if mentioned in {1, number} else f"{opening}/{mentioned}")


def _likes(node: Node) -> int | None:
    count = node.node("attributes").count("likesCount")
    if count is not None:
        return count
    likes = node.node("relationships", "likes").data.get("data")
    return len(likes) if isinstance(likes, list) else None


def _read_author(user: Node, root: str) -> Author | None:
    about = user.node("attributes")
    name = about.line("displayName") or about.line("username")
    if not name:
        return None
    groups = user.node("relationships", "groups")
    is_staff = any(group.id("id") in TEAM for group in groups.nodes("data")) if groups else None
    slug = about.text("slug") or about.text("username")
    return Author(name=name, native_id=user.id("id") or None, url=f"{root}/u/{slug}", is_staff=is_staff)


def _related(node: Node, name: str, resources: Resources) -> Node:
    link = node.node("relationships", name, "data")
    return resources.get((link.text("type"), link.id("id")), Node())
