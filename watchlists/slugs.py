"""Ids made from names and addresses: short, readable, unique, the same on every load."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def make_slug(text: str) -> str:
    """The text in `a-z0-9-`, at most 60 characters; "x" with a checksum where nothing of it remains."""
    letters = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("æ", "ae")).casefold()
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-")
    return slug or f"x-{_checksum(text)}"


def make_url_slug(url: str) -> str:
    """An id for an address: its host without www, then its path."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return make_slug(url)
    path = re.sub(r"\.(?:html?|php|xml|rss|atom|json)$", "", parts.path)
    return make_slug(f"{(parts.netloc or '').removeprefix('www.')} {path}")


def make_unique(slug: str, *, seed: str, taken: Iterable[str]) -> str:
    """The slug, with a checksum of `seed` where it is taken, so that later lines change no earlier id."""
    if slug not in taken:
        return slug
    marked = f"{slug}-{_checksum(seed)}"
    number = 2
    while marked in taken:
        marked, number = f"{slug}-{_checksum(seed)}-{number}", number + 1
    return marked


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:6]
