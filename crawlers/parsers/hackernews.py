"""Hacker News through its search API (Algolia): stories and comments, conversations whole.

The permalink is the item's page on the site, as its own feeds have it. Sites that answer as the search API
does are read on their own host; news.ycombinator.com is read at hn.algolia.com.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawlers.items import CommunitySample, Engagement, Item
from crawlers.parsers.payload import Node, NotData, read_object
from crawlers.parsers.post import Post, make_items, name_author
from crawlers.parsers.timeline import Listed, Reply, TimelinePage
from watchlists.model import Source

PAGE = 100
MOST_HITS = 1_000
"""The search shows no more of one query, however many pages are asked for."""
MOST_COMMENTS = 20_000
SITE, API = "https://news.ycombinator.com", "https://hn.algolia.com"
OFFICIAL = frozenset({"news.ycombinator.com", "hn.algolia.com"})

_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class HackerNewsTimeline:
    """A Timeline (crawlers.parsers.timeline): what was written about a query or a domain, or everything."""

    source: Source
    site: str
    api: str
    query: str = ""

    @property
    def list_url(self) -> str:
        """Stories and comments by date; only stories where a domain is followed."""
        wanted: dict[str, str | int] = {"tags": "(story,comment,poll)", "hitsPerPage": PAGE}
        if self.query:
            wanted["query"] = self.query
        if _DOMAIN.fullmatch(self.query):
            wanted |= {"tags": "story", "restrictSearchableAttributes": "url"}
        return f"{self.api}/api/v1/search_by_date?{urlencode(wanted)}"

    @property
    def sample_url(self) -> str:
        """The site does not show its size."""
        return ""

    def post_url(self, key: str) -> str:
        """An item with all that answers it."""
        return f"{self.api}/api/v1/items/{key}"

    def thread_url(self, key: str) -> str:
        """The same."""
        return self.post_url(key)

    def address_of(self, key: str) -> str:
        """The item's page."""
        return f"{self.site}/item?id={key}"

    def key_of(self, item: Item) -> str:
        """The item's number."""
        return item.native_id or ""

    def parse_list(self, reply: Reply) -> TimelinePage:
        """A page of hits."""
        node = read_object(reply.body, url=reply.url)
        if not node.has("hits"):
            raise NotData("JSON of another shape", url=reply.url)
        posts = tuple(post for hit in node.nodes("hits") for post in self._list(hit, reply))
        return TimelinePage(posts=posts, next_url=_next_url(reply.url, node))

    def parse_post(self, reply: Reply) -> tuple[Item, ...]:
        """An item and what answers it; nothing where the API answers null."""
        if reply.body.strip() == b"null":
            return ()
        return self._read_tree(read_object(reply.body, url=reply.url), reply)

    def parse_thread(self, reply: Reply, *, opening: Item) -> tuple[Item, ...]:
        """The same."""
        return self.parse_post(reply)

    def is_gone(self, reply: Reply) -> bool:
        """Said by 404 only."""
        return False

    def parse_sample(self, reply: Reply) -> CommunitySample | None:
        """Nothing to see."""
        return None

    def _list(self, hit: Node, reply: Reply) -> Iterator[Listed]:
        """A comment says which story it is of, so its conversation need not be read to place it."""
        key, parent = hit.id("objectID"), hit.id("parent_id")
        story = hit.id("story_id") if parent else key
        post = Post(
            kind="reply" if parent else "post",
            permalink=self.address_of(key),
            native_id=key,
            thread=self.address_of(story) if story else "",
            parent=self.address_of(parent) if parent else "",
            title="" if parent else hit.line("title"),
            html=_markup(hit.text("comment_text") or hit.text("story_text")),
            language=self.source.language,
            author=name_author(hit.line("author"), url=f"{self.site}/user?id={hit.line('author')}"),
            published=hit.moment("created_at_i") or hit.moment("created_at"),
            engagement=_engagement(hit, is_story=not parent),
            links=(hit.text("url"),),
        )
        for item in make_items((post,), now=reply.now):
            yield Listed(
                key=key,
                item=item,
                replies=0 if parent or self._lists_comments else hit.count("num_comments") or 0,
            )

    @property
    def _lists_comments(self) -> bool:
        """Where everything is listed, conversations need not be asked for."""
        return not self.query

    def _read_tree(self, root: Node, reply: Reply) -> tuple[Item, ...]:
        posts: list[Post | None] = []
        waiting = [root]
        while waiting and len(posts) < MOST_COMMENTS:
            node = waiting.pop()
            waiting += node.nodes("children")
            posts.append(self._read(node, root))
        return make_items(tuple(posts), now=reply.now)

    def _read(self, node: Node, root: Node) -> Post | None:
        """An item of a tree; deleted ones are there without an author, to hold their answers."""
        key, parent = node.id("id"), node.id("parent_id")
        story = node.id("story_id") or root.id("story_id") or ("" if root.id("parent_id") else root.id("id"))
        if not key or not node.text("author"):
            return None
        return Post(
            kind="reply" if parent else "post",
            permalink=self.address_of(key),
            native_id=key,
            thread=self.address_of(story if parent else key) if story or not parent else "",
            parent=self.address_of(parent) if parent else "",
            title="" if parent else node.line("title"),
            html=_markup(node.text("text")),
            language=self.source.language,
            author=name_author(node.line("author"), url=f"{self.site}/user?id={node.line('author')}"),
            published=node.moment("created_at_i") or node.moment("created_at"),
            engagement=Engagement(
                upvotes=node.count("points"), replies=None if parent else _count_below(node)
            ),
            links=(node.text("url"),),
        )


def locate(source: Source) -> HackerNewsTimeline:
    """What is read, from the source's address and target: a query, a domain, or everything."""
    parts = urlsplit(source.url)
    asked = dict(parse_qsl(parts.query))
    query = (source.target or asked.get("q") or asked.get("query") or asked.get("site") or "").strip()
    if (parts.hostname or "") in OFFICIAL:
        return HackerNewsTimeline(source=source, site=SITE, api=API, query=query)
    root = f"{parts.scheme}://{parts.netloc}"
    return HackerNewsTimeline(source=source, site=root, api=root, query=query)


def _engagement(hit: Node, *, is_story: bool) -> Engagement:
    return Engagement(upvotes=hit.count("points"), replies=hit.count("num_comments") if is_story else None)


def _count_below(node: Node) -> int:
    """Answers to a story, deleted ones left out, as the site itself counts."""
    count, waiting = 0, list(node.nodes("children"))
    while waiting and count < MOST_COMMENTS:
        one = waiting.pop()
        waiting += one.nodes("children")
        count += bool(one.text("author"))
    return count


def _markup(text: str) -> str:
    """Texts are HTML with a bare <p> between paragraphs, and none before the first."""
    return f"<p>{text}" if text and not text.startswith("<p>") else text


def _next_url(url: str, node: Node) -> str | None:
    page, pages = node.count("page") or 0, node.count("nbPages") or 0
    size = node.count("hitsPerPage") or PAGE
    base, _, query = url.partition("?")
    asked = {name: value for name, value in parse_qsl(query) if name != "page"}
    if page + 1 < pages and (page + 2) * size <= MOST_HITS:
        return f"{base}?{urlencode({**asked, 'page': page + 1})}"
    oldest = min((hit.count("created_at_i") or 0 for hit in node.nodes("hits")), default=0)
    if page + 1 < pages and oldest:
        return f"{base}?{urlencode({**asked, 'numericFilters': f'created_at_i<{oldest}'})}"
    return None
