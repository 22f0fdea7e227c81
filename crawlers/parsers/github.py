"""GitHub's REST API: releases, issues and their comments, a repository's followers.

The permalink is the page on the site. Pull requests are work, not conversation: they are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from crawlers.items import Author, CommunitySample, Engagement, Item
from crawlers.parsers.markdown import markdown_as_html
from crawlers.parsers.payload import Node, read_list, read_object
from crawlers.parsers.post import Post, make_item, make_items, name_author
from crawlers.parsers.timeline import Reply
from watchlists.model import Source

API = "https://api.github.com"
PAGE = 100
PARTS = ("releases", "issues", "discussions")
TEAM = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})

_NEXT = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?next"?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a list."""

    items: tuple[Item, ...]
    next_url: str | None
    oldest: datetime | None
    """When the last entry was changed; lists begin with the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What is read of a repository."""

    source: Source
    api: str
    web: str
    """The repository's page."""
    path: str
    parts: tuple[str, ...]

    @property
    def sample_url(self) -> str:
        """The repository itself."""
        return f"{self.api}/repos/{self.path}"

    @property
    def releases_url(self) -> str:
        """The newest releases."""
        return f"{self.sample_url}/releases?per_page=30"

    @property
    def issues_url(self) -> str:
        """Issues, the last changed first."""
        return self._list("issues", state="all")

    @property
    def discussions_url(self) -> str:
        """The feed of discussions: the API gives them to tokens only."""
        return f"{self.web}/discussions.atom"

    def comments_url(self, since: datetime) -> str:
        """Comments of all issues, the last changed first."""
        return self._list("issues/comments", since=since.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def url_of(self, item: Item) -> str:
        """Where an issue or comment is asked for alone; empty for everything else."""
        number = re.fullmatch(r"issue:(\d+)", item.native_id or "")
        if number:
            return f"{self.sample_url}/issues/{number[1]}"
        comment = re.fullmatch(r"comment:(\d+)", item.native_id or "")
        return f"{self.sample_url}/issues/comments/{comment[1]}" if comment else ""

    def parse_releases(self, reply: Reply) -> Page:
        """A page of releases; drafts are shown to the team only."""
        nodes = read_list(reply.body, url=reply.url)
        posts = tuple(self._release(node) for node in nodes if node.flag("draft") is not True)
        return Page(items=make_items(posts, now=reply.now), next_url=None, oldest=None)

    def parse_issues(self, reply: Reply) -> Page:
        """A page of issues."""
        return self._page(reply, self._issue)

    def parse_comments(self, reply: Reply) -> Page:
        """A page of comments."""
        return self._page(reply, self._comment)

    def parse_one(self, reply: Reply) -> Item | None:
        """An issue or a comment asked for alone."""
        node = read_object(reply.body, url=reply.url)
        post = self._comment(node) if node.has("issue_url") else self._issue(node)
        return make_item(post, now=reply.now) if post else None

    def parse_sample(self, reply: Reply) -> CommunitySample:
        """Stars as followers, watchers as subscribers."""
        node = read_object(reply.body, url=reply.url)
        return CommunitySample(
            source=self.source.id,
            at=reply.now,
            followers=node.count("stargazers_count"),
            subscribers=node.count("subscribers_count"),
        )

    def _list(self, path: str, **wanted: str) -> str:
        query = urlencode({**wanted, "sort": "updated", "direction": "desc", "per_page": PAGE})
        return f"{self.sample_url}/{path}?{query}"

    def _page(self, reply: Reply, read: object) -> Page:
        assert callable(read)
        nodes = read_list(reply.body, url=reply.url)
        found = _NEXT.search(reply.link)
        changed = [at for node in nodes if (at := node.moment("updated_at"))]
        return Page(
            items=make_items(tuple(read(node) for node in nodes), now=reply.now),
            next_url=found[1] if found else None,
            oldest=min(changed, default=None),
        )

    def _release(self, node: Node) -> Post:
        return Post(
            kind="release",
            permalink=node.text("html_url"),
            native_id=f"release:{node.id('id')}",
            thread=node.text("html_url"),
            title=node.line("name") or node.line("tag_name"),
            html=_body(node),
            language=self.source.language,
            tags=("prerelease",) if node.flag("prerelease") else (),
            author=_author(node.node("author"), node),
            published=node.moment("published_at") or node.moment("created_at"),
            engagement=_engagement(node, replies=None),
        )

    def _issue(self, node: Node) -> Post | None:
        if node.has("pull_request") or not node.text("html_url"):
            return None
        return Post(
            kind="post",
            permalink=node.text("html_url"),
            native_id=f"issue:{node.id('number')}",
            thread=node.text("html_url"),
            title=node.line("title"),
            html=_body(node),
            language=self.source.language,
            tags=tuple(label.line("name") for label in node.nodes("labels")),
            author=_author(node.node("user"), node),
            published=node.moment("created_at"),
            is_solved=_is_solved(node),
            engagement=_engagement(node, replies=node.count("comments")),
        )

    def _comment(self, node: Node) -> Post | None:
        page, _, mark = node.text("html_url").partition("#")
        if "/pull/" in page or not mark:
            return None
        created, updated = node.moment("created_at"), node.moment("updated_at")
        return Post(
            kind="reply",
            permalink=node.text("html_url"),
            native_id=f"comment:{node.id('id')}",
            thread=page,
            parent=page,
            html=_body(node),
            language=self.source.language,
            author=_author(node.node("user"), node),
            published=created,
            edited=updated if updated != created else None,
            engagement=_engagement(node, replies=None),
        )


def locate(source: Source) -> Repository | None:
    """What is read, from the source's address and target (`releases`, `issues`, `discussions`)."""
    parts = urlsplit(source.url)
    names = [part for part in parts.path.split("/") if part]
    origin, host = f"{parts.scheme}://{parts.netloc}", parts.hostname or ""
    if host in {"github.com", "www.github.com"}:
        api, web = API, "https://github.com"
    elif "repos" in names:  # the API's own address, of a server in a company for example
        start = names.index("repos")
        api, web = "/".join([origin, *names[:start]]), origin
        names = names[start + 1 :]
    else:
        api, web = f"{origin}/api/v3", origin
    if len(names) < 2:
        return None
    wanted = source.target or next((part for part in PARTS if part in names[2:]), "")
    chosen = tuple(part for part in PARTS if part in wanted) or ("releases", "issues")
    path = "/".join(names[:2]).removesuffix(".git")
    return Repository(source=source, api=api, web=f"{web}/{path}", path=path, parts=chosen)


def _body(node: Node) -> str:
    return node.text("body_html") or markdown_as_html(node.text("body"))


def _author(user: Node, node: Node) -> Author | None:
    relation = node.text("author_association")
    return name_author(
        user.line("login"),
        native_id=user.id("id"),
        url=user.text("html_url") or None,
        is_staff=relation in TEAM if relation else None,
        is_bot=user.text("type") == "Bot" if user.text("type") else None,
    )


def _engagement(node: Node, *, replies: int | None) -> Engagement:
    reactions = node.node("reactions")
    return Engagement(upvotes=reactions.count("+1"), downvotes=reactions.count("-1"), replies=replies)


def _is_solved(node: Node) -> bool | None:
    """Closed as not planned is not solved."""
    if node.text("state") == "open":
        return False
    return node.text("state_reason") in {"", "completed"} if node.text("state") == "closed" else None
