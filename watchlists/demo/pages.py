"""Pages of the demo's blogs and media: a front page, and one page for each post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from watchlists.demo.answers import NOT_FOUND, Answer, Ask, redirect
from watchlists.demo.clock import TIMEZONE
from watchlists.demo.feeds import feed_answer
from watchlists.demo.place import Entry, Place

FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
READ_MORE = {"fr": "À lire aussi", "en": "More stories"}
COMMENTS = {"fr": "commentaires", "en": "comments"}


def blog_answer(place: Place, ask: Ask) -> Answer:
    """A blog or a medium: feed, front page, posts, and the short address /?p=N of each post."""
    entries = place.entries(ask.now)
    if ask.path == place.feed:
        return feed_answer(place, entries, ask)
    if ask.path == "/":
        return _front_or_short_address(place, entries, ask)
    entry = next((entry for entry in entries if entry.url == place.root + ask.path), None)
    return Answer(body=write_post(place, entry, entries).encode()) if entry else NOT_FOUND


def _front_or_short_address(place: Place, entries: Sequence[Entry], ask: Ask) -> Answer:
    if not ask.get("p"):
        return Answer(body=write_front(place, entries[: place.entries_shown]).encode())
    guid = f"{place.root}/?p={ask.get('p')}"
    entry = next((entry for entry in entries if entry.guid == guid), None)
    return redirect(entry.url) if entry else NOT_FOUND


def write_front(place: Place, entries: Sequence[Entry]) -> str:
    """The front page: titles, beginnings and the link to the feed."""
    listing = "\n".join(
        f'<article><h2><a href="{escape(entry.url)}">{escape(entry.title)}</a></h2>'
        f"<p>{entry.teaser}</p>{_time(entry.published)}</article>"
        for entry in entries
    )
    return _page(
        place, title=place.title, head="", body=f"<main>\n<h1>{escape(place.title)}</h1>\n{listing}\n</main>"
    )


def write_post(place: Place, entry: Entry, entries: Sequence[Entry]) -> str:
    """The page of one post, with what a news page has around it."""
    head = (
        f'<link rel="canonical" href="{escape(entry.url)}">\n'
        f'<meta property="og:type" content="article">\n<meta property="og:url" '
        f'content="{escape(entry.url)}">\n'
        f'<meta property="og:title" content="{escape(entry.title)}">\n'
        f'<meta property="og:site_name" content="{escape(place.title)}">\n'
        f'<meta name="author" content="{escape(entry.author)}">\n'
        f'<meta property="article:published_time" content="{_local(entry.published)}">\n'
    )
    count = (
        "" if entry.comments is None else f'<p class="count">{entry.comments} {COMMENTS[place.language]}</p>'
    )
    tags = " ".join(f'<a rel="tag" href="/tag/{escape(tag)}">{escape(tag)}</a>' for tag in entry.tags)
    body = (
        f'<main>\n<article>\n<h1>{escape(entry.title)}</h1>\n<p class="byline"><span class="author">'
        f"{escape(entry.author)}"
        f'</span> {_time(entry.published)}</p>\n<div class="entry-content">\n{entry.html}\n</div>\n'
        f'<p class="tags">{tags}</p>\n{count}\n</article>\n</main>\n{_others(place, entry, entries)}'
    )
    return _page(place, title=f"{entry.title} - {place.title}", head=head, body=body)


def _others(place: Place, entry: Entry, entries: Sequence[Entry]) -> str:
    """Older posts only, so that a page does not change each time something new comes out."""
    older = [other for other in entries if other.published < entry.published][:3]
    links = "".join(f'<li><a href="{escape(o.url)}">{escape(o.title)}</a></li>' for o in older)
    return f"<aside><h2>{READ_MORE[place.language]}</h2><ul>{links}</ul></aside>" if links else ""


def _page(place: Place, *, title: str, head: str, body: str) -> str:
    kind, name = FEED_TYPES[place.format], escape(place.title)
    feed = f'<link rel="alternate" type="{kind}" title="{name}" href="{place.feed}">'
    return (
        f'<!doctype html>\n<html lang="{place.language}">\n<head>\n<meta charset="utf-8">\n<title>'
        f"{escape(title)}</title>\n"
        f'<meta name="description" content="{escape(place.description)}">\n{head}{feed}\n</head>\n<body>\n'
        f'<header><a href="/">{escape(place.title)}</a></header>\n{body}\n'
        f"<footer><p>{escape(place.title)}. {escape(place.description)}</p></footer>\n</body>\n</html>\n"
    )


def _time(at: datetime) -> str:
    local = at.astimezone(TIMEZONE)
    return f'<time datetime="{local.isoformat()}">{local:%d/%m/%Y %H:%M}</time>'


def _local(at: datetime) -> str:
    return at.astimezone(TIMEZONE).isoformat()
