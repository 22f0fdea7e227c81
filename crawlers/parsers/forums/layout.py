"""How an engine lays out its pages: where boards, threads and posts stand, in its own templates.

Paths are CSS selectors, or XPath where they begin with `/` or `./`; a final `@name` reads an attribute.
Several templates of one engine stand side by side in one path, joined by commas (`|` in XPath).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree
from lxml import html as lxml_html
from lxml.cssselect import CSSSelector

from crawlers.engines import Engine
from crawlers.parsers.bodies import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The paths of one engine."""

    engine: Engine
    boards: str
    """Links to boards."""
    rows: str
    """A thread in a board's list."""
    thread: str
    """In a row: the link to its thread."""
    stats: str
    """In a row: what holds the numbers of replies and views."""
    last: str
    """In a row: the date of the last post."""
    pinned: str = "never"
    """In a row: what says that it stands at the top whatever its date."""
    posts: str
    """A post in a thread."""
    number: str
    """In a post, or the post itself (`.`): what holds its number."""
    author: str
    profile: str = "never"
    """In a post: the author's page, where the author's name is no link to it."""
    staff: str = "never"
    """In a post: badges and ranks, read for words that mean the team."""
    shows_staff: bool = False
    """The engine always marks its team: who has no mark is not of it."""
    date: str
    body: str
    drop: str = "never"
    """In a body: what is not the author's message (signatures, notices)."""
    quote: str = "blockquote"
    """In a body: somebody else's words."""
    quoted: str = "never"
    """In a quote: what holds the number of the quoted post."""
    edited: str = "never"
    """In a post: the notice of its last edit."""
    likes: str = "never"
    accepted: str = "never"
    title: str
    """In a thread: its title."""
    members: str = "never"
    """In an index: the text with the number of members."""
    thread_address: tuple[tuple[str, str], ...]
    """Pattern and replacement that bring an address within a thread back to the thread's own."""
    board_address: tuple[tuple[str, str], ...] = ()
    post_address: str
    """A post's own address, relative to its thread's, with {number} and {thread}."""
    wall: str = "never"
    """What shows that the page is a log-in form instead of what was asked for."""


@lru_cache(maxsize=512)
def _compile(path: str) -> CSSSelector | etree.XPath:
    return (
        etree.XPath(path) if path.startswith(("/", "./", "(", ".")) and _is_xpath(path) else CSSSelector(path)
    )


def _is_xpath(path: str) -> bool:
    return path.startswith(("/", "./", "(")) or path == "."


def select(element: lxml_html.HtmlElement, path: str) -> list[lxml_html.HtmlElement]:
    """The elements of a path, in document order."""
    found = _compile(path)(element)
    return [each for each in found if isinstance(each, lxml_html.HtmlElement)]


def first(element: lxml_html.HtmlElement, path: str) -> lxml_html.HtmlElement | None:
    """The first element of a path."""
    return next(iter(select(element, path)), None)


def read(element: lxml_html.HtmlElement, path: str) -> str:
    """The text or, with `@name`, the attribute of the first element of a path that has one."""
    return next(read_all(element, path), "")


def read_all(element: lxml_html.HtmlElement, path: str) -> Iterator[str]:
    """Every text or attribute of a path that is not empty."""
    for part in path.split(" || "):
        where, _, name = part.partition("@@")
        for each in select(element, where):
            text = str(each.get(name) or "") if name else " ".join(each.itertext())
            if line := one_line(text):
                yield line


def rewrite(url: str, rules: tuple[tuple[str, str], ...]) -> str | None:
    """The address by the first rule that fits; None when none does."""
    for pattern, replacement in rules:
        if re.search(pattern, url):
            return re.sub(pattern, replacement, url, count=1)
    return None
