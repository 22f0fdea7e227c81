"""JSON Feed 1.0 and 1.1 (jsonfeed.org) to Items. Permalink rule: `url`, else an `id` that is an address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crawlers.items import Author, ItemKind
from crawlers.parsers.bodies import escape_text
from crawlers.parsers.dates import read_date
from crawlers.parsers.entry import Entry, make_author, make_items, primary_language, try_canonical
from crawlers.parsers.parsed_feed import NotAFeed, ParsedFeed

JsonObject = dict[str, Any]
"""Untrusted: every value is checked where it is read."""


def parse_json_feed(body: bytes, *, url: str, now: datetime) -> ParsedFeed:
    """The feed; raises NotAFeed for JSON that is something else, or no JSON."""
    feed = _load(body, url)
    raw_items = feed.get("items")
    if not isinstance(raw_items, list) or not _is_json_feed(feed):
        raise NotAFeed("JSON, but no JSON Feed", url=url)
    language = primary_language(_text(feed, "language"))
    authors = _authors(feed)
    entries = [
        _read_entry(raw, language=language, author=authors, base=url, now=now)
        for raw in raw_items
        if isinstance(raw, dict)
    ]
    return ParsedFeed(
        title=_text(feed, "title"),
        language=language,
        items=make_items(entries, feed_url=url, now=now),
        self_url=try_canonical(_text(feed, "feed_url"), url),
        next_url=try_canonical(_text(feed, "next_url"), url),
        hub=next((_text(hub, "url") for hub in _objects(feed, "hubs") if _text(hub, "url")), None),
        problems=() if len(entries) == len(raw_items) else ("Some entries are not objects.",),
    )


def _load(body: bytes, url: str) -> JsonObject:
    try:
        feed = json.loads(body.decode(json.detect_encoding(body), "replace").lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise NotAFeed("JSON that cannot be read", url=url) from error
    return feed if isinstance(feed, dict) else {}


def _is_json_feed(feed: JsonObject) -> bool:
    return "jsonfeed.org/version" in _text(feed, "version") or "version" not in feed


def _read_entry(
    raw: JsonObject, *, language: str | None, author: Author | None, base: str, now: datetime
) -> Entry:
    html, text, summary = (_text(raw, name) for name in ("content_html", "content_text", "summary"))
    attachments = tuple(_objects(raw, "attachments"))
    files = tuple(_text(each, "url") for each in attachments)
    published = _text(raw, "date_published")
    return Entry(
        link=_text(raw, "url"),
        guid=_text(raw, "id"),
        enclosure=files[0] if files else "",
        kind=media_kind(_text(each, "mime_type") for each in attachments),
        title=_text(raw, "title"),
        html=html or escape_text(text or summary),
        is_summary=not (html or text),
        base=_text(raw, "url") or base,
        language=_text(raw, "language") or language,
        tags=tuple(tag for tag in _list(raw, "tags") if isinstance(tag, str)),
        author=_authors(raw) or author,
        published=read_date(published, now=now) if published else None,
        published_raw=published,
        edited=read_date(_text(raw, "date_modified"), now=now),
        links=(_text(raw, "external_url"), *files),
    )


def media_kind(types: Iterator[str]) -> ItemKind:
    """What an entry is, by the media types attached to it."""
    found = [each.strip().lower() for each in types]
    if any(each.startswith("audio/") for each in found):
        return "episode"
    return "video" if any(each.startswith("video/") for each in found) else "article"


def _authors(owner: JsonObject) -> Author | None:
    single = owner.get("author")
    people = [*_objects(owner, "authors"), *([single] if isinstance(single, dict) else [])]
    found = (make_author(_text(each, "name"), url=try_canonical(_text(each, "url"))) for each in people)
    return next((author for author in found if author), None)


def _text(owner: JsonObject, name: str) -> str:
    """A text, or a number as text; everything else is nothing."""
    value = owner.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _list(owner: JsonObject, name: str) -> list[Any]:
    value = owner.get(name)
    return value if isinstance(value, list) else []


def _objects(owner: JsonObject, name: str) -> Iterator[JsonObject]:
    return (each for each in _list(owner, name) if isinstance(each, dict))
