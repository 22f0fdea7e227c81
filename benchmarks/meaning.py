"""Search by meaning on a server against exact search on this machine: recall of the first ten, and time.

    python benchmarks/meaning.py [--documents 5000]

Titles of six words each, French and English, read by the encoder itself. Uses the server of
VEILLEUR_ELASTICSEARCH_URL, else the one of the tests.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter

from pipelines.embeddings import embed_texts, encoder_version, to_bytes
from search.backends import erase_index, open_index
from search.index import Index, Vector
from tests.elasticsearch_server import find_server
from watchlists.model import IndexSettings

GOAL = 0.9
FIRST = 10
SEARCHES = 200
DATA = Path(__file__).parents[1] / "tests" / "data" / "search"


def make_titles(number: int, *, seed: int) -> Iterator[str]:
    """Titles of telling words, the same each time, no two alike."""
    words = [(DATA / name).read_text("utf-8").split() for name in ("french.txt", "english.txt")]
    dice = random.Random(seed)
    seen: set[str] = set()
    while len(seen) < number:
        title = " ".join(dice.choices(dice.choice(words), k=6))
        if title not in seen:
            seen.add(title)
            yield title


def make_vectors(number: int) -> list[Vector]:
    """What the titles mean."""
    rows = embed_texts(list(make_titles(number, seed=1)))
    return [
        Vector(id=f"d{at:07d}", model=encoder_version(), data=to_bytes(row)) for at, row in enumerate(rows)
    ]


def fill(index: Index, vectors: Sequence[Vector]) -> float:
    """Seconds to put all and commit."""
    start = perf_counter()
    index.put_vectors(vectors)
    index.commit()
    return perf_counter() - start


def ask(index: Index, asked: Sequence[bytes]) -> tuple[list[set[str]], float]:
    """The first ten of each search, and the 95th percentile of their milliseconds."""
    found, times = [], []
    for each in asked:
        start = perf_counter()
        nears = index.nearest(each, model=encoder_version(), limit=FIRST)
        times.append(perf_counter() - start)
        found.append({near.id for near in nears})
    return found, sorted(times)[int(len(times) * 0.95)] * 1000


def main() -> None:
    """Both engines, the same vectors and searches."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=5_000)
    number: int = parser.parse_args().documents
    server = find_server()
    if server.lack:
        print(server.lack)
        return
    vectors = make_vectors(number)
    asked = [to_bytes(row) for row in embed_texts(list(make_titles(SEARCHES, seed=2)))]
    settings = IndexSettings(backend="elasticsearch", url=server.url, alias="veilleur-benchmark")
    with tempfile.TemporaryDirectory() as folder:
        erase_index(settings, folder=Path(), environ={})
        figures = {}
        for name, each in (("embedded", IndexSettings()), ("elasticsearch", settings)):
            with closing(open_index(each, folder=Path(folder) / "index", environ={})) as index:
                rate = number / fill(index, vectors)
                figures[name], p95 = ask(index, asked)
                print(f"{name:<14} put {rate:8.0f} vectors/s   nearest ten, 95th percentile {p95:7.1f} ms")
        erase_index(settings, folder=Path(), environ={})
    shared = [
        len(here & there) / FIRST
        for here, there in zip(figures["embedded"], figures["elasticsearch"], strict=True)
    ]
    recall = sum(shared) / len(shared)
    print(f"{number} documents, {SEARCHES} searches: recall at {FIRST} {recall:.3f}   goal at least {GOAL}")


if __name__ == "__main__":
    main()
