"""Bluesky's public AppView: an account's posts, conversations, profiles.

The permalink is the post's page at bsky.app; its at:// uri and the page by the account's DID are aliases.
Reposts are not posts. Accounts that ask to be shown to logged-in people only are not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawlers.items import Author, CommunitySample, Engagement, Item
from crawlers.parsers.payload import Node, NotData, read_object
from crawlers.parsers.post import Post, make_item, make_items, name_author
from crawlers.parsers.timeline import Listed, Reply, TimelinePage
from crawlers.parsers.walls import WallMet
from watchlists.model import Source

APP, API = "https://bsky.app", "https://public.api.bsky.app"
PAGE = 50
DEPTH = 100
MOST_REPLIES = 5_000
MEMBERS_ONLY = "!no-unauthenticated"

_URI = re.compile(r"at://(?P<did>did:[a-z]+:[\w.:%-]+)/app\.bsky\.feed\.post/(?P<key>[\w.~:-]{1,512})")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueskyTimeline:
    """A Timeline (crawlers.parsers.timeline) of one account; keys are at:// uris."""

    source: Source
    api: str
    actor: str

    @property
    def list_url(self) -> str:
        """The account's posts and answers."""
        return self._call("feed.getAuthorFeed", actor=self.actor, filter="posts_with_replies", limit=PAGE)

    @property
    def sample_url(self) -> str:
        """The account's profile."""
        return self._call("actor.getProfile", actor=self.actor)

    def post_url(self, key: str) -> str:
        """One post."""
        return self._call("feed.getPostThread", uri=key, depth=0, parentHeight=0)

    def thread_url(self, key: str) -> str:
        """A post with what it answers and what answers it."""
        return self._call("feed.getPostThread", uri=key, depth=DEPTH, parentHeight=DEPTH)

    def address_of(self, key: str) -> str:
        """Unique as it stands."""
        return key

    def key_of(self, item: Item) -> str:
        """The at:// uri."""
        return next((alias for alias in item.aliases if alias.startswith("at://")), "")

    def parse_list(self, reply: Reply) -> TimelinePage:
        """A page of the account's posts."""
        node = read_object(reply.body, url=reply.url)
        if not node.has("feed"):
            raise NotData("JSON of another shape", url=reply.url)
        views = [view for view in node.nodes("feed") if not view.node("reason")]
        if views and all(_is_private(view.node("post")) for view in views):
            raise WallMet("log-in", url=reply.url)
        posts = (self._list(view.node("post"), reply) for view in views)
        return TimelinePage(
            posts=tuple(post for post in posts if post), next_url=_next_url(reply.url, node.text("cursor"))
        )

    def parse_post(self, reply: Reply) -> tuple[Item, ...]:
        """A post asked for alone; nothing when it is not there any more."""
        view = read_object(reply.body, url=reply.url).node("thread").node("post")
        return make_items((self._read(view),), now=reply.now)

    def parse_thread(self, reply: Reply, *, opening: Item) -> tuple[Item, ...]:
        """All of a conversation that the answer holds."""
        thread = read_object(reply.body, url=reply.url).node("thread")
        views: list[Node] = []
        waiting = [thread]
        while waiting and len(views) < MOST_REPLIES:
            node = waiting.pop()
            views.append(node.node("post"))
            waiting += node.nodes("replies")
        above = thread.node("parent")
        while above and len(views) < MOST_REPLIES:
            views.append(above.node("post"))
            above = above.node("parent")
        return make_items(tuple(self._read(view) for view in views), now=reply.now)

    def is_gone(self, reply: Reply) -> bool:
        """Said by 400."""
        return read_object(reply.body, url=reply.url).text("error") == "NotFound"

    def parse_sample(self, reply: Reply) -> CommunitySample | None:
        """The account's followers."""
        followers = read_object(reply.body, url=reply.url).count("followersCount")
        return CommunitySample(source=self.source.id, at=reply.now, followers=followers)

    def _call(self, name: str, **wanted: object) -> str:
        return f"{self.api}/xrpc/app.bsky.{name}?{urlencode(wanted)}"

    def _list(self, view: Node, reply: Reply) -> Listed | None:
        post = self._read(view)
        item = make_item(post, now=reply.now) if post else None
        if item is None:
            return None
        return Listed(key=view.text("uri"), item=item, replies=item.engagement.replies or 0)

    def _read(self, view: Node) -> Post | None:
        """A post; it names the conversation's first post and the one it answers."""
        record, uri = view.node("record"), view.text("uri")
        page = _page(uri)
        if page is None or _is_private(view):
            return None
        root, parent = (_page(record.node("reply", end).text("uri")) for end in ("root", "parent"))
        permalink = _page(uri, view.node("author").text("handle")) or page
        return Post(
            kind="reply" if parent else "post",
            permalink=permalink,
            aliases=(uri, page, f"guid:bsky.app:{uri}"),
            thread=(root or "") if parent else permalink,
            parent=parent or "",
            html=_markup(record),
            language=next(iter(record.ids("langs")), None) or self.source.language,
            tags=(*record.ids("tags"), *_tags(record)),
            author=_author(view.node("author")),
            published=record.moment("createdAt") or view.moment("indexedAt"),
            engagement=Engagement(
                upvotes=view.count("likeCount"),
                replies=view.count("replyCount"),
                shares=view.count("repostCount"),
            ),
            links=(
                record.node("embed", "external").text("uri"),
                record.node("embed", "media", "external").text("uri"),
            ),
        )


def locate(source: Source) -> BlueskyTimeline:
    """Which account, from the source's address and target: a handle or a DID."""
    parts = urlsplit(source.url)
    found = re.match(r"/profile/([^/]+)", parts.path)
    actor = (source.target or (found[1] if found else "")).strip().removeprefix("@")
    host = parts.hostname or ""
    is_app = host in {"bsky.app", "bsky.social", "public.api.bsky.app"}
    api = API if is_app else f"{parts.scheme}://{parts.netloc}"
    return BlueskyTimeline(source=source, api=api, actor=actor)


def _page(uri: str, handle: str = "") -> str | None:
    found = _URI.fullmatch(uri)
    if found is None:
        return None
    who = handle if handle and handle != "handle.invalid" else found["did"]
    return f"{APP}/profile/{who}/post/{found['key']}"


def _is_private(view: Node) -> bool:
    return any(label.text("val") == MEMBERS_ONLY for label in view.node("author").nodes("labels"))


def _author(author: Node) -> Author | None:
    handle = author.line("handle")
    return name_author(
        author.line("displayName") or handle,
        native_id=author.line("did"),
        url=f"{APP}/profile/{handle}" if handle else None,
    )


def _tags(record: Node) -> tuple[str, ...]:
    features = (feature for facet in record.nodes("facets") for feature in facet.nodes("features"))
    return tuple(feature.line("tag") for feature in features if feature.text("$type").endswith("#tag"))


def _markup(record: Node) -> str:
    """The text with its links; facets count in bytes of UTF-8."""
    data = record.text("text").encode("utf-8", "replace")
    parts, end = [], 0
    facets = sorted(record.nodes("facets"), key=lambda facet: facet.node("index").count("byteStart") or 0)
    for facet in facets:
        first = facet.node("index").count("byteStart") or 0
        last = facet.node("index").count("byteEnd") or 0
        url = next((each.text("uri") for each in facet.nodes("features") if each.text("uri")), "")
        if url and end <= first < last <= len(data):
            parts += [_escape(data[end:first]), f'<a href="{escape(url)}">{_escape(data[first:last])}</a>']
            end = last
    parts.append(_escape(data[end:]))
    text = "".join(parts).replace("\n", "<br>")
    return f"<p>{text}</p>" if text else ""


def _escape(data: bytes) -> str:
    return escape(data.decode("utf-8", "replace"), quote=False)


def _next_url(url: str, cursor: str) -> str | None:
    if not cursor:
        return None
    base, _, query = url.partition("?")
    return f"{base}?{urlencode({**dict(parse_qsl(query)), 'cursor': cursor})}"
