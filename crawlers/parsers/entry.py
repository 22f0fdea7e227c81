"""From what a feed says of an entry to an Item; the permalink rule of feeds.

The address of an entry is, in this order: its alternate link, its GUID where that is an
address, its enclosure, else the feed's address with the GUID as fragment. Entries of one feed
that share an address although they are different things (a status page, a changelog) each get
it with a mark of their own as fragment. The GUID is an alias, so an entry keeps the id of its
first sight when its link changes; a GUID that one feed gives to different entries is no alias.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

from crawlers.items import Author, Engagement, Item, ItemKind
from crawlers.parsers.bodies import absolute_link, clean, find_links, looks_like_teaser, one_line
from crawlers.parsers.dates import clamp_date
from crawlers.urls import canonical_url, item_id, registrable_domain
from watchlists.errors import VeilleurError

MOST_TAGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a feed says of one entry, before it is an Item. Texts are untrusted."""

    link: str = ""
    guid: str = ""
    is_guid_address: bool = True
    """The GUID may serve as address where it looks like one."""
    enclosure: str = ""
    other_links: tuple[str, ...] = ()
    """Further addresses of the same entry (a counted redirect, a mirror)."""
    kind: ItemKind = "article"
    title: str = ""
    html: str = ""
    is_summary: bool = False
    """The body is a summary: the feed has no full content for this entry."""
    base: str = ""
    """What relative links of the body are relative to."""
    language: str | None = None
    tags: tuple[str, ...] = ()
    author: Author | None = None
    published: datetime | None = None
    published_raw: str = ""
    edited: datetime | None = None
    engagement: Engagement = field(default_factory=Engagement)
    links: tuple[str, ...] = ()
    """Links beside those of the body: enclosures, the page a link post is about."""


def make_items(entries: Sequence[Entry], *, feed_url: str, now: datetime) -> tuple[Item, ...]:
    """One Item for every entry, in order; only true copies of an entry share an id."""
    reused = _reused_guids(entries, feed_url)
    marks = [_mark(entry, reused) for entry in entries]
    addresses = [_address(entry, feed_url) for entry in entries]
    shared = _shared_addresses(addresses, marks)
    return tuple(
        _make_item(
            entry,
            permalink=f"{address}#{quote(mark, safe='')}" if address in shared else address,
            aliases=_aliases(entry, feed_url, reused, is_shared=address in shared),
            now=now,
        )
        for entry, address, mark in zip(entries, addresses, marks, strict=True)
    )


def _make_item(entry: Entry, *, permalink: str, aliases: tuple[str, ...], now: datetime) -> Item:
    published, raw = clamp_date(entry.published, entry.published_raw, now=now)
    edited = entry.edited if entry.edited and published < entry.edited <= now else None
    return Item(
        id=item_id(permalink),
        kind=entry.kind,
        permalink=permalink,
        aliases=tuple(alias for alias in aliases if alias != permalink),
        title=one_line(entry.title)[:1000],
        html=clean(entry.html),
        is_teaser=entry.is_summary and entry.kind == "article" and looks_like_teaser(entry.html),
        language=primary_language(entry.language),
        tags=_tidy_tags(entry.tags),
        author=entry.author,
        published=published,
        published_raw=one_line(raw)[:200],
        edited=edited,
        fetched=now,
        engagement=entry.engagement,
        links=_join_links(entry),
    )


def primary_language(tag: str | None) -> str | None:
    """The language of a tag such as `fr-CA`, in lower case; None when it names none."""
    primary = (tag or "").strip().replace("_", "-").split("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3 else None


def make_author(name: str, *, native_id: str | None = None, url: str | None = None) -> Author | None:
    """An author with a name fit to keep; None without one."""
    tidy = one_line(name)[:200]
    return Author(name=tidy, native_id=native_id, url=url) if tidy else None


def try_canonical(url: str, base: str | None = None) -> str | None:
    """The canonical form of an address, or None where there is none."""
    if not url or len(url) > 2000:
        return None
    try:
        return canonical_url(url, base)
    except (VeilleurError, ValueError):
        return None


def _address(entry: Entry, feed_url: str) -> str:
    guid = entry.guid if entry.is_guid_address and "://" in entry.guid else ""
    for candidate in (entry.link, guid, entry.enclosure):
        if found := try_canonical(candidate.strip(), feed_url):
            return found
    feed = try_canonical(feed_url) or feed_url
    return f"{feed}#{quote(_shorten(one_line(entry.guid)) or _digest(entry), safe='')}"


def _mark(entry: Entry, reused: frozenset[str]) -> str:
    return _shorten(entry.guid) if entry.guid and entry.guid not in reused else _digest(entry)


def _digest(entry: Entry) -> str:
    """What tells an entry without a usable GUID from its neighbours."""
    told = entry.title or entry.html
    return _hash(f"{told}\n{entry.published_raw}")


def _shared_addresses(addresses: Iterable[str], marks: Iterable[str]) -> frozenset[str]:
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for address, mark in zip(addresses, marks, strict=True):
        seen[address].add(mark)
    return frozenset(address for address, found in seen.items() if len(found) > 1)


def _reused_guids(entries: Iterable[Entry], feed_url: str) -> frozenset[str]:
    seen: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for entry in entries:
        seen[entry.guid].add((try_canonical(entry.link, feed_url) or entry.link, entry.title))
    return frozenset(guid for guid, found in seen.items() if len(found) > 1)


def _aliases(entry: Entry, feed_url: str, reused: frozenset[str], *, is_shared: bool) -> tuple[str, ...]:
    aliases: list[str | None] = []
    if entry.guid and entry.guid not in reused:
        aliases += [_scoped_guid(entry.guid, feed_url), _guid_address(entry, feed_url)]
    if not is_shared:
        aliases += [_same_site(link, entry.link, feed_url) for link in entry.other_links]
    return tuple(dict.fromkeys(alias for alias in aliases if alias))


def _scoped_guid(guid: str, feed_url: str) -> str:
    """A GUID is unique within its host if it looks globally unique, else only within its feed."""
    parts = urlsplit(feed_url)
    host = parts.hostname or ""
    tidy = one_line(guid)
    is_global = len(tidy) >= 16 or ":" in tidy or "/" in tidy
    scope = host if is_global else f"{host}{parts.path}?{parts.query}".rstrip("?")
    return f"guid:{scope}:{_shorten(tidy)}"


def _guid_address(entry: Entry, feed_url: str) -> str | None:
    """The GUID as a second address (`?p=123`), where it is one of the same site and names one page."""
    if "://" not in entry.guid:
        return None
    return _same_site(entry.guid, entry.link, feed_url)


def _same_site(address: str, link: str, feed_url: str) -> str | None:
    found, own = try_canonical(address, feed_url), try_canonical(link, feed_url) or feed_url
    if found is None or registrable_domain(found) != registrable_domain(own):
        return None
    parts = urlsplit(found)
    return found if parts.path.strip("/") or parts.query else None


def _tidy_tags(tags: Iterable[str]) -> tuple[str, ...]:
    tidy = (one_line(tag)[:100] for tag in tags)
    return tuple(dict.fromkeys(tag for tag in tidy if tag))[:MOST_TAGS]


def _join_links(entry: Entry) -> tuple[str, ...]:
    base = entry.base or entry.link
    extra = (absolute_link(link, base=base) for link in entry.links if link)
    return tuple(dict.fromkeys([*find_links(entry.html, base=base), *filter(None, extra)]))


def _shorten(text: str) -> str:
    return text if len(text) <= 200 else _hash(text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
