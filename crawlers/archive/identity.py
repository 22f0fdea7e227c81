"""What an item is known by, and when two that share a key are nevertheless two.

Pure. A key is a hash of an address or of a native id within its host. *Own* keys (the id and the
permalink) always identify. The others (GUIDs, redirects, rel=canonical, native ids) are other
people's claims, and some are wrong: GUIDs are reused, sites name their front page as canonical of
every article. They identify unless permalink, title and date all say that it is another thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from crawlers.archive.contents import Content
from crawlers.items import Item
from crawlers.urls import item_id, short_hash
from watchlists.errors import AddressRefused

SCOPED = ("guid:", "native:", "at://", "did:", "tag:", "urn:uuid:")
"""Beginnings of identifiers that are unique as they stand; others count within their host only."""
RENAMED_WITHIN = timedelta(days=1)
"""New title, new permalink, same GUID: an edit if the dates are this near, else a reused GUID."""
MOVED_WITHIN = timedelta(minutes=1)
"""The same for other keys: wrong canonical addresses are common, and places number feed by feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One thing an item is known by."""

    key: str
    address: str
    """As it was given, for people."""
    is_own: bool = False


def native_address(permalink: str, native_id: str) -> str:
    """How a place's own number is written as an alias, good for `resolve`: unique within the host."""
    return f"native:{_host(permalink)}:{native_id}"


def key_of(address: str, *, host: str = "") -> str:
    """The key of a permalink, an alias, or an id (which is its own key)."""
    if address.startswith(("http://", "https://")):
        try:
            return item_id(address)
        except AddressRefused:
            return short_hash(f"unread:{address}")
    if _is_id(address):
        return address
    return short_hash(address if address.startswith(SCOPED) else f"guid:{host}:{address}")


def keys_of(item: Item) -> tuple[Key, ...]:
    """Everything this item is known by, own keys first, each once."""
    found = {item.id: Key(key=item.id, address=item.permalink, is_own=True)}
    for key in _further_keys(item):
        found.setdefault(key.key, key)
    return tuple(found.values())


def _further_keys(item: Item) -> Iterator[Key]:
    yield Key(key=key_of(item.permalink), address=item.permalink, is_own=True)
    host = _host(item.permalink)
    for alias in item.aliases:
        if alias and not _is_front_page(alias, item.permalink):
            yield Key(key=key_of(alias, host=host), address=alias)
    if item.native_id:
        address = native_address(item.permalink, item.native_id)
        yield Key(key=short_hash(address), address=address)


def is_another(stored: Content, reading: Content, *, by: Key) -> bool:
    """Whether two contents that share a key that is not their own are two things all the same."""
    if key_of(stored.permalink) == key_of(reading.permalink) or _same_words(stored, reading):
        return False
    is_guid = by.address.startswith("guid:")
    if not (stored.is_dated and reading.is_dated and stored.published and reading.published):
        return not is_guid  # in doubt, one item too many is better than one lost
    allowed = RENAMED_WITHIN if is_guid else MOVED_WITHIN
    return abs(stored.published - reading.published) > allowed


def are_two(one: Content, other: Content) -> bool:
    """Whether two entries of one listing that share a key are two: the listing shows them apart."""
    return key_of(one.permalink) != key_of(other.permalink) and not _same_words(one, other)


def _same_words(one: Content, other: Content) -> bool:
    if one.title or other.title:
        return one.title.casefold().split() == other.title.casefold().split()
    return one.html == other.html


def _is_id(text: str) -> bool:
    return len(text) == 20 and text.isascii() and text.isalnum() and text.islower()


def _is_front_page(alias: str, permalink: str) -> bool:
    """Sites that give their front page as the canonical address of everything are not believed."""
    return alias.startswith("http") and not _beyond_host(alias) and bool(_beyond_host(permalink))


def _beyond_host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.path.strip("/") + parts.query + parts.fragment


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
