"""Atom and JSON Feed: an entry a digest, an entry a story, an entry a hit of a saved search."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from search.editions.digest import Digest, Story
from search.wording.plain import quoted

ATOM = "http://www.w3.org/2005/Atom"
MOST_STORIES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. `text` is plain text."""

    id: str
    title: str
    url: str
    when: datetime
    text: str
    author: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed; `home` and `self_url` are empty where the watch has no public address."""

    id: str
    title: str
    author: str
    language: str
    updated: datetime
    home: str
    self_url: str
    entries: tuple[Entry, ...]


def make_id(*parts: str) -> str:
    """The same parts, the same id, for ever."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, '|'.join(parts))}"


def digest_entry(digest: Digest, *, text: str, url: str) -> Entry:
    """A whole digest, as its plain text."""
    return Entry(
        id=make_id("digest", digest.watch, digest.end.isoformat()),
        title=digest.subject or digest.title,
        url=url,
        when=digest.built_at,
        text=text,
        author=digest.watch,
        language=digest.language,
    )


def story_entries(digests: Iterable[Digest]) -> tuple[Entry, ...]:
    """Their stories, newest digest first, each once; digests are given newest first."""
    found: dict[str, Entry] = {}
    for digest in digests:
        for story in digest.stories:
            found.setdefault(story.id, _story_entry(story, digest))
    return tuple(found.values())[:MOST_STORIES]


def _story_entry(story: Story, digest: Digest) -> Entry:
    quotes = (quoted(each.text, digest.language) for each in story.quotes)
    return Entry(
        id=make_id("story", digest.watch, story.id),
        title=story.title,
        url=story.url,
        when=digest.built_at,
        text="\n".join((story.why, story.facts, *quotes)),
        author=story.source,
        language=story.language,
    )


def write_atom(feed: Feed) -> bytes:
    """The feed as Atom (RFC 4287)."""
    ET.register_namespace("", ATOM)
    root = ET.Element(_tag("feed"), {"xml:lang": feed.language})
    for name, text in (("id", feed.id), ("title", feed.title), ("updated", _stamp(feed.updated))):
        _add(root, name, text)
    _add(_add(root, "author"), "name", feed.author)
    _link(root, feed.home, "alternate")
    _link(root, feed.self_url, "self")
    for entry in feed.entries:
        _write_entry(root, entry)
    ET.indent(root)
    page: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return page + b"\n"


def _write_entry(root: ET.Element, entry: Entry) -> None:
    element = _add(root, "entry")
    if entry.language != "und":
        element.set("xml:lang", entry.language)
    for name, text in (("id", entry.id), ("title", entry.title), ("updated", _stamp(entry.when))):
        _add(element, name, text)
    _add(_add(element, "author"), "name", entry.author)
    _link(element, entry.url, "alternate")
    _add(element, "content", entry.text).set("type", "text")


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    element = ET.SubElement(parent, _tag(name))
    element.text = text or None
    return element


def _link(parent: ET.Element, url: str, relation: str) -> None:
    if url:
        _add(parent, "link").attrib.update({"rel": relation, "href": url})


def write_json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed 1.1."""
    items = [
        {
            "id": entry.id,
            "title": entry.title,
            "content_text": entry.text,
            "date_published": _stamp(entry.when),
            "authors": [{"name": entry.author}],
            "language": entry.language,
            **({"url": entry.url} if entry.url else {}),
        }
        for entry in feed.entries
    ]
    page = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "language": feed.language,
        "authors": [{"name": feed.author}],
        **({"home_page_url": feed.home} if feed.home else {}),
        **({"feed_url": feed.self_url} if feed.self_url else {}),
        "items": items,
    }
    return (json.dumps(page, ensure_ascii=False, indent=2) + "\n").encode()


def newest(entries: Sequence[Entry], default: datetime) -> datetime:
    """When a feed last changed."""
    return max((each.when for each in entries), default=default)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
