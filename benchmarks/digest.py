"""Time to build and render a digest over generated documents; prints each figure, its goal and their ratio.

python benchmarks/digest.py [--documents 100000]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter

from index import BATCH, NOW, ORGANISATIONS, make_documents

from crawlers.items import Outcome
from search.backends import open_index
from search.index import Index
from search.press.edition import build_digest
from search.press.fitting import count_words
from search.render.formats import render_all
from search.window import Window
from watchlists.messages import load_messages
from watchlists.model import IndexSettings, Organisation, Source, Topic, Watchlist

GOAL = 2.0
SOURCES = 300
OUTCOME_DAYS = 30


def make_watchlist() -> Watchlist:
    """Five organisations, three hundred sources, twenty topics."""
    return Watchlist(
        name="Benchmark",
        organisations=tuple(
            Organisation(id=each, name=each.title(), role="competitor" if number else "own")
            for number, each in enumerate(ORGANISATIONS)
        ),
        sources=tuple(
            Source(
                id=f"source-{number}",
                url=f"https://www.site{number}.com/feed",
                organisation=ORGANISATIONS[number] if number < len(ORGANISATIONS) else None,
            )
            for number in range(SOURCES)
        ),
        topics=tuple(Topic(id=f"topic-{number}", name=f"Topic {number}", query="x") for number in range(20)),
    )


def make_outcomes() -> Iterator[Outcome]:
    """Every source read four times a day for thirty days."""
    for hour in range(0, OUTCOME_DAYS * 24, 6):
        at = NOW - timedelta(hours=hour)
        for number in range(SOURCES):
            yield Outcome(
                source=f"source-{number}",
                run=at.isoformat(),
                at=at - timedelta(minutes=1),
                state="ok",
                covered_from=at - timedelta(hours=6),
                covered_until=at,
            )


def fill(index: Index, number: int) -> None:
    """Put everything, in batches."""
    documents = make_documents(number)
    while batch := list(islice(documents, BATCH)):
        index.put(batch)
    index.put_outcomes(make_outcomes())
    index.commit()


def measure(index: Index) -> tuple[float, float, int]:
    """Seconds to build, seconds to render everything, words of the page."""
    window = Window(start=NOW - timedelta(days=1), end=NOW, timezone="Europe/Paris")
    messages = load_messages("fr")
    begun = perf_counter()
    digest = build_digest(index, make_watchlist(), window=window, now=NOW, messages=messages)
    built = perf_counter()
    render_all(digest, messages)
    return built - begun, perf_counter() - built, count_words(digest, messages)


def main() -> None:
    """Build an index, then the digest of its last day, three times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    number = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as folder:
        with closing(open_index(IndexSettings(), folder=Path(folder) / "index", environ={})) as index:
            fill(index, number)
        with closing(
            open_index(IndexSettings(), folder=Path(folder) / "index", readonly=True, environ={})
        ) as index:
            build, render, words = min(measure(index) for _ in range(3))
    print(f"digest over {number} documents: {build:.2f} s, goal {GOAL:.1f} s, ratio {build / GOAL:.2f}")
    print(f"its renderings: {render * 1000:.0f} ms; {words} words")


if __name__ == "__main__":
    main()
