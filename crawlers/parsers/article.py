"""A web page to the one Item it is about, by trafilatura.

Permalink rule: the address it was read at. What the page calls its own address (rel=canonical,
og:url) is an alias where it is on the same registrable domain and is no front page, since a page can claim
anything. The page must be given with its charset as sent, if any; its own declaration comes second.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import trafilatura
from lxml import html as lxml_html
from trafilatura.settings import Document
from w3lib.encoding import html_to_unicode

from crawlers.items import Item
from crawlers.parsers.bodies import clean, find_links, one_line
from crawlers.parsers.dates import clamp_date, read_date
from crawlers.parsers.entry import make_author, primary_language, try_canonical
from crawlers.parsers.feed_links import parse_page
from crawlers.urls import item_id, registrable_domain
from watchlists.model import Source

LARGEST = 3 * 1024 * 1024
"""Bytes of a page that are read; the rest is left out."""
MOST_ELEMENTS = 60_000
"""Pages with more elements cost too much time: only what they say of themselves is read."""
DEEPEST = 250
MANY_ELEMENTS = 8_000
"""Pages with more elements are read by the fast rules only."""

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_SITE_NAME = re.compile(r"\s+[-–—|·»:]\s+\S")
_SEPARATOR = re.compile(r"\s+[-–—|·»:]\s*$")
_TIMES = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//time/@datetime",
)
_ADDRESSES = ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content")


def parse_article(
    body: bytes, *, url: str, source: Source, now: datetime, content_type: str = ""
) -> Item | None:
    """The article of a page; None when there is no text to speak of."""
    text = decode_page(body[:LARGEST], content_type)
    tree = parse_page(text.encode("utf-8", "replace"), charset="utf-8")
    if tree is None:
        return None
    found = _extract(text, tree, url=url, now=now)
    html = _inner_body(found.text or "") if found else ""
    if found is None or not html:
        return None
    permalink = try_canonical(url) or url
    written = _read_time(tree, found.date, now)
    published, raw = clamp_date(written, found.date or "", now=now)
    return Item(
        id=item_id(permalink),
        kind="article",
        permalink=permalink,
        aliases=_own_addresses(tree, permalink),
        title=_headline(tree, one_line(found.title or ""))[:1000],
        html=html,
        language=primary_language(_attribute(tree, "/html/@lang")) or source.language,
        tags=tuple(one_line(tag)[:100] for tag in (found.tags or [])[:50] if one_line(tag)),
        author=make_author(found.author or ""),
        published=published,
        published_raw=raw,
        fetched=now,
        links=find_links(html, base=url),
    )


def decode_page(body: bytes, content_type: str = "") -> str:
    """The page as text: by byte order mark, header, own declaration, else UTF-8, else Windows-1252."""
    _, text = html_to_unicode(content_type or None, body, auto_detect_fun=_guess_charset)
    return _XML_DECLARATION.sub("", text.replace("\0", ""))


def _guess_charset(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        was_cut = len(body) == LARGEST and error.start > LARGEST - 4
        return "utf-8" if was_cut else "cp1252"
    return "utf-8"


def _extract(text: str, tree: lxml_html.HtmlElement, *, url: str, now: datetime) -> Document | None:
    elements = sum(1 for _ in tree.iter())
    if elements > MOST_ELEMENTS or _is_deep(tree):
        return None
    return trafilatura.extract_with_metadata(
        text,
        url=url,
        fast=elements > MANY_ELEMENTS,
        output_format="html",
        include_comments=False,
        include_links=True,
        include_formatting=True,
        date_extraction_params={
            "original_date": True,
            "extensive_search": elements <= MANY_ELEMENTS,
            "max_date": (now + timedelta(days=1)).strftime("%Y-%m-%d"),
        },
    )


def _headline(tree: lxml_html.HtmlElement, title: str) -> str:
    """The title without the site's name after it, where a heading or a stated name tells them apart."""
    for heading in tree.xpath("//h1")[:5]:
        text = one_line(" ".join(heading.itertext()))
        if len(text) > 3 and title.startswith(text) and _SITE_NAME.match(title, len(text)):
            return text
    site = _attribute(tree, "//meta[@property='og:site_name']/@content")
    bare = title.removesuffix(one_line(site)) if site else title
    return title[: found.start()] if bare != title and (found := _SEPARATOR.search(bare)) else title


def _inner_body(page: str) -> str:
    return clean(page.partition("<body>")[2].rpartition("</body>")[0]).strip()


def _is_deep(tree: lxml_html.HtmlElement) -> bool:
    return bool(tree.xpath("/*" * DEEPEST))


def _own_addresses(tree: lxml_html.HtmlElement, permalink: str) -> tuple[str, ...]:
    """The addresses a page gives itself, where they can be believed."""
    stated = (_attribute(tree, path) for path in _ADDRESSES)
    found = (try_canonical(each, permalink) for each in stated if each)
    others = (each for each in found if each and each != permalink)
    return tuple(dict.fromkeys(each for each in others if _is_near(each, permalink)))


def _is_near(address: str, permalink: str) -> bool:
    parts = urlsplit(address)
    names_a_page = bool(parts.path.strip("/") or parts.query)
    return names_a_page and registrable_domain(address) == registrable_domain(permalink)


def _read_time(tree: lxml_html.HtmlElement, day: str | None, now: datetime) -> datetime | None:
    """The moment of publication: what the page's markup says to the minute, if it is of the day found."""
    on = _read_day(day)
    if on is None:
        return None
    for path in _TIMES:
        moment = read_date(_attribute(tree, path)[:40], now=now)
        if moment is not None and abs(moment.date() - on) <= timedelta(days=1):
            return moment
    return datetime(on.year, on.month, on.day, tzinfo=UTC)


def _read_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _attribute(tree: lxml_html.HtmlElement, path: str) -> str:
    found = tree.xpath(path)
    return str(found[0]).strip() if isinstance(found, list) and found else ""
