"""The API of Mastodon and of servers that answer as it does: statuses, contexts, accounts, the server's size.

The permalink of a status is its page on the server it was written on; its ActivityPub uri and its page on
the server that is read are aliases. Boosts are not posts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit

from crawlers.items import Author, CommunitySample, Engagement, Item
from crawlers.parsers.payload import Node, read_list, read_object
from crawlers.parsers.post import Post, make_item, name_author
from crawlers.parsers.timeline import Listed, Reply, TimelinePage
from watchlists.model import Source

PAGE = 40
OPEN = ("public", "unlisted", "")
_NEXT = re.compile(r'<([^<>]{1,2000})>\s*;\s*rel="?next"?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is read of a server: a hashtag, an account, or everything public."""

    root: str
    tag: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that is read."""

    id: str
    followers: int | None


def locate(url: str, target: str | None) -> Place:
    """What is read, from the source's address and target: `#tag`, `@account`, or an address of either."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}"
    wanted = (target or "").strip()
    path = parts.path.rstrip("/").removesuffix(".rss")
    if not wanted and (found := re.fullmatch(r"/tags/([^/]+)", path)):
        wanted = f"#{found[1]}"
    if not wanted and (found := re.match(r"/(?:web/)?(@[^/]+)|/users/([^/]+)", path)):
        wanted = found[1] or f"@{found[2]}"
    if wanted.startswith("@"):
        return Place(root=root, account=wanted.removeprefix("@"))
    return Place(root=root, tag=wanted.removeprefix("#"))


def parse_account(body: bytes, *, url: str) -> Account | None:
    """The account that was looked up."""
    node = read_object(body, url=url)
    number = node.id("id")
    return Account(id=number, followers=node.count("followers_count")) if number else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MastodonTimeline:
    """A Timeline (crawlers.parsers.timeline) of one server."""

    source: Source
    place: Place
    account_id: str = ""

    @property
    def list_url(self) -> str:
        """The hashtag, the account without boosts, or what the server's own people write."""
        api = f"{self.place.root}/api/v1"
        if self.account_id:
            return f"{api}/accounts/{self.account_id}/statuses?exclude_reblogs=true&limit={PAGE}"
        if self.place.tag:
            return f"{api}/timelines/tag/{quote(self.place.tag)}?limit={PAGE}"
        return f"{api}/timelines/public?limit={PAGE}&local=true"

    @property
    def sample_url(self) -> str:
        """Followers of an account come with its look-up."""
        return "" if self.place.account else f"{self.place.root}/nodeinfo/2.0"

    def post_url(self, key: str) -> str:
        """One status."""
        return f"{self.place.root}/api/v1/statuses/{key}"

    def thread_url(self, key: str) -> str:
        """What a status answers and what answers it."""
        return f"{self.place.root}/api/v1/statuses/{key}/context"

    def address_of(self, key: str) -> str:
        """Numbers are the server's own."""
        return f"native:{urlsplit(self.place.root).hostname}:{key}"

    def key_of(self, item: Item) -> str:
        """The number on this server."""
        start = self.address_of("")
        found = (alias for alias in item.aliases if alias.startswith(start))
        return next(found, "").removeprefix(start)

    def parse_list(self, reply: Reply) -> TimelinePage:
        """A page of statuses, and where the next one is."""
        nodes = read_list(reply.body, url=reply.url)
        posts = (self._list(node, reply) for node in nodes)
        return TimelinePage(posts=tuple(post for post in posts if post), next_url=_next_url(reply, nodes))

    def parse_post(self, reply: Reply) -> tuple[Item, ...]:
        """One status; its place in the thread is told by contexts."""
        listed = self._list(read_object(reply.body, url=reply.url), reply)
        return (listed.item,) if listed else ()

    def parse_thread(self, reply: Reply, *, opening: Item) -> tuple[Item, ...]:
        """A context: all its statuses and the one it is of, in one thread."""
        node = read_object(reply.body, url=reply.url)
        above, below = node.nodes("ancestors"), node.nodes("descendants")
        urls = {each.id("id"): _page(each) for each in (*above, *below)}
        key = self.key_of(opening)
        urls[key] = opening.permalink
        root = _page(above[0]) if above else opening.permalink
        posts = [
            self._read(each, thread=root, parent=urls.get(each.id("in_reply_to_id"), ""))
            for each in (*above, *below)
        ]
        items = [make_item(post, now=reply.now) for post in posts if post]
        return (*_place(opening, above, root, reply), *(item for item in items if item))

    def is_gone(self, reply: Reply) -> bool:
        """Said by 404 only."""
        return False

    def parse_sample(self, reply: Reply) -> CommunitySample | None:
        """Members and those active in a month, by nodeinfo."""
        users = read_object(reply.body, url=reply.url).node("usage", "users")
        return CommunitySample(
            source=self.source.id,
            at=reply.now,
            members=users.count("total"),
            active_users=users.count("activeMonth"),
        )

    def _list(self, node: Node, reply: Reply) -> Listed | None:
        answered = node.id("in_reply_to_id")
        post = self._read(node, thread="" if answered else _page(node), parent="")
        item = make_item(post, now=reply.now) if post else None
        if item is None:
            return None
        return Listed(
            key=node.id("id"),
            item=item,
            replies=node.count("replies_count") or 0,
            parent_key=answered,
            is_placed=not answered,
        )

    def _read(self, node: Node, *, thread: str, parent: str) -> Post | None:
        if node.node("reblog") or node.text("visibility") not in OPEN or not node.id("id"):
            return None
        return Post(
            kind="reply" if node.id("in_reply_to_id") else "post",
            permalink=_page(node),
            aliases=self._aliases(node),
            thread=thread,
            parent=parent,
            title=node.line("spoiler_text"),
            html=node.text("content"),
            language=node.text("language") or self.source.language,
            tags=tuple(tag.line("name") for tag in node.nodes("tags")),
            author=_author(node.node("account")),
            published=node.moment("created_at"),
            edited=node.moment("edited_at"),
            engagement=Engagement(
                upvotes=node.count("favourites_count"),
                replies=node.count("replies_count"),
                shares=node.count("reblogs_count"),
            ),
            links=(node.node("card").text("url"),),
        )

    def _aliases(self, node: Node) -> tuple[str, ...]:
        key, account = node.id("id"), node.node("account").text("acct")
        local = f"{self.place.root}/@{quote(account, safe='@.')}/{key}" if account else ""
        return tuple(filter(None, (node.text("uri"), local, self.address_of(key))))


def _page(node: Node) -> str:
    """Some servers know statuses by their uri only."""
    return node.text("url") or node.text("uri")


def _place(opening: Item, above: tuple[Node, ...], root: str, reply: Reply) -> tuple[Item, ...]:
    """The status itself, where its context says more of its place than was known."""
    if not above:
        return ()
    parent = make_item(Post(kind="post", permalink=_page(above[-1])), now=reply.now)
    first = make_item(Post(kind="post", permalink=root), now=reply.now)
    if parent is None or first is None:
        return ()
    return (replace(opening, parent_id=parent.id, thread_id=first.id),)


def _author(account: Node) -> Author | None:
    """Roles are shown by those who wish to; without one nothing is said."""
    return name_author(
        account.line("display_name") or account.line("acct") or account.line("username"),
        native_id=account.line("acct"),
        url=account.text("url") or None,
        is_staff=True if account.nodes("roles") else None,
        is_bot=account.flag("bot"),
    )


def _next_url(reply: Reply, nodes: tuple[Node, ...]) -> str | None:
    """The Link header; servers without it get max_id, as their oldest clients do."""
    if found := _NEXT.search(reply.link):
        return found[1]
    if reply.link or not nodes:
        return None
    base, _, query = reply.url.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("max_id=")]
    return f"{base}?{'&'.join([*kept, urlencode({'max_id': nodes[-1].id('id')})])}"
