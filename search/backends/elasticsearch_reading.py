"""What is asked of a server: pages, scans and exact counts, in plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from search.backends.elasticsearch_connection import guarded

MOST_BUCKETS = 60_000
"""Values counted in one request; a server refuses more than 65,536."""
PAGE = 10_000
"""Values a composite count gives at a time."""
KEEP = "5m"
"""How long a server keeps a scan's view between two pages."""

Asked = dict[str, Any]
Found = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """An index, or the alias of one, on a server."""

    client: Elasticsearch
    url: str
    index: str

    def get(self, id: str) -> Found | None:
        """The source of a document as of the last refresh, or None."""
        with guarded(self.url):
            try:
                answer = self.client.get(index=self.index, id=id, realtime=False)
            except NotFoundError as error:
                if isinstance(error.body, dict) and error.body.get("found") is False:
                    return None
                raise
        source: Found = answer["_source"]
        return source

    def count(self, query: Asked) -> int:
        """How many documents match."""
        with guarded(self.url):
            return int(self.client.count(index=self.index, query=query)["count"])

    def search(self, query: Asked, **options: Any) -> tuple[list[Found], int]:
        """A page of hits and the number of all."""
        with guarded(self.url):
            answer = self.client.search(index=self.index, query=query, track_total_hits=True, **options)
        return answer["hits"]["hits"], int(answer["hits"]["total"]["value"])

    def find_near(self, asked: Asked, *, size: int) -> list[Found]:
        """The hits of a kNN search, without their sources."""
        with guarded(self.url):
            answer = self.client.search(index=self.index, knn=asked, size=size, source=False)
        hits: list[Found] = answer["hits"]["hits"]
        return hits

    def scan(self, query: Asked, *, batch: int, **options: Any) -> Iterator[Found]:
        """Every hit as of now, in the order of `sort`, which must end in a value of its own for each."""
        with guarded(self.url):
            view: str = self.client.open_point_in_time(index=self.index, keep_alive=KEEP)["id"]
        return self._pages(view, query, batch, options)

    def _pages(self, view: str, query: Asked, batch: int, options: dict[str, Any]) -> Iterator[Found]:
        after: list[Any] | None = None
        try:
            while True:
                with guarded(self.url):
                    answer = self.client.search(
                        pit={"id": view, "keep_alive": KEEP},
                        query=query,
                        size=batch,
                        search_after=after,
                        track_total_hits=False,
                        **options,
                    )
                view, hits = answer["pit_id"], answer["hits"]["hits"]
                yield from hits
                if len(hits) < batch:
                    return
                after = hits[-1]["sort"]
        finally:
            with suppress(ApiError, TransportError):  # the server forgets it by itself
                self.client.close_point_in_time(id=view)

    def count_values(self, query: Asked, field: str) -> list[tuple[Any, int]]:
        """Every value of a field with its number of documents, by value."""
        terms = {"field": field, "size": MOST_BUCKETS, "shard_size": MOST_BUCKETS, "order": {"_key": "asc"}}
        answer = self._aggregate(query, {"terms": terms})
        if answer["sum_other_doc_count"]:
            return list(self._count_in_pages(query, field))
        return [(bucket["key"], bucket["doc_count"]) for bucket in answer["buckets"]]

    def commonest(self, query: Asked, field: str, limit: int) -> list[tuple[Any, int]]:
        """The commonest values, by count, then by value, exactly."""
        answer = self._aggregate(
            query, {"terms": {"field": field, "size": limit, "shard_size": limit + PAGE}}
        )
        if answer["doc_count_error_upper_bound"]:  # several shards disagree about what is common
            return self.count_values(query, field)
        return [(bucket["key"], bucket["doc_count"]) for bucket in answer["buckets"]]

    def histogram(self, query: Asked, field: str, *, interval: int, offset: int) -> list[tuple[int, int]]:
        """Start of every interval that has documents, and how many."""
        options = {"field": field, "interval": interval, "offset": offset, "min_doc_count": 1}
        buckets = self._aggregate(query, {"histogram": options})["buckets"]
        return [(int(bucket["key"]), bucket["doc_count"]) for bucket in buckets]

    def _count_in_pages(self, query: Asked, field: str) -> Iterator[tuple[Any, int]]:
        after: Sequence[Any] | None = None
        while True:
            composite: Asked = {"size": PAGE, "sources": [{"value": {"terms": {"field": field}}}]}
            if after is not None:
                composite["after"] = after
            answer = self._aggregate(query, {"composite": composite})
            yield from ((bucket["key"]["value"], bucket["doc_count"]) for bucket in answer["buckets"])
            after = answer.get("after_key")
            if after is None:
                return

    def _aggregate(self, query: Asked, aggregation: Asked) -> Found:
        with guarded(self.url):
            answer = self.client.search(
                index=self.index, query=query, size=0, track_total_hits=False, aggs={"asked": aggregation}
            )
        found: Found = answer["aggregations"]["asked"]
        return found
