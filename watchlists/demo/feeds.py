"""Feeds of the demo web: RSS 2.0, Atom and JSON Feed of the same entries, paged as RFC 5005 has it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from watchlists.demo.answers import NOT_FOUND, Answer, Ask
from watchlists.demo.clock import TIMEZONE
from watchlists.demo.place import Entry, Place

RSS_OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>\n'
)
ATOM_OPENING = (
    '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
    ' xmlns:thr="http://purl.org/syndication/thread/1.0" xml:lang="{language}">\n'
)


def feed_answer(place: Place, entries: Sequence[Entry], ask: Ask) -> Answer:
    """One page of a place's feed in its format; `?page=2` goes back in time."""
    page = ask.number("page", default=1)
    shown = entries[(page - 1) * place.entries_shown : page * place.entries_shown] if page else ()
    if not shown and page != 1:
        return NOT_FOUND
    has_more = len(entries) > page * place.entries_shown
    following = f"{place.root}{place.feed}?page={page + 1}" if has_more else None
    write = {"rss": write_rss, "atom": write_atom, "json": write_json}[place.format]
    types = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
    return Answer(
        content_type=f"{types[place.format]}; charset=utf-8",
        body=write(place, shown, following).encode(),
        headers=(("Cache-Control", "max-age=300"),),
    )


def write_rss(place: Place, entries: Sequence[Entry], following: str | None) -> str:
    """RSS 2.0, with the whole text in content:encoded unless the place gives teasers only."""
    built = max((entry.edited for entry in entries), default=None)
    head = [
        _tag("title", place.title),
        _tag("link", f"{place.root}/"),
        _tag("description", place.description),
        _tag("language", place.language),
        f'<atom:link rel="self" type="application/rss+xml" href="{place.root}{place.feed}"/>',
        f'<atom:link rel="next" href="{escape(following)}"/>' if following else "",
        _tag("lastBuildDate", _mail_date(built)) if built else "",
    ]
    items = (_rss_item(place, entry) for entry in entries)
    return RSS_OPENING + "\n".join(part for part in (*head, *items) if part) + "\n</channel>\n</rss>\n"


def _rss_item(place: Place, entry: Entry) -> str:
    parts = [
        _tag("title", entry.title) if entry.title else "",
        _tag("link", entry.url + place.tracking),
        f'<guid isPermaLink="false">{escape(entry.guid)}</guid>',
        _tag("dc:creator", entry.author) if entry.author else "",
        _tag("pubDate", _mail_date(entry.published)),
        *(_tag("category", tag) for tag in entry.tags),
        _tag("description", entry.teaser),
        "" if place.has_teasers else f"<content:encoded><![CDATA[{entry.html}]]></content:encoded>",
        "" if entry.comments is None else _tag("slash:comments", str(entry.comments)),
    ]
    return "<item>\n" + "\n".join(part for part in parts if part) + "\n</item>"


def write_atom(place: Place, entries: Sequence[Entry], following: str | None) -> str:
    """Atom 1.0, with a summary alone where the place gives teasers only."""
    updated = max((entry.edited for entry in entries), default=None)
    head = [
        _tag("title", place.title),
        _tag("subtitle", place.description),
        _tag("id", f"{place.root}/"),
        f'<link rel="alternate" type="text/html" href="{place.root}/"/>',
        f'<link rel="self" type="application/atom+xml" href="{place.root}{place.feed}"/>',
        f'<link rel="next" href="{escape(following)}"/>' if following else "",
        _tag("updated", _iso(updated)) if updated else "",
    ]
    parts = (*head, *(_atom_entry(place, entry) for entry in entries))
    return (
        ATOM_OPENING.format(language=place.language)
        + "\n".join(part for part in parts if part)
        + "\n</feed>\n"
    )


def _atom_entry(place: Place, entry: Entry) -> str:
    text = "summary" if place.has_teasers else "content"
    replies = "" if entry.comments is None else f' thr:count="{entry.comments}"'
    parts = [
        _tag("title", entry.title),
        _tag("id", entry.guid),
        f'<link rel="alternate" type="text/html" href="{escape(entry.url + place.tracking)}"/>',
        f'<link rel="replies" type="text/html" href="{escape(entry.url)}#comments"{replies}/>'
        if replies
        else "",
        f"<author><name>{escape(entry.author)}</name></author>" if entry.author else "",
        _tag("published", _iso(entry.published)),
        _tag("updated", _iso(entry.edited)),
        *(f'<category term="{escape(tag)}"/>' for tag in entry.tags),
        f'<{text} type="html">{escape(entry.teaser if place.has_teasers else entry.html)}</{text}>',
    ]
    return "<entry>\n" + "\n".join(part for part in parts if part) + "\n</entry>"


def write_json(place: Place, entries: Sequence[Entry], following: str | None) -> str:
    """JSON Feed 1.1."""
    feed: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": place.title,
        "description": place.description,
        "language": place.language,
        "home_page_url": f"{place.root}/",
        "feed_url": f"{place.root}{place.feed}",
    }
    if following:
        feed["next_url"] = following
    feed["items"] = [_json_item(place, entry) for entry in entries]
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def _json_item(place: Place, entry: Entry) -> dict[str, object]:
    item: dict[str, object] = {
        "id": entry.guid,
        "url": entry.url + place.tracking,
        "title": entry.title,
        "summary": entry.teaser,
        "date_published": entry.published.astimezone(TIMEZONE).isoformat(),
        "authors": [{"name": entry.author}],
        "tags": list(entry.tags),
    }
    if not place.has_teasers:
        item["content_html"] = entry.html
    if entry.edited > entry.published:
        item["date_modified"] = entry.edited.astimezone(TIMEZONE).isoformat()
    return item


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text, quote=False)}</{name}>"


def _mail_date(at: datetime) -> str:
    return format_datetime(at.astimezone(TIMEZONE))


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
