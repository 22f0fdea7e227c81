"""Subscription lists: OPML read from any reader's export, well-formed or not, and written for any reader."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from watchlists.errors import WatchlistError
from watchlists.model import Watchlist

MAX_BYTES = 10 * 1024 * 1024
MAX_ENTRIES = 20_000
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_FORBIDDEN = re.compile(r"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)", re.IGNORECASE)
_URL = re.compile(r"""\bxmlUrl\s*=\s*(["'])([^"'<>]{1,2000})\1""", re.IGNORECASE)
_TITLE = re.compile(r"""\s+(?:text|title)\s*=\s*(["'])([^"'<>]{1,500})\1""", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")

_FRAME = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head>
    <title>{title}</title>
  </head>
  <body>
{body}  </body>
</opml>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlEntry:
    """A feed of a subscription list, as written there; the address is not checked yet."""

    url: str
    title: str = ""
    categories: tuple[str, ...] = ()
    """Folders it lies in, outermost first."""


def read_opml(data: bytes) -> tuple[OpmlEntry, ...]:
    """The distinct feeds of a list, in its order; raises WatchlistError for what is no list, or hostile."""
    import listparser

    text = _decode(data)
    if _FORBIDDEN.search(text):
        raise _refused("It declares a document type or entities, which can be a trap for readers.")
    # The byte order mark tells the tolerant parser that this is UTF-8.
    found = listparser.parse(b"\xef\xbb\xbf" + text.encode())
    entries = {entry.url: entry for feed in found["feeds"] if (entry := _to_entry(feed))}
    entries |= {entry.url: entry for entry in _rescue(text) if entry.url not in entries}
    if not entries and not found["version"]:
        raise _refused("No subscription list was found in it.")
    return tuple(entries.values())[:MAX_ENTRIES]


def write_opml(watchlist: Watchlist) -> str:
    """The watch's feeds as OPML 2.0, those of an organisation in a folder of its name."""
    folders = [*((each.name, each.id) for each in watchlist.organisations), ("", None)]
    body = "".join(_write_folder(watchlist, name, id) for name, id in folders)
    return _FRAME.format(title=escape(_clean(watchlist.name)), body=body)


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _refused("It is larger than 10 MB.")
    declared = _DECLARED.match(data[:400])
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig"]
    if declared:
        encodings.append(declared[1].decode("ascii"))
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("cp1252", "replace")


def _to_entry(feed: Mapping[str, object]) -> OpmlEntry:
    categories = feed.get("categories")
    first = categories[0] if isinstance(categories, list) and categories else []
    return OpmlEntry(
        url=re.sub(r"^feed:(?://)?(?=https?:)|^feed:(?=//)", "", str(feed["url"])).strip(),
        title=" ".join(str(feed.get("title", "")).split())[:200],
        categories=tuple(str(name) for name in first if name),
    )


def _rescue(text: str) -> Iterator[OpmlEntry]:
    """Feeds of outlines whose other attributes hold raw quotes and tags, which every parser stumbles over."""
    for outline in _without_comments(text).split("<outline")[1:]:
        if url := _URL.search(outline):
            title = _TITLE.match(outline)
            yield _to_entry({"url": html.unescape(url[2]), "title": html.unescape(title[2]) if title else ""})


def _without_comments(text: str) -> str:
    kept, start = [], 0
    while (opening := text.find("<!--", start)) >= 0 and (closing := text.find("-->", opening)) >= 0:
        kept.append(text[start:opening])
        start = closing + 3
    return "".join((*kept, text[start:]))


def _refused(why: str) -> WatchlistError:
    return WatchlistError(
        "This subscription list cannot be read.",
        why=why,
        remedy="Export it again from your feed reader, as OPML.",
    )


def _write_folder(watchlist: Watchlist, name: str, organisation: str | None) -> str:
    feeds = [each for each in watchlist.sources if each.organisation == organisation and each.kind == "feed"]
    if not feeds:
        return ""
    indent = "      " if name else "    "
    lines = "".join(f"{indent}{_write_outline(feed.name or feed.id, feed.url)}\n" for feed in feeds)
    title = quoteattr(_clean(name))
    return f"    <outline text={title} title={title}>\n{lines}    </outline>\n" if name else lines


def _write_outline(title: str, url: str) -> str:
    text = quoteattr(_clean(title))
    return f'<outline type="rss" text={text} title={text} xmlUrl={quoteattr(_clean(url))}/>'


def _clean(text: str) -> str:
    """Without the characters XML cannot hold."""
    return _CONTROLS.sub("", text)
