"""The feeds a web page names in its head."""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html

from crawlers.parsers.entry import try_canonical

FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "text/rss+xml",
        "application/x-rss+xml",
    }
)
MOST_FEEDS = 20
HEAD_LENGTH = 512 * 1024
"""Bytes of a page looked through for its head."""

_COMMENTS = re.compile(r"comment|réponses|replies", re.IGNORECASE)


def find_feed_links(body: bytes, *, url: str) -> tuple[str, ...]:
    """The feeds of a page, absolute, its main feed before feeds of comments."""
    tree = parse_page(body[:HEAD_LENGTH])
    if tree is None:
        return ()
    base = next((str(href) for href in tree.xpath("//base/@href")), "") or url
    links = [link for link in tree.xpath("//link[@rel and @href]") if _is_feed(link)]
    links.sort(key=lambda link: bool(_COMMENTS.search(f"{link.get('title') or ''} {link.get('href')}")))
    found = (try_canonical(link.get("href") or "", try_canonical(base, url) or url) for link in links)
    return tuple(dict.fromkeys(feed for feed in found if feed))[:MOST_FEEDS]


def parse_page(body: bytes, *, charset: str | None = None) -> lxml_html.HtmlElement | None:
    """The tree of a page; without a charset libxml2 finds it. None when there is nothing to read."""
    try:
        return lxml_html.document_fromstring(body, parser=lxml_html.HTMLParser(encoding=charset))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError, LookupError):
        return None


def _is_feed(link: lxml_html.HtmlElement) -> bool:
    rel = (link.get("rel") or "").lower().split()
    kind = (link.get("type") or "").split(";")[0].strip().lower()
    return "feed" in rel or ("alternate" in rel and kind in FEED_TYPES)
