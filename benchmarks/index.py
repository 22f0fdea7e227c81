"""Search and aggregation time of an index of generated documents; prints figures, goals and their ratio.

    python benchmarks/index.py [--documents 100000] [--backend embedded|elasticsearch|both]

A server is that of VEILLEUR_ELASTICSEARCH_URL, else the one of the tests (VEILLEUR_ELASTICSEARCH_HEAP, 512m);
its writing is also compared with the client library's own parallel bulk, see benchmarks/bulk.py.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import accumulate, islice
from pathlib import Path
from time import perf_counter

from pipelines.document import Community, Document, Entity, Mention
from search.backends import erase_index, open_index
from search.index import Index
from watchlists.model import IndexSettings
from watchlists.query import And, Everything, Keyword, Phrase, Prefix, Query, Range, Words

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
WORDS_EACH = 150
VOCABULARY = 30_000
SEARCHES = 300
REPLACED = 1_000
BATCH = 5_000
BULK = 20_000
"""Documents that writing is compared by."""
GOALS = {
    ("embedded", 100_000): (20.0, 2.0),
    ("embedded", 1_000_000): (50.0, 5.0),
    ("elasticsearch", 1_000_000): (100.0, 5.0),
}
"""Backend, documents -> (milliseconds of the 95th percentile of searches, seconds of a digest's figures)."""
SYLLABLES = (
    "ba",
    "co",
    "du",
    "fi",
    "gra",
    "len",
    "mo",
    "nar",
    "pi",
    "que",
    "ri",
    "sou",
    "ta",
    "vel",
    "zon",
    "tion",
)
ORGANISATIONS = ("acme", "zenith", "nova", "delta", "orion")


def make_vocabulary() -> tuple[list[str], list[float]]:
    """Made-up words, and their cumulative weights after Zipf."""
    dice = random.Random(1)
    words = list(
        dict.fromkeys("".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))) for _ in range(2 * VOCABULARY))
    )
    words = words[:VOCABULARY]
    return words, list(accumulate(1 / rank for rank in range(1, len(words) + 1)))


def make_documents(number: int) -> Iterator[Document]:
    """Documents over 400 days, the same each time."""
    words, weights = make_vocabulary()
    for at in range(number):
        yield make_document(
            at, random.Random(at), words, weights, NOW - timedelta(days=400) * (1 - at / number)
        )


def make_document(
    at: int, dice: random.Random, words: list[str], weights: list[float], published: datetime
) -> Document:
    """One document, a function of its number."""
    text = dice.choices(words, cum_weights=weights, k=WORDS_EACH)
    mentioned = dice.sample(ORGANISATIONS, dice.choice((0, 0, 1, 1, 2)))
    source = f"source-{dice.randrange(300)}"
    engagement = int(dice.paretovariate(1)) - 1
    return Document(
        id=blake2b(str(at).encode(), digest_size=10).hexdigest(),
        kind=dice.choice(("post", "reply", "article")),
        url=f"https://www.site{dice.randrange(300)}.com/{at}",
        title=" ".join(text[:8]),
        text=" ".join(text),
        sources=(source,),
        community=Community(source=source, organisation=dice.choice((None, *ORGANISATIONS))),
        published=published.replace(microsecond=0),
        first_seen=published.replace(microsecond=0) + timedelta(minutes=dice.randrange(90)),
        language=dice.choice(("fr", "en")),
        author=f"author-{int(dice.paretovariate(0.7)) % 50_000}",
        entities=tuple(Entity(name=word.title(), label="ORG") for word in text[8:11]),
        mentions=tuple(
            Mention(
                organisation=each,
                surface=each,
                start=0,
                rule="name",
                tone=dice.choice(("negative", "neutral")),
            )
            for each in mentioned
        ),
        phrases=tuple(f"{text[each]} {text[each + 1]}" for each in range(0, 12, 2)),
        topics=(f"topic-{dice.randrange(20)}",),
        tone=dice.choice(("negative", "neutral", "positive")),
        story=f"story-{at // 5}",
        upvotes=engagement,
        engagement=engagement,
        engagement_per_hour=engagement / 24,
        engagement_vs_norm=engagement / 3,
        link_domains=(f"site{dice.randrange(2000)}.com",),
    )


def make_searches() -> Iterator[Query]:
    """What readers ask, and how often; the same each time."""
    words, weights = make_vocabulary()
    dice = random.Random(2)
    while True:
        several = " ".join(dice.choices(words, cum_weights=weights, k=dice.choice((1, 2, 2, 3))))
        common = words[dice.randrange(50)]
        week = Range("published", NOW - timedelta(days=dice.randrange(7, 300)), None)
        yield Words(several)
        yield And((Words(several), Keyword("organisation", dice.choice(ORGANISATIONS))))
        yield And((Words(common), week, Keyword("language", "fr")))
        yield Phrase(f"{common} {words[dice.randrange(50)]}")
        yield And((Prefix(words[dice.randrange(2000)][:5]), Keyword("tone", "negative")))


def ask_like_a_digest(index: Index) -> None:
    """The figures of one morning: counts, timelines, terms and quantiles of five organisations."""
    day = Range("first_seen", NOW - timedelta(days=1), NOW)
    month = Range("first_seen", NOW - timedelta(days=56), NOW)
    span = {"since": NOW - timedelta(days=56), "until": NOW}
    for organisation in ORGANISATIONS:
        mentioned = Keyword("mentions", organisation)
        owned = Keyword("owner", organisation)
        for part in (mentioned, owned, Keyword("stance", f"{organisation}|negative")):
            index.count(And((part, day)))
            index.timeline(part, "published", interval="hour", **span)
            index.timeline(part, "published", interval="day", **span)
        for field in ("author", "source", "story", "phrase", "topic"):
            index.terms(And((mentioned, month)), field, limit=20)
        index.distinct(And((mentioned, month)), "author")
        index.quantiles(And((owned, month)), "engagement", (0.25, 0.5, 0.75))
        index.search(And((owned, day)), sort="-engagement_vs_norm", limit=5)
        index.search(And((mentioned, month)), sort="-published", limit=12)
    for field in ("phrase", "entity", "link"):
        index.terms(day, field, limit=50)
        index.terms(month, field, limit=50)
    index.terms(Everything(), "author", limit=100)


def report(name: str, value: float, unit: str, goal: float | None = None) -> None:
    """One line a figure."""
    against = f"   goal {goal:g} {unit}   ratio {value / goal:.2f}" if goal else ""
    print(f"{name:<44} {value:10.2f} {unit}{against}", flush=True)


def timed(work: Callable[[], object]) -> float:
    """Seconds it takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def fill(index: Index, number: int) -> None:
    """Put all, a commit every few thousand."""
    documents = make_documents(number)
    while batch := list(islice(documents, BATCH)):
        index.put(batch)
        index.commit()


def replace(index: Index, number: int) -> None:
    """Put some again, and commit."""
    index.put(PREPARED[:number])
    index.commit()


PREPARED: list[Document] = []


def measure(index: Index, backend: str, number: int) -> None:
    """Every figure of one index."""
    replace_goal = 100.0 if backend == "embedded" else None
    search_goal, digest_goal = GOALS.get((backend, number), (None, None))
    making = timed(lambda: PREPARED.extend(islice(make_documents(number), REPLACED)))
    whole = timed(lambda: fill(index, number)) - making * number / REPLACED
    report("put and commit", number / max(whole, 0.001), "documents/s")
    times = sorted(timed(lambda each=each: index.search(each)) for each in islice(make_searches(), SEARCHES))
    report("search, median", times[len(times) // 2] * 1000, "ms")
    report("search, 95th percentile", times[int(len(times) * 0.95)] * 1000, "ms", search_goal)
    report("search, slowest", times[-1] * 1000, "ms")
    highlighted = sorted(
        timed(lambda each=each: index.search(each, highlight=True))
        for each in islice(make_searches(), SEARCHES)
    )
    report("the same with highlights, 95th percentile", highlighted[int(len(times) * 0.95)] * 1000, "ms")
    report("figures of a digest", timed(lambda: ask_like_a_digest(index)), "s", digest_goal)
    report(
        "replace 1,000 documents and commit",
        timed(lambda: replace(index, REPLACED)) * 1000,
        "ms",
        replace_goal,
    )
    report("ids and digests of all", timed(lambda: sum(1 for _ in index.ids())), "s")
    report("scan of all", timed(lambda: sum(1 for _ in index.scan(Everything()))), "s")


def find_settings(backend: str) -> IndexSettings:
    """Where the index is; started for the purpose where nobody names a server."""
    if backend == "embedded":
        return IndexSettings()
    from tests.elasticsearch_server import find_server

    found = find_server()
    if found.lack:
        raise SystemExit(found.lack)
    return IndexSettings(backend="elasticsearch", url=found.url, alias="veilleur-benchmark")


def measure_size(settings: IndexSettings, folder: Path) -> int:
    """Bytes the index takes, merged as far as the engine has merged by itself."""
    if settings.backend == "embedded":
        return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
    from elasticsearch import Elasticsearch

    with closing(Elasticsearch(settings.url, request_timeout=60)) as client:
        client.indices.flush(index=settings.alias)
        stats = client.indices.stats(index=settings.alias, metric="store").body
    return int(stats["_all"]["primaries"]["store"]["size_in_bytes"])


def measure_bulk(settings: IndexSettings, number: int) -> None:
    """Our writing against the client library's parallel bulk, the same documents in the same run."""
    from bulk import ROUNDS, time_bare, time_ours

    documents = list(islice(make_documents(number), min(number, BULK)))
    time_bare(settings, documents)  # the server warms up
    pairs = [(time_ours(settings, documents), time_bare(settings, documents)) for _ in range(ROUNDS)]
    ours, bare = (min(times) for times in zip(*pairs, strict=True))
    report("put, against bare parallel_bulk", bare / ours, "of its rate", 0.85)


def main() -> None:
    """Build each index, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--backend", choices=("embedded", "elasticsearch", "both"), default="embedded")
    options = parser.parse_args()
    for backend in ("embedded", "elasticsearch") if options.backend == "both" else (options.backend,):
        PREPARED.clear()
        settings = find_settings(backend)
        print(f"{backend}, {options.documents} documents of {WORDS_EACH} words")
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "index"
            erase_index(settings, folder=place, environ=os.environ)
            with closing(open_index(settings, folder=place, environ=os.environ)) as index:
                measure(index, backend, options.documents)
            report("size", measure_size(settings, place) / options.documents, "bytes/document")
            if backend == "elasticsearch":
                measure_bulk(settings, options.documents)
            erase_index(settings, folder=place, environ=os.environ)


if __name__ == "__main__":
    main()
