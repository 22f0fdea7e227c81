"""RSS 0.9x, 1.0, 2.0 and Atom to Items by feedparser; JSON Feed by crawlers.parsers.jsonfeed.

feedparser is given a stream, never a string nor bytes: it opens those as files where such a
file exists. Its own sanitising is off: what an Item holds is the body as given, made safe where it is
shown. Relative addresses of bodies are resolved against the entry's base.
"""

from __future__ import annotations

import re
from calendar import timegm
from datetime import UTC, datetime, timedelta
from io import BytesIO
from time import struct_time
from typing import Any

import feedparser
from feedparser.encodings import convert_to_utf8

from crawlers.items import Author, Engagement
from crawlers.parsers.bodies import escape_text, one_line, plain_text
from crawlers.parsers.dates import read_date
from crawlers.parsers.entry import Entry, make_author, make_items, primary_language, try_canonical
from crawlers.parsers.feed_links import find_feed_links
from crawlers.parsers.jsonfeed import media_kind, parse_json_feed
from crawlers.parsers.parsed_feed import NotAFeed, ParsedFeed
from crawlers.parsers.screening import screen_xml
from watchlists.model import Source

LONGEST_TTL = timedelta(days=7)

Node = dict[str, Any]
"""What feedparser returns: a dict whose every value is untrusted."""

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_FEED_MARK = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel|item|entry)[\s>/]", re.IGNORECASE)
_FEED_ROOT = re.compile(rb"(?:[^<]|<[?!][^>]*>)*<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>/]", re.IGNORECASE)
"""The first element, for feeds without entries whose version nobody knows."""
_PAGE_MARK = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)


def parse_feed(body: bytes, *, url: str, source: Source, now: datetime, content_type: str = "") -> ParsedFeed:
    """The feed in `body`, of whatever format; raises NotAFeed, which says what it was instead."""
    start = body[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not start:
        raise NotAFeed("empty", url=url)
    if start.startswith((b"{", b"[")):
        return parse_json_feed(body, url=url, now=now)
    if _PAGE_MARK.search(start) and not _FEED_MARK.search(start):
        raise NotAFeed("a web page (HTML)", url=url, feeds=find_feed_links(body, url=url))
    return _read_xml(body, url=url, source=source, now=now, content_type=content_type)


def _read_xml(body: bytes, *, url: str, source: Source, now: datetime, content_type: str) -> ParsedFeed:
    result = _run_feedparser(body, url, content_type)
    if not result.get("version") and not result["entries"] and not _FEED_ROOT.match(body[:4096]):
        raise NotAFeed(_describe(body), url=url, feeds=find_feed_links(body, url=url))
    feed: Node = result["feed"]
    language = primary_language(_text(feed, "language")) or source.language
    entries = [_read_entry(raw, base=url, language=language, now=now) for raw in result["entries"]]
    return ParsedFeed(
        title=plain_text(_text(feed, "title"))[:300],
        language=language,
        items=make_items(entries, feed_url=url, now=now),
        self_url=_feed_link(feed, "self", url),
        next_url=_feed_link(feed, "next", url),
        hub=_feed_link(feed, "hub", url),
        ttl=_time_to_live(feed),
        problems=result["problems"],
    )


def _run_feedparser(body: bytes, url: str, content_type: str) -> Node:
    """feedparser's result; its rules make the document UTF-8 first, so that it is screened as it is read."""
    charset = _CHARSET.search(content_type)
    stated = f"application/xml; charset={charset.group(1)}" if charset else "application/xml"
    notes: Node = {}
    try:
        screened = screen_xml(convert_to_utf8({"content-type": stated}, body, notes))
        result: Node = feedparser.parse(
            BytesIO(screened.body),
            response_headers={"content-location": url, "content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # any failure of a third party's parser is the feed's own
        raise NotAFeed("a document that cannot be read", url=url) from error
    result["problems"] = (*_problems(notes), *_problems(result), *screened.problems)
    return result


def _describe(body: bytes) -> str:
    if _PAGE_MARK.search(body[:65536]):
        return "a web page (HTML)"
    return "XML, but no feed" if body.lstrip()[:1] == b"<" else "neither XML nor JSON"


def _read_entry(raw: Node, *, base: str, language: str | None, now: datetime) -> Entry:
    body, is_summary = _body(raw)
    links = [link for link in raw.get("links", ()) if link.get("href")]
    files = [link for link in links if link.get("rel") == "enclosure"]
    media = [each for each in raw.get("media_content", ()) if each.get("url")]
    published, published_raw = _published(raw, now, language)
    return Entry(
        link=_alternate(raw, links),
        guid=_text(raw, "id"),
        is_guid_address=bool(raw.get("guidislink", True)),
        enclosure=next((each["href"] for each in files), ""),
        other_links=_other_links(raw),
        kind=media_kind(str(each.get("type") or "") for each in [*files, *media]),
        title=_title(raw),
        html=_as_html(body),
        is_summary=is_summary,
        base=_text(body, "base") or base,
        language=primary_language(_text(body, "language")) or language,
        tags=tuple(str(tag.get("label") or tag.get("term") or "") for tag in raw.get("tags", ())),
        author=_author(raw, base),
        published=published,
        published_raw=published_raw,
        edited=_moment(raw, "updated"),
        engagement=_engagement(raw, links),
        links=tuple(link["href"] for link in links if link.get("rel") in {"enclosure", "related", "via"}),
    )


def _alternate(raw: Node, links: list[Node]) -> str:
    """The counted link of a feed service gives way to the one it stands for."""
    stated = _text(raw, "feedburner_origlink") or _text(raw, "link")
    return stated or next((link["href"] for link in links if link.get("rel") == "alternate"), "")


def _other_links(raw: Node) -> tuple[str, ...]:
    return (_text(raw, "link"),) if raw.get("feedburner_origlink") else ()


def _body(raw: Node) -> tuple[Node, bool]:
    """The fullest body, and whether it is only a summary."""
    contents = [each for each in raw.get("content", ()) if _is_markup_or_text(each) and each.get("value")]
    if contents:
        return max(contents, key=lambda each: len(each["value"])), False
    return raw.get("summary_detail") or {"value": _text(raw, "summary")}, True


def _is_markup_or_text(content: Node) -> bool:
    kind = str(content.get("type") or "text/html").lower()
    return kind.startswith("text/") or "html" in kind


def _as_html(content: Node) -> str:
    value = str(content.get("value") or "")
    is_plain = content.get("type") == "text/plain" and "</" not in value
    return escape_text(value) if is_plain else value


def _title(raw: Node) -> str:
    detail: Node = raw.get("title_detail") or {}
    title = _text(raw, "title")
    return one_line(title) if detail.get("type") == "text/plain" else plain_text(title)


def _author(raw: Node, base: str) -> Author | None:
    detail: Node = raw.get("author_detail") or {}
    name = _text(detail, "name") or _text(raw, "author") or _text(detail, "email").split("@")[0]
    return make_author(plain_text(name), url=try_canonical(_text(detail, "href"), base))


def _published(raw: Node, now: datetime, language: str | None) -> tuple[datetime | None, str]:
    """The first date the entry was out: published, created, or (RSS 1.0) the only one it has."""
    written = [(name, str(dict.get(raw, name) or "")) for name in ("published", "created", "updated")]
    for name, text in written:
        if found := _moment(raw, name):
            return found, text
    text = next((text for _, text in written if text), "")
    return read_date(text, now=now, languages=(language,) if language else ()), text


def _moment(raw: Node, name: str) -> datetime | None:
    parsed = dict.get(raw, f"{name}_parsed")  # the record's own `get` answers `updated` with `published`
    if not isinstance(parsed, struct_time):
        return None
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _engagement(raw: Node, links: list[Node]) -> Engagement:
    threads = [link.get("thr:count") or link.get("count") for link in links if link.get("rel") == "replies"]
    counts = [_text(raw, "slash_comments"), _text(raw, "thr_total"), *threads]
    statistics, stars = raw.get("media_statistics"), raw.get("media_starrating")
    return Engagement(
        replies=next((found for each in counts if (found := _count(each)) is not None), None),
        views=_count(statistics.get("views")) if isinstance(statistics, dict) else None,
        upvotes=_count(stars.get("count")) if isinstance(stars, dict) else None,
    )


def _count(value: object) -> int | None:
    text = str(value if value is not None else "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _feed_link(feed: Node, rel: str, url: str) -> str | None:
    hrefs = (str(link.get("href") or "") for link in feed.get("links", ()) if link.get("rel") == rel)
    return next((found for href in hrefs if (found := try_canonical(href, url))), None)


def _time_to_live(feed: Node) -> timedelta | None:
    minutes = _count(_text(feed, "ttl"))
    if minutes:
        return min(timedelta(minutes=minutes), LONGEST_TTL)
    period = _PERIODS.get(_text(feed, "sy_updateperiod").strip().lower())
    times = _count(_text(feed, "sy_updatefrequency")) or 1
    return min(period / times, LONGEST_TTL) if period else None


def _problems(result: Node) -> tuple[str, ...]:
    error = result.get("bozo_exception") if result.get("bozo") else None
    return () if error is None else (one_line(str(error))[:200] or type(error).__name__,)


def _text(node: Node, name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""
