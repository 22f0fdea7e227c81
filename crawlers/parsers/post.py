"""From what a community's API or page says of a post to an Item: what all of them have in common."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from crawlers.items import Author, Engagement, Item, ItemKind
from crawlers.parsers.bodies import absolute_link, clean, find_links, one_line
from crawlers.parsers.dates import clamp_date
from crawlers.parsers.entry import make_author, primary_language, try_canonical
from crawlers.urls import item_id

MOST_TAGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a place says of one post. Texts are untrusted; addresses need not be canonical."""

    kind: ItemKind
    permalink: str
    aliases: tuple[str, ...] = ()
    native_id: str | None = None
    thread: str = ""
    """Address of the post that opens the thread; empty where unknown."""
    parent: str = ""
    """Address of the post it answers."""
    title: str = ""
    html: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    author: Author | None = None
    published: datetime | None = None
    published_raw: str = ""
    edited: datetime | None = None
    is_accepted: bool | None = None
    is_solved: bool | None = None
    engagement: Engagement = field(default_factory=Engagement)
    links: tuple[str, ...] = ()
    """Links beside those of the body."""


def make_item(post: Post, *, now: datetime) -> Item | None:
    """The Item; None where the post has no address that could be opened."""
    permalink = try_canonical(post.permalink)
    if permalink is None:
        return None
    published, raw = clamp_date(post.published, post.published_raw, now=now)
    edited = post.edited if post.edited and published < post.edited <= now else None
    return Item(
        id=item_id(permalink),
        kind=post.kind,
        permalink=permalink,
        aliases=_aliases(post, permalink),
        native_id=post.native_id or None,
        thread_id=_id_of(post.thread),
        parent_id=_id_of(post.parent),
        title=one_line(post.title)[:1000],
        html=clean(post.html),
        language=primary_language(post.language),
        tags=_tidy(post.tags),
        author=post.author,
        published=published,
        published_raw=one_line(raw)[:200],
        edited=edited,
        fetched=now,
        is_accepted=post.is_accepted,
        is_solved=post.is_solved,
        engagement=post.engagement,
        links=_links(post, permalink),
    )


def make_items(posts: tuple[Post | None, ...], *, now: datetime) -> tuple[Item, ...]:
    """The items of posts, in order; what cannot be one is left out."""
    items = (make_item(post, now=now) for post in posts if post is not None)
    return tuple(item for item in items if item is not None)


def name_author(
    name: str,
    *,
    native_id: str = "",
    url: str | None = None,
    is_staff: bool | None = None,
    is_bot: bool | None = None,
) -> Author | None:
    """An author with the flags of the platform; None without a name."""
    author = make_author(name, native_id=native_id or None, url=url)
    return replace(author, is_staff=is_staff, is_bot=is_bot) if author else None


def _id_of(address: str) -> str | None:
    found = try_canonical(address)
    return item_id(found) if found else None


def _aliases(post: Post, permalink: str) -> tuple[str, ...]:
    addresses = (
        try_canonical(alias) if alias.startswith(("http://", "https://")) else one_line(alias)[:500]
        for alias in post.aliases
    )
    return tuple(dict.fromkeys(each for each in addresses if each and each != permalink))


def _tidy(tags: tuple[str, ...]) -> tuple[str, ...]:
    lines = (one_line(tag).removeprefix("#")[:100] for tag in tags)
    return tuple(dict.fromkeys(tag for tag in lines if tag))[:MOST_TAGS]


def _links(post: Post, permalink: str) -> tuple[str, ...]:
    beside = (absolute_link(link, base=permalink) for link in post.links if link)
    return tuple(dict.fromkeys([*find_links(post.html, base=permalink), *filter(None, beside)]))
