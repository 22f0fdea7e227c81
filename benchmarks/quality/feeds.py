"""How well feeds are read, against public truths.

    python benchmarks/quality/feeds.py CORPORA

CORPORA holds feedparser-suite and gofeed-testdata as .tar.gz. Prints, for each set: crashes, documents taken
for no feed, and how often the number of entries (and their titles, where stated) is the expected one.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from time import perf_counter
from typing import Any

from crawlers.parsers.bodies import plain_text
from crawlers.parsers.feed import parse_feed
from crawlers.parsers.parsed_feed import NotAFeed, ParsedFeed
from watchlists.model import Source

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SOURCE = Source(id="feed", url="http://127.0.0.1:8097/feed.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A feed, and what a parsed one must satisfy."""

    name: str
    body: bytes
    content_type: str = ""
    entries: int | None = None
    """How many entries it has, where that is known."""
    titles: tuple[str, ...] = ()


def main(corpora: Path) -> None:
    """Print the figures of every set that is there."""
    readers: dict[str, Callable[[dict[str, bytes]], Iterator[Case]]] = {
        "feedparser-suite": read_feedparser,
        "gofeed-testdata": read_gofeed,
    }
    for name, read in readers.items():
        archive = corpora / name / f"{name}.tar.gz"
        if archive.is_file():
            report(name, measure(read(unpack(archive))))


def unpack(archive: Path) -> dict[str, bytes]:
    """Every member of an archive, read in place."""
    with tarfile.open(archive) as tar:
        return {
            member.name: opened.read()
            for member in tar.getmembers()
            if member.isfile() and (opened := tar.extractfile(member))
        }


def read_feedparser(files: dict[str, bytes]) -> Iterator[Case]:
    """Feeds whose opening comment states what must hold; their entries are counted in the source."""
    for name, body in files.items():
        if not name.endswith((".xml", ".json")):
            continue
        header = re.search(rb"Content-type:\s*([^\r\n]+)", body, re.IGNORECASE)
        plain = body.isascii() and b"<!ENTITY" not in body and "illformed" not in name
        marks = len(re.findall(rb"<(?:\w+:)?(?:item|entry)(?=[\s>/])", body, re.IGNORECASE))
        yield Case(
            name=name,
            body=body,
            content_type=header.group(1).decode("latin-1") if header else "",
            entries=marks if plain and name.endswith(".xml") else None,
        )


def read_gofeed(files: dict[str, bytes]) -> Iterator[Case]:
    """Feeds with the normalised feed in a file of the same name."""
    for name, body in files.items():
        if name.endswith(".xml") and name.replace(".xml", ".json") in files:
            told = json.loads(files[name.replace(".xml", ".json")])
            entries: list[dict[str, Any]] = told.get("items") or told.get("entries") or []
            yield Case(
                name=name,
                body=body,
                entries=len(entries),
                titles=tuple(str(each.get("title") or "") for each in entries),
            )


def measure(cases: Iterable[Case]) -> Counter[str]:
    """Counts over all cases; slowest is in milliseconds."""
    counts: Counter[str] = Counter()
    for case in cases:
        begun = perf_counter()
        feed = parse(case, counts)
        counts["slowest"] = max(counts["slowest"], round(1000 * (perf_counter() - begun)))
        counts.update(feeds=1, items=len(feed.items) if feed else 0)
        if feed is not None and case.entries is not None:
            counts.update(known=1, right=len(feed.items) == case.entries)
            if len(feed.items) != case.entries:
                print(f"  {case.name}: {len(feed.items)} entries, not {case.entries}")
        if feed is not None and any(case.titles):
            found = [plain_text(item.title) for item in feed.items]
            counts.update(titled=1, titles=found == [plain_text(unescape(title)) for title in case.titles])
    return counts


def parse(case: Case, counts: Counter[str]) -> ParsedFeed | None:
    """The feed; what it is instead is counted."""
    try:
        return parse_feed(case.body, url=SOURCE.url, source=SOURCE, now=NOW, content_type=case.content_type)
    except NotAFeed as error:
        counts["refused"] += 1
        print(f"  {case.name}: {error.found}")
    except Exception as error:  # noqa: BLE001  (a crash is what is counted)
        counts["crashes"] += 1
        print(f"  crash: {case.name}: {error!r}")
    return None


def report(name: str, counts: Counter[str]) -> None:
    """One set in three lines."""
    print(f"{name}: {counts['feeds']} documents, {counts['crashes']} crashes (goal 0),", end=" ")
    print(f"{counts['refused']} no feed, {counts['items']} items, slowest {counts['slowest']} ms")
    if counts["known"]:
        print(f"  entries as expected: {counts['right']} of {counts['known']}")
    if counts["titled"]:
        print(f"  titles as expected: {counts['titles']} of {counts['titled']} feeds that state them")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
