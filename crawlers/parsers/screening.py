"""What is taken out of an XML feed before it is parsed, so that its cost stays bounded.

Each rule answers a document that made the parser use minutes or gigabytes for a few megabytes:
entities that multiply, elements nested without end, relative `xml:base` that add up, empty
entries by the hundred thousand. The document is UTF-8 already (see crawlers.parsers.feed).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_ENTRIES = 5000
MOST_TAGS = 200_000
DEEPEST = 1000
"""Open elements within one entry."""
LONGEST_ENTITY = 32
SIMPLE = 3000
"""A document with fewer tags than this cannot cost much."""
MOST_BASES = 5_000_000
"""Number of relative xml:base times their length: what the parser would copy."""

_ENTITY = re.compile(rb"<!ENTITY\s+(?:%\s+)?[^\s>]+\s+(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
"""Entities with a value; those kept in other files are never fetched, by feedparser nor by us."""
_FAR_CHARACTER = re.compile(rb"&#(?:([0-9]{5,})|[xX]([0-9a-fA-F]{4,}));?")
_REPLACEMENT = "\ufffd".encode()
_BASE = re.compile(rb"(?<![\w:.-])(?:xml:)?base\s*=\s*(?:\"(?!https?://)([^\"]*)\"|'(?!https?://)([^']*)')")
_OPAQUE = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))
_ENTRY = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>/]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """A document that can be parsed, and what had to be taken out of it."""

    body: bytes
    problems: tuple[str, ...] = ()


class Bomb(ValueError):
    """A document made to harm."""


def screen_xml(body: bytes) -> Screened:
    """The document with bounded cost; raises Bomb when it declares entities made to multiply."""
    if _declares_bombs(body):
        raise Bomb
    body = _FAR_CHARACTER.sub(_replace_impossible, body)
    problems = []
    if _adds_up_bases(body):
        body = _BASE.sub(b"", body)
        problems.append("Its xml:base attributes were left out.")
    end = _find_limit(body) if body.count(b"<") > SIMPLE else None
    if end is not None:
        problems.append("Only its first entries were read: it is too long or nested too deeply.")
    return Screened(body=body[:end], problems=tuple(problems))


def _replace_impossible(reference: re.Match[bytes]) -> bytes:
    """A reference to no character, which the tolerant parser would stumble over, as a replacement mark."""
    digits, base = (reference[1], 10) if reference[1] else (reference[2], 16)
    number = int(digits, base) if len(digits) <= 9 else 0
    return reference[0] if 0 < number < 0xD800 or 0xE000 <= number <= 0x10FFFF else _REPLACEMENT


def _declares_bombs(body: bytes) -> bool:
    return any(len(found.group(1)) > LONGEST_ENTITY + len("''") for found in _ENTITY.finditer(body))


def _adds_up_bases(body: bytes) -> bool:
    lengths = [len(found.group(1) or found.group(2) or b"") for found in _BASE.finditer(body)]
    return len(lengths) * sum(lengths) > MOST_BASES


def _find_limit(body: bytes) -> int | None:
    """Where the document must be cut; None when it need not be."""
    entries = depth = 0
    for number, start in enumerate(_tags(body)):
        if _ENTRY.match(body, start):
            entries, depth = entries + 1, 0
        depth += -1 if body.startswith(b"</", start) else 1
        if entries > MOST_ENTRIES or number > MOST_TAGS or depth > DEEPEST:
            return start
    return None


def _tags(body: bytes) -> Iterator[int]:
    """Where tags begin outside CDATA and comments; self-closing ones count as open."""
    at = body.find(b"<")
    while at >= 0:
        closing = next((end for start, end in _OPAQUE if body.startswith(start, at)), None)
        if closing is None:
            yield at
        elif (at := body.find(closing, at)) < 0:
            return
        at = body.find(b"<", at + 1)
