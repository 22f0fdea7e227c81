"""Lemmy's API (version 3): posts and comments of a community, votes both ways, its size.

The permalink is the ActivityPub id, which is the page on the server it was written on; the page on the
server that is read is an alias.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawlers.items import Author, CommunitySample, Engagement, Item
from crawlers.parsers.markdown import markdown_as_html
from crawlers.parsers.payload import Node, NotData, read_object
from crawlers.parsers.post import Post, make_item, make_items, name_author
from crawlers.parsers.timeline import Listed, Reply, TimelinePage
from watchlists.model import Source

PAGE = 50
DEPTH = 50
GONE = frozenset({"couldnt_find_post", "couldnt_find_comment", "not_found", "deleted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LemmyTimeline:
    """A Timeline (crawlers.parsers.timeline) of a community, or of all that a server has."""

    source: Source
    root: str
    community: str = ""

    @property
    def list_url(self) -> str:
        """The newest posts."""
        wanted = {"sort": "New", "limit": str(PAGE)}
        wanted |= {"community_name": self.community} if self.community else {"type_": "Local"}
        return f"{self.root}/api/v3/post/list?{urlencode(wanted)}"

    @property
    def sample_url(self) -> str:
        """The community, or the server."""
        if not self.community:
            return f"{self.root}/api/v3/site"
        return f"{self.root}/api/v3/community?{urlencode({'name': self.community})}"

    def post_url(self, key: str) -> str:
        """One post or comment."""
        kind, _, number = key.partition(":")
        return f"{self.root}/api/v3/{kind}?id={number}"

    def thread_url(self, key: str) -> str:
        """The comments of a post."""
        wanted = {"post_id": key.partition(":")[2], "max_depth": str(DEPTH), "sort": "Old", "type_": "All"}
        return f"{self.root}/api/v3/comment/list?{urlencode({**wanted, 'limit': str(PAGE)})}"

    def address_of(self, key: str) -> str:
        """Numbers are the server's own."""
        return f"native:{urlsplit(self.root).hostname}:{key}"

    def key_of(self, item: Item) -> str:
        """`post:5` or `comment:7`."""
        start = self.address_of("")
        found = (alias for alias in item.aliases if alias.startswith(start))
        return next(found, "").removeprefix(start)

    def parse_list(self, reply: Reply) -> TimelinePage:
        """A page of posts."""
        node = read_object(reply.body, url=reply.url)
        if not node.has("posts"):
            raise NotData("JSON of another shape", url=reply.url)
        listed = (self._list(view, reply) for view in node.nodes("posts"))
        is_full = len(node.nodes("posts")) >= PAGE
        return TimelinePage(
            posts=tuple(one for one in listed if one),
            next_url=_next_url(reply.url, node) if is_full else None,
        )

    def parse_post(self, reply: Reply) -> tuple[Item, ...]:
        """A post or comment asked for alone; nothing when it was taken down."""
        node = read_object(reply.body, url=reply.url)
        if view := node.node("comment_view"):
            return make_items((self._read_comment(view, {}),), now=reply.now)
        return make_items((self._read_post(node.node("post_view")),), now=reply.now)

    def parse_thread(self, reply: Reply, *, opening: Item) -> tuple[Item, ...]:
        """The comments of a post."""
        views = read_object(reply.body, url=reply.url).nodes("comments")
        pages = {view.node("comment").id("id"): view.node("comment").text("ap_id") for view in views}
        return make_items(tuple(self._read_comment(view, pages) for view in views), now=reply.now)

    def is_gone(self, reply: Reply) -> bool:
        """Older servers say it by 400."""
        return read_object(reply.body, url=reply.url).text("error") in GONE

    def parse_sample(self, reply: Reply) -> CommunitySample | None:
        """Subscribers and the month's active users, of the community or the server."""
        node = read_object(reply.body, url=reply.url)
        counts = node.node("community_view", "counts") or node.node("site_view", "counts")
        return CommunitySample(
            source=self.source.id,
            at=reply.now,
            members=counts.count("users"),
            subscribers=counts.count("subscribers"),
            active_users=counts.count("users_active_month"),
        )

    def _list(self, view: Node, reply: Reply) -> Listed | None:
        post = self._read_post(view)
        item = make_item(post, now=reply.now) if post else None
        if item is None:
            return None
        replies = item.engagement.replies or 0
        return Listed(key=f"post:{view.node('post').id('id')}", item=item, replies=replies)

    def _read_post(self, view: Node) -> Post | None:
        post, counts = view.node("post"), view.node("counts")
        if not post or _is_down(post):
            return None
        return Post(
            kind="post",
            permalink=post.text("ap_id"),
            aliases=(f"{self.root}/post/{post.id('id')}", self.address_of(f"post:{post.id('id')}")),
            thread=post.text("ap_id"),
            title=post.line("name"),
            html=markdown_as_html(post.text("body")),
            language=self.source.language,
            author=_author(view),
            published=post.moment("published"),
            edited=post.moment("updated"),
            engagement=_engagement(counts, replies=counts.count("comments")),
            links=(post.text("url"),),
        )

    def _read_comment(self, view: Node, pages: dict[str, str]) -> Post | None:
        """A comment; its path names all comments above it, the topmost first."""
        comment, counts, opening = view.node("comment"), view.node("counts"), view.node("post").text("ap_id")
        if not comment or _is_down(comment):
            return None
        above = comment.text("path").split(".")[1:-1]
        parent = pages.get(above[-1], f"{self.root}/comment/{above[-1]}") if above else opening
        return Post(
            kind="reply",
            permalink=comment.text("ap_id"),
            aliases=(
                f"{self.root}/comment/{comment.id('id')}",
                self.address_of(f"comment:{comment.id('id')}"),
            ),
            thread=opening,
            parent=parent,
            html=markdown_as_html(comment.text("content")),
            language=self.source.language,
            author=_author(view),
            published=comment.moment("published"),
            edited=comment.moment("updated"),
            engagement=_engagement(counts, replies=counts.count("child_count")),
        )


def locate(source: Source) -> LemmyTimeline:
    """What is read, from the source's address and target: a community, or the whole server."""
    parts = urlsplit(source.url)
    found = re.match(r"/c/([^/]+)", parts.path)
    community = (source.target or (found[1] if found else "")).strip().removeprefix("!")
    return LemmyTimeline(source=source, root=f"{parts.scheme}://{parts.netloc}", community=community)


def _next_url(url: str, node: Node) -> str:
    """By cursor where the server has them, else by number."""
    base, _, query = url.partition("?")
    asked = dict(parse_qsl(query))
    if cursor := node.text("next_page"):
        return f"{base}?{urlencode({**asked, 'page_cursor': cursor})}"
    page = int(asked.get("page", "1")) + 1
    return f"{base}?{urlencode({**asked, 'page': page})}"


def _is_down(node: Node) -> bool:
    return node.flag("deleted") is True or node.flag("removed") is True


def _author(view: Node) -> Author | None:
    creator = view.node("creator")
    flags = [view.flag("creator_is_moderator"), view.flag("creator_is_admin")]
    return name_author(
        creator.line("display_name") or creator.line("name"),
        native_id=creator.text("actor_id"),
        url=creator.text("actor_id") or None,
        is_staff=any(flags) if any(flag is not None for flag in flags) else None,
        is_bot=creator.flag("bot_account"),
    )


def _engagement(counts: Node, *, replies: int | None) -> Engagement:
    return Engagement(upvotes=counts.count("upvotes"), downvotes=counts.count("downvotes"), replies=replies)
