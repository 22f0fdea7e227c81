"""A plain page watched for change: its text without boilerplate, and what changed in it, for people.

Permalink rule: the page is the address it is watched at; each change is that address with `#change-TIME`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from html import escape

from cssselect import SelectorError
from lxml import etree
from lxml import html as lxml_html
from parsel import Selector

from crawlers.items import Item
from crawlers.parsers.article import LARGEST, decode_page, parse_article
from crawlers.parsers.bodies import clean, find_links, one_line, parse_fragment, plain_text
from crawlers.parsers.entry import primary_language, try_canonical
from crawlers.parsers.feed_links import parse_page
from crawlers.parsers.walls import WallMet, find_wall
from crawlers.urls import item_id
from watchlists.errors import VeilleurError
from watchlists.model import Source

MOST_LINES = 4_000
"""Lines of a page that are compared."""
MOST_SHOWN = 60
"""Changed lines that are shown."""
LONGEST_LINE = 600

_BOILERPLATE = (
    "//script|//style|//noscript|//template|//nav|//header|//footer|//aside|//form|//svg|//iframe"
    "|//*[@role='navigation' or @role='banner' or @role='contentinfo' or @aria-hidden='true']"
)
_BREAKS = re.compile(
    "(?:address|article|blockquote|br|d[dlt]|details|div|fieldset|figcaption|figure|h[1-6r]|li|main|[ou]l|p|pre"
    "|section|summary|table|tbody|thead|tr)"
)
_CELLS = ("td", "th")
_RESTLESS = re.compile(
    r"\b\d{1,2}[:h]\d{2}(?:[:m]\d{2})?\b"
    r"|\b(?:il y a|depuis) \d+ (?:secondes?|minutes?|heures?|jours?)\b"
    r"|\b\d+ (?:seconds?|minutes?|hours?|days?) ago\b"
    r"|\b\d[\d  .,]* (?:vues|visites|visiteurs|views|visits|visitors|online|en ligne)\b"
    r"|\b(?:vue?s?|lue?s?|viewed|seen|read) \d[\d  .,]* (?:fois|times)\b",
    re.IGNORECASE,
)
"""What moves by itself: clocks, ages, counters of visitors."""


class NothingToWatch(VeilleurError):
    """The page has no text, or nothing in the part that is watched."""

    def __init__(self, why: str, *, url: str) -> None:
        super().__init__(
            "There is nothing to watch at {url}.",
            why=why,
            remedy="Look at the page in a browser, and correct the source’s address or target.",
            url=url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A line that was taken out or put in."""

    is_added: bool
    text: str


def parse_watched(body: bytes, *, url: str, source: Source, now: datetime, content_type: str = "") -> Item:
    """The page as it is; with a target, only the part that this CSS selector names."""
    text = decode_page(body[:LARGEST], content_type)
    tree = parse_page(text.encode("utf-8", "replace"), charset="utf-8")
    if tree is None:
        raise NothingToWatch("The answer is empty.", url=url)
    article = parse_article(body, url=url, source=source, now=now, content_type=content_type)
    html = _watched_part(text, source.target, url) if source.target else ""
    html = html or (article.html if article else "") or _visible(tree)
    if not html:
        if wall := find_wall(body, url=url):
            raise WallMet(wall, url=url)
        raise NothingToWatch("It shows no text without a program that runs in the browser.", url=url)
    permalink = try_canonical(source.url) or try_canonical(url) or url
    return Item(
        id=item_id(permalink),
        kind="page",
        permalink=permalink,
        title=(article.title if article else "") or _title(tree),
        html=html,
        language=source.language or primary_language(tree.get("lang")),
        published=now,
        fetched=now,
        links=find_links(html, base=url),
    )


def compare(before: str, after: str) -> tuple[Change, ...]:
    """What was taken out and put in, line by line; nothing where only clocks and counters moved."""
    old, new = read_lines(before), read_lines(after)
    matcher = SequenceMatcher(None, [_settle(line) for line in old], [_settle(line) for line in new], False)
    found: list[Change] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            found += [Change(is_added=False, text=line) for line in old[old_start:old_end]]
            found += [Change(is_added=True, text=line) for line in new[new_start:new_end]]
    return _without_moves(found)


def make_change(page: Item, changes: Sequence[Change], *, title: str, now: datetime) -> Item:
    """The change as something to read: old lines struck out, new ones marked."""
    permalink = f"{page.permalink}#change-{now:%Y-%m-%dT%H-%M-%S}"
    return Item(
        id=item_id(permalink),
        kind="page",
        permalink=permalink,
        title=title,
        html="".join(_show(changes)),
        language=page.language,
        published=now,
        fetched=now,
        links=(page.permalink,),
    )


def read_lines(markup: str) -> list[str]:
    """The lines a reader sees, one a block."""
    tree = parse_fragment(markup)
    if tree is None:
        return []
    parts: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        parts += [_gap(element), (element.text if event == "start" else element.tail) or ""]
    lines = (one_line(line) for line in "".join(parts).split("\n"))
    return [line for line in lines if line][:MOST_LINES]


def _gap(element: etree._Element) -> str:
    """What stands before and after an element's text."""
    name = element.tag if isinstance(element.tag, str) else ""
    return "\n" if _BREAKS.fullmatch(name) else " " if name in _CELLS else ""


def _watched_part(text: str, target: str, url: str) -> str:
    try:
        found = Selector(text=text, type="html").css(target).getall()
    except (ValueError, SelectorError) as error:
        raise NothingToWatch("Its target is not a CSS selector.", url=url) from error
    html = clean("".join(found))
    if not plain_text(html):
        raise NothingToWatch("Nothing on the page fits the source’s target.", url=url)
    return html


def _visible(tree: lxml_html.HtmlElement) -> str:
    """The whole body without menus and frames, for pages that hold no article."""
    for element in tree.xpath(_BOILERPLATE):
        element.drop_tree()
    bodies = tree.xpath("//main") or tree.xpath("//body")
    lines = read_lines(lxml_html.tostring(bodies[0], encoding="unicode")) if bodies else []
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines)


def _title(tree: lxml_html.HtmlElement) -> str:
    found = tree.xpath("//h1") or tree.xpath("//title")
    return one_line(" ".join(found[0].itertext()))[:1000] if found else ""


def _settle(line: str) -> str:
    return _RESTLESS.sub("·", line)


def _without_moves(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Lines that only changed places say nothing new."""
    taken = {each.text for each in changes if not each.is_added}
    given = {each.text for each in changes if each.is_added}
    return tuple(each for each in changes if each.text not in taken & given)


def _show(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes[:MOST_SHOWN]:
        tag = "ins" if change.is_added else "del"
        yield f"<p><{tag}>{escape(change.text[:LONGEST_LINE], quote=False)}</{tag}></p>"
    if len(changes) > MOST_SHOWN:
        yield f"<p>… +{len(changes) - MOST_SHOWN}</p>"
