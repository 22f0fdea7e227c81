"""How well article pages are read, against public truths.

    python benchmarks/quality/articles.py CORPORA

CORPORA holds trafilatura-eval, readability-pages and newspaper4k-fixtures as .tar.gz. Prints, for each
set: crashes, text segments that must be there and are, that must not and are not, titles, dates, authors.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path, PurePosixPath
from time import perf_counter
from typing import Any

from crawlers.items import Item
from crawlers.parsers.article import parse_article
from crawlers.parsers.bodies import plain_text
from watchlists.model import Source

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SOURCE = Source(id="page", url="https://page.example/")
ADDRESS = "https://page.example/article.html"
GOALS = {"trafilatura-eval F1": 0.924}
"""Best published figures, on upstream's whole collection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A page and what is known of it."""

    name: str
    body: bytes
    url: str = ADDRESS
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    title: str = ""
    day: str = ""
    authors: tuple[str, ...] = ()


def main(corpora: Path) -> None:
    """Print the figures of every set that is there."""
    for name, read in {
        "trafilatura-eval": read_trafilatura,
        "readability-pages": read_readability,
        "newspaper4k-fixtures": read_newspaper,
    }.items():
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


def read_trafilatura(files: dict[str, bytes]) -> Iterator[Case]:
    """Pages with segments to find and to leave out."""
    truth: dict[str, dict[str, Any]] = json.loads(files["evaldata.json"])
    for url, each in truth.items():
        authors = each.get("author") or ()
        yield Case(
            name=each["file"],
            body=next(files[path] for at in ("cache", "eval") if (path := f"{at}/{each['file']}") in files),
            url=url if url.startswith("http") else ADDRESS,
            present=tuple(each["with"]),
            absent=tuple(each["without"]),
            title=each.get("title") or "",
            day=each.get("date") or "",
            authors=(authors,) if isinstance(authors, str) else tuple(authors),
        )


def read_readability(files: dict[str, bytes]) -> Iterator[Case]:
    """Pages with the metadata that a browser's reader view shows."""
    for path, body in files.items():
        if path.endswith("/source.html"):
            told = json.loads(files[str(PurePosixPath(path).with_name("expected-metadata.json"))])
            yield Case(
                name=path,
                body=body,
                title=told.get("title") or "",
                day=(told.get("publishedTime") or "")[:10],
                authors=tuple(filter(None, [told.get("byline")])),
            )


def read_newspaper(files: dict[str, bytes]) -> Iterator[Case]:
    """Pages with the first and last sentence of their text."""
    for path, body in files.items():
        if path.endswith(".html") and "/html/" in path:
            text = files.get(path.replace("/html/", "/txt/").replace(".html", ".txt"), b"").decode(
                "utf-8", "replace"
            )
            lines = [line.strip() for line in text.splitlines() if len(line.strip()) > 60]
            yield Case(name=path, body=body, present=tuple(line[:60] for line in lines[:1] + lines[-1:]))


def measure(cases: Iterable[Case]) -> Counter[str]:
    """Counts over all cases; slowest is in milliseconds."""
    counts: Counter[str] = Counter()
    for case in cases:
        begun = perf_counter()
        try:
            item = parse_article(case.body, url=case.url, source=SOURCE, now=NOW)
        except Exception as error:  # noqa: BLE001  (a crash is what is counted)
            print(f"  crash: {case.name}: {error!r}")
            counts["crashes"] += 1
            item = None
        counts["slowest"] = max(counts["slowest"], round(1000 * (perf_counter() - begun)))
        counts.update(pages=1, empty=item is None)
        counts.update(score(case, item))
    return counts


def score(case: Case, item: Item | None) -> Counter[str]:
    """What of a case is right."""
    text = tidy(plain_text(item.html)) if item else ""
    return Counter(
        present=sum(tidy(each) in text for each in case.present),
        presents=len(case.present),
        absent=sum(tidy(each) not in text for each in case.absent),
        absents=len(case.absent),
        title=bool(case.title and item and tidy(item.title) == tidy(case.title)),
        titles=bool(case.title),
        day=bool(case.day and item and item.published and near(item.published, case.day)),
        days=bool(case.day),
        author=bool(item and item.author and any(each in item.author.name for each in case.authors)),
        authors=bool(case.authors),
    )


def near(published: datetime, day: str) -> bool:
    """The same day somewhere on Earth: truths are in local time."""
    return abs((published.date() - datetime.fromisoformat(day).date()).days) <= 1


def tidy(text: str) -> str:
    """The text with its spaces collapsed."""
    return re.sub(r"\s+", " ", unescape(text)).strip()


def report(name: str, counts: Counter[str]) -> None:
    """One set in a few lines."""
    print(
        f"{name}: {counts['pages']} pages, {counts['crashes']} crashes, {counts['empty']} without text,",
        end=" ",
    )
    print(f"slowest {counts['slowest']} ms")
    for right, of in (("present", "presents"), ("absent", "absents"), ("title", "titles"), ("day", "days")):
        if counts[of]:
            print(f"  {right}: {counts[right]} of {counts[of]} ({counts[right] / counts[of]:.3f})")
    if counts["authors"]:
        print(f"  author: {counts['author']} of {counts['authors']}")
    if counts["absents"]:
        wrong = counts["absents"] - counts["absent"]
        f1 = 2 * counts["present"] / (counts["present"] + wrong + counts["presents"])
        goal = GOALS["trafilatura-eval F1"]
        print(f"  F1 {f1:.3f}, published {goal}, ratio {f1 / goal:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
