"""Documents per second into Elasticsearch, against bare `helpers.parallel_bulk` of the same in the same run.

    python benchmarks/bulk.py [--documents 20000]

Uses the server of VEILLEUR_ELASTICSEARCH_URL, else the one of the tests.
"""

from __future__ import annotations

import argparse
from collections import deque
from contextlib import closing
from itertools import islice
from pathlib import Path
from time import perf_counter

from elasticsearch import Elasticsearch
from elasticsearch.helpers import parallel_bulk
from index import make_documents

from pipelines.document import Document
from search.backends import erase_index, open_index
from search.backends.elasticsearch_schema import make_source
from tests.elasticsearch_server import find_server
from watchlists.model import IndexSettings

GOAL = 0.85
BATCH = 5_000
ROUNDS = 3


def time_ours(settings: IndexSettings, documents: list[Document]) -> float:
    """Seconds of put and commit into an empty index."""
    erase_index(settings, folder=Path(), environ={})
    with closing(open_index(settings, folder=Path(), environ={})) as index:
        start = perf_counter()
        rest = iter(documents)
        while batch := list(islice(rest, BATCH)):
            index.put(batch)
        index.commit()
        return perf_counter() - start


def time_bare(settings: IndexSettings, documents: list[Document]) -> float:
    """Seconds of the library's own parallel bulk, without retries, into an empty index like ours."""
    erase_index(settings, folder=Path(), environ={})
    open_index(settings, folder=Path(), environ={}).close()
    actions = ({"_index": settings.alias, "_id": each.id, **make_source(each)} for each in documents)
    with closing(Elasticsearch(settings.url, request_timeout=60)) as client:
        start = perf_counter()
        deque(parallel_bulk(client, actions), maxlen=0)
        client.indices.refresh(index=settings.alias)
        return perf_counter() - start


def main() -> None:
    """Both, in turns; the best of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    number: int = parser.parse_args().documents
    found = find_server()
    if found.lack:
        print(found.lack)
        return
    settings = IndexSettings(backend="elasticsearch", url=found.url, alias="veilleur-benchmark")
    documents = list(make_documents(number))
    time_bare(settings, documents)  # the server warms up
    ours, bare = zip(
        *((time_ours(settings, documents), time_bare(settings, documents)) for _ in range(ROUNDS)),
        strict=True,
    )
    erase_index(settings, folder=Path(), environ={})
    print(
        f"{number} documents: ours {number / min(ours):.0f}/s, bare parallel_bulk {number / min(bare):.0f}/s"
    )
    print(f"ratio {min(bare) / min(ours):.2f}   goal at least {GOAL}")


if __name__ == "__main__":
    main()
