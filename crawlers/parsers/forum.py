"""Pages of forums: boards, lists of threads, threads. Pure.

A post's permalink is the engine's own link to that post (phpBB: `viewtopic.php?p=12#p12`), whatever page
it was read on. The first post also answers to its thread's address, as an alias: so a thread is found again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from lxml import html as lxml_html

from crawlers.engines import HTML_FORUMS, recognise_engine
from crawlers.items import Engagement, Item
from crawlers.pagination import find_next, find_next_number
from crawlers.parsers.article import decode_page
from crawlers.parsers.bodies import absolute_link, one_line
from crawlers.parsers.entry import try_canonical
from crawlers.parsers.feed_links import parse_page
from crawlers.parsers.forum_counts import read_members, read_stats
from crawlers.parsers.forum_dates import make_calendar
from crawlers.parsers.forum_posts import MOST_ROWS, Scene, find_address, read_posts
from crawlers.parsers.forums import LAYOUTS
from crawlers.parsers.forums.layout import Layout, first, read, read_all, select
from crawlers.parsers.walls import WallMet, find_wall
from watchlists.errors import VeilleurError
from watchlists.model import Source

_SESSION = re.compile(
    r"(?<=[?&])(?:sid|s|PHPSESSID)=[0-9A-Za-z]{16,64}&?|&(?:sid|s|PHPSESSID)=[0-9A-Za-z]{16,64}$"
)
LARGEST = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board an index names."""

    url: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread as its board lists it."""

    url: str
    title: str
    engagement: Engagement
    last: datetime | None = None
    """Time of its last post."""
    last_raw: str = ""
    is_pinned: bool = False

    @property
    def signature(self) -> str:
        """Changes when somebody answers or a post is taken away."""
        return f"{self.engagement.replies}|{self.last.isoformat() if self.last else self.last_raw[:60]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumPage:
    """What one page holds."""

    engine: str
    thread_url: str = ""
    """The thread's own address, on a page of a thread."""
    title: str = ""
    boards: tuple[Board, ...] = ()
    threads: tuple[Thread, ...] = ()
    posts: tuple[Item, ...] = ()
    next_url: str | None = None
    members: int | None = None
    is_wall: bool = False
    """A log-in form stands where the content should be."""


class NotAForum(VeilleurError):
    """A page of no forum engine we know."""

    def __init__(self, *, url: str) -> None:
        super().__init__(
            "There is no forum at {url}.",
            why="Its page is of none of the forum engines this version reads.",
            remedy="See what is there with `veilleur add`.",
            url=url,
        )


def parse_forum(
    body: bytes, *, url: str, source: Source, now: datetime, content_type: str = "", opener: str | None = None
) -> ForumPage:
    """What a page holds; `opener` is the id of the thread's first post on any but its first page.

    Raises NotAForum where no engine is recognised, WallMet where there is a wall instead.
    """
    text = decode_page(body[:LARGEST], content_type)
    tree = parse_page(text.encode("utf-8", "replace"), charset="utf-8")
    engine = recognise_engine(tree, text) if tree is not None else None
    if tree is None or engine not in HTML_FORUMS:
        if wall := find_wall(body, url=url):
            raise WallMet(wall, url=url)
        raise NotAForum(url=url)
    etree.strip_elements(tree, "script", "style", etree.Comment, with_tail=False)
    return read_page(_make_scene(tree, LAYOUTS[engine], url=url, source=source, now=now), opener)


def read_page(scene: Scene, opener: str | None) -> ForumPage:
    """Posts where there are any, else threads, boards and the number of members."""
    layout, tree = scene.layout, scene.tree
    following = find_next(tree, scene.url) or find_next_number(tree, scene.url)
    following = _SESSION.sub("", following) if following else None
    title = one_line(read(tree, layout.title))[:1000]
    thread_url = _thread_url(scene)
    posts = tuple(read_posts(scene, opener, thread_url, title))
    if posts:
        return ForumPage(
            engine=layout.engine, thread_url=thread_url, title=title, posts=posts, next_url=following
        )
    threads, boards = tuple(read_threads(scene)), tuple(read_boards(scene))
    return ForumPage(
        engine=layout.engine,
        boards=boards,
        threads=threads,
        next_url=following if threads else None,
        members=read_members(read_all(tree, layout.members)),
        is_wall=not (threads or boards) and first(tree, layout.wall) is not None,
    )


def read_boards(scene: Scene) -> Iterator[Board]:
    """The boards of an index, each once."""
    seen = set()
    for link in select(scene.tree, scene.layout.boards)[:MOST_ROWS]:
        anchor = link if link.tag == "a" else next(link.iterancestors("a"), link)
        url = find_address(scene, anchor.get("href") or "", scene.layout.board_address)
        if url and url not in seen:
            seen.add(url)
            yield Board(url=url, name=one_line(" ".join(link.itertext())))


def read_threads(scene: Scene) -> Iterator[Thread]:
    """The threads of a board's page, in order, each once."""
    seen = set()
    for row in select(scene.tree, scene.layout.rows)[:MOST_ROWS]:
        link = next(
            (each for part in scene.layout.thread.split(" || ") if (each := first(row, part)) is not None),
            None,
        )
        url = (
            find_address(scene, link.get("href") or "", scene.layout.thread_address)
            if link is not None
            else None
        )
        if link is None or not url or url in seen:
            continue
        seen.add(url)
        last = [text for text in read_all(row, scene.layout.last) if text]
        moments = ((moment, text) for text in last if (moment := scene.calendar.read(text)))
        when, raw = next(moments, (None, last[0] if last else ""))
        yield Thread(
            url=url,
            title=one_line(" ".join(link.itertext())),
            engagement=read_stats(row, scene.layout),
            last=when,
            last_raw=raw,
            is_pinned=first(row, scene.layout.pinned) is not None,
        )


def _make_scene(
    tree: lxml_html.HtmlElement, layout: Layout, *, url: str, source: Source, now: datetime
) -> Scene:
    stated = next((str(href) for href in tree.xpath("//base/@href")), "")
    dates = [*_sample(tree, layout.posts, layout.date), *_sample(tree, layout.rows, layout.last)]
    language = source.language or str(tree.get("lang") or "")[:2]
    return Scene(
        layout=layout,
        tree=tree,
        base=absolute_link(stated, base=url) or url,
        url=url,
        source=source,
        calendar=make_calendar(dates, now=now, language=language),
    )


def _sample(tree: lxml_html.HtmlElement, containers: str, dates: str) -> list[str]:
    return [text[:300] for each in select(tree, containers)[:60] for text in read_all(each, dates)]


def _thread_url(scene: Scene) -> str:
    """The thread's own address: by the rules of the engine, from what the page says of itself."""
    stated = [str(href) for href in scene.tree.xpath("//link[@rel='canonical']/@href")]
    for address in (scene.url, *stated, read(scene.tree, "h2 a[href]@@href")):
        if found := find_address(scene, address, scene.layout.thread_address):
            return found
    return try_canonical(stated[0] if stated else scene.url, scene.base) or scene.url
