"""Discourse's JSON: topic lists, topics, posts, the size of the place.

The permalink of a post is /t/SLUG/TOPIC/NUMBER, that of the opening post /t/SLUG/TOPIC: as Discourse's own
feeds have them. The addresses without slug and the GUIDs of the feeds are aliases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from urllib.parse import urljoin, urlsplit

from crawlers.items import Author, CommunitySample, Engagement, Item
from crawlers.parsers.payload import Node, NotData, read_object
from crawlers.parsers.post import Post, make_items, name_author
from watchlists.model import Source

LIKE = "2"
"""The number of the action called like, on every Discourse."""
SHOWN_TYPES = (None, 1, 2)
"""Posts and moderators' posts; 3 is an action in small print, 4 a whisper."""

_TOPIC = re.compile(r"(?P<root>.*)/t/(?:(?P<slug>[^/]*[^/\d][^/]*)/)?(?P<id>\d+)(?:/(?P<number>\d+))?/?")
_BOARD = re.compile(r"(?P<root>.*?)/(?P<path>c/.+|tags?/.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a Discourse is, and what of it is read."""

    root: str
    """Address without a closing slash."""
    listing: str
    """Path of the list, without `.json`; of the topic itself where one topic is read."""
    topic: str = ""
    """Number of the one topic that is read."""
    board: str = ""
    """Slug of a category whose number is still to be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A line of a topic list."""

    id: str
    state: str
    """Begins with the time of the last activity; changes with posts, likes and solutions."""
    active: datetime | None
    is_pinned: bool
    shows_likes: bool
    engagement: Engagement
    """Of the opening post, as far as the list shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicList:
    """A page of a topic list."""

    topics: tuple[Topic, ...]
    next_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPage:
    """A topic with its first posts, or a batch of its posts."""

    slug: str
    items: tuple[Item, ...]
    shown: frozenset[str]
    """Ids of all posts in the answer, small print included."""
    erased: frozenset[str]
    """Ids of posts that their authors erased."""
    stream: tuple[str, ...]
    """Ids of all posts of the topic; empty in a batch."""
    is_cut: bool
    """The stream does not hold all posts: a topic of more than 10,000."""


def locate(url: str, target: str | None) -> Place:
    """What is read, from the source's address and target: a topic, a category, a tag, or everything."""
    parts = urlsplit(url)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.removesuffix(".json").rstrip("/")
    if found := _TOPIC.fullmatch(path):
        return Place(root=origin + found["root"], listing=f"t/{found['id']}", topic=found["id"])
    if found := _BOARD.fullmatch(path):
        return Place(root=origin + found["root"], listing=found["path"])
    root = origin + re.sub(r"/(?:latest|top|new|posts|categories|about)(?:\.rss)?$", "", path)
    wanted = (target or "").strip().strip("/")
    if not wanted:
        return Place(root=root, listing="latest")
    if wanted.startswith(("#", "tag/", "tags/")):
        return Place(root=root, listing=f"tag/{wanted.removeprefix('#').rpartition('/')[2]}")
    if re.search(r"(?:^|/)\d+$", wanted):
        return Place(root=root, listing=f"c/{wanted.removeprefix('c/')}")
    return Place(root=root, listing="", board=wanted.removeprefix("c/"))


def topic_of(permalink: str) -> tuple[str, int] | None:
    """The topic's number and the post's place in it, of a post's permalink."""
    found = _TOPIC.fullmatch(urlsplit(permalink).path)
    return (found["id"], int(found["number"] or 1)) if found else None


def parse_topics(body: bytes, *, url: str, root: str) -> TopicList:
    """A page of a list."""
    node = read_object(body, url=url).node("topic_list")
    if not node.has("topics"):
        raise NotData("JSON of another shape", url=url)
    topics = tuple(_read_topic(each) for each in node.nodes("topics") if each.id("id"))
    return TopicList(topics=topics, next_url=_next(node.text("more_topics_url"), root))


def parse_topic(body: bytes, *, url: str, root: str, source: Source, now: datetime) -> TopicPage:
    """A topic with its first posts."""
    node = read_object(body, url=url)
    page = node.node("post_stream")
    if not page.has("posts"):
        raise NotData("JSON of another shape", url=url)
    return _read_page(node, page, root=root, source=source, now=now)


def parse_board(body: bytes, *, url: str, board: str) -> str | None:
    """The list path of a category known by its slug or name."""
    node = read_object(body, url=url)
    waiting = [*node.node("category_list").nodes("categories"), *node.nodes("categories")]
    for each in waiting:
        waiting += each.nodes("subcategory_list")
        if board.casefold() in {each.text("slug").casefold(), each.line("name").casefold()}:
            return f"c/{each.text('slug') or '-'}/{each.id('id')}"
    return None


def parse_about(body: bytes, *, url: str, source: str, now: datetime) -> CommunitySample:
    """The size of the place; active users are those of seven days."""
    stats = read_object(body, url=url).node("about", "stats")
    week = stats.count("posts_7_days")
    return CommunitySample(
        source=source,
        at=now,
        members=stats.count("users_count") or stats.count("user_count"),
        active_users=stats.count("active_users_7_days"),
        posts_per_day=None if week is None else week / 7,
    )


def _read_topic(node: Node) -> Topic:
    active = node.moment("bumped_at") or node.moment("last_posted_at") or node.moment("created_at")
    posts, likes = node.count("posts_count"), node.count("like_count")
    states = (posts, node.count("highest_post_number"), likes, node.flag("has_accepted_answer"))
    return Topic(
        id=node.id("id"),
        state="|".join([active.isoformat() if active else "", *map(str, states)]),
        active=active,
        is_pinned=bool(node.flag("pinned") or node.flag("pinned_globally")),
        shows_likes=likes is not None,
        engagement=Engagement(replies=_replies(posts), views=node.count("views")),
    )


def _next(address: str, root: str) -> str | None:
    """The list's next page is named as a browser asks for it."""
    if not address:
        return None
    parts = urlsplit(urljoin(f"{root}/", address))
    path = parts.path if parts.path.endswith(".json") else f"{parts.path}.json"
    return parts._replace(path=path).geturl()


def _read_page(node: Node, page: Node, *, root: str, source: Source, now: datetime) -> TopicPage:
    posts = page.nodes("posts")
    slug = node.text("slug") or next((post.text("topic_slug") for post in posts), "")
    told = [
        _read_post(post, node, slug=slug, root=root, source=source)
        for post in posts
        if post.count("post_type") in SHOWN_TYPES and not _is_erased(post)
    ]
    stream = page.ids("stream")
    is_whole = page.has("stream") and node.flag("isMegaTopic") is not True
    return TopicPage(
        slug=slug,
        items=make_items(tuple(told), now=now),
        shown=frozenset(post.id("id") for post in posts),
        erased=frozenset(post.id("id") for post in posts if _is_erased(post)),
        stream=stream,
        is_cut=not is_whole,
    )


def _is_erased(post: Node) -> bool:
    return post.flag("user_deleted") is True or bool(post.text("deleted_at"))


def _read_post(post: Node, topic: Node, *, slug: str, root: str, source: Source) -> Post:
    number, thread = post.count("post_number") or 1, post.id("topic_id") or topic.id("id")
    opening = "/".join(filter(None, (root, "t", slug, thread)))
    is_first = number == 1
    host = urlsplit(root).hostname or ""
    answered = post.count("reply_to_post_number") or 1
    edited = post.moment("updated_at") if (post.count("version") or 1) > 1 else None
    return Post(
        kind="post" if is_first else "reply",
        permalink=opening if is_first else f"{opening}/{number}",
        aliases=(
            f"{opening}/{number}",
            f"{root}/t/{thread}/{number}",
            *((f"{root}/t/{thread}", f"guid:{host}:{host}-topic-{thread}") if is_first else ()),
            f"guid:{host}:{host}-post-{post.id('id')}",
        ),
        native_id=post.id("id"),
        thread=opening,
        parent="" if is_first else opening if answered == 1 else f"{opening}/{answered}",
        title=_title(topic) if is_first else "",
        html=post.text("cooked"),
        language=source.language,
        tags=_tags(topic) if is_first else (),
        author=_author(post, root),
        published=post.moment("created_at"),
        edited=edited,
        is_accepted=post.flag("accepted_answer"),
        is_solved=_is_solved(topic, post) if is_first else None,
        engagement=_engagement(post, topic),
    )


def _title(topic: Node) -> str:
    return topic.line("title") or unescape(topic.line("fancy_title"))


def _tags(topic: Node) -> tuple[str, ...]:
    return (*topic.ids("tags"), *(each.line("name") for each in topic.nodes("tags")))


def _author(post: Node, root: str) -> Author | None:
    flags = [post.flag(key) for key in ("staff", "moderator", "admin")]
    number = post.count("user_id")
    name = post.line("username")
    return name_author(
        name,
        native_id=post.id("user_id"),
        url=f"{root}/u/{name}" if name else None,
        is_staff=any(flags) if any(flag is not None for flag in flags) else None,
        is_bot=True if number is not None and number < 0 else None,  # the engine's own accounts
    )


def _is_solved(topic: Node, post: Node) -> bool | None:
    """None where the forum does not mark solutions."""
    if topic.node("accepted_answer") or topic.nodes("accepted_answers") or topic.flag("has_accepted_answer"):
        return True
    marks = topic.has("has_accepted_answer") or post.has("accepted_answer") or post.has("can_accept_answer")
    return False if marks else None


def _engagement(post: Node, topic: Node) -> Engagement:
    if post.count("post_number") == 1:
        replies, views = _replies(topic.count("posts_count")), topic.count("views")
        return Engagement(upvotes=_likes(post), replies=replies, views=views)
    return Engagement(upvotes=_likes(post), replies=post.count("reply_count"))


def _likes(post: Node) -> int | None:
    """Actions nobody took are not listed, so no like is none; no list is not shown."""
    if not post.has("actions_summary"):
        return None
    likes = (each.count("count") for each in post.nodes("actions_summary") if each.id("id") == LIKE)
    return next((count for count in likes if count is not None), 0)


def _replies(posts: int | None) -> int | None:
    return None if posts is None else max(posts - 1, 0)
