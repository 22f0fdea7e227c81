"""The index on an Elasticsearch server, for those who outgrow one machine.

One index per version of the schema, behind one alias; ids are ours. What is put goes to the server
at once and shows when a commit refreshes the index: if the process dies in between, what it put may
show with the next commit, which is harmless, since the next run puts the same again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any, Self

from elasticsearch import Elasticsearch

from crawlers.items import CommunitySample, Outcome
from pipelines.document import Document
from pipelines.document_codec import decode
from search.backends.checking import check_field, check_keyword, check_page, check_query, scores
from search.backends.columns import EPOCH, MICROSECOND, SORTS, microseconds
from search.backends.elasticsearch_bulk import PAUSE, send
from search.backends.elasticsearch_connection import TIMEOUT, check_version, connect, guarded
from search.backends.elasticsearch_query import ALL, compile_query
from search.backends.elasticsearch_reading import Asked, Reader
from search.backends.elasticsearch_records import Records
from search.backends.elasticsearch_schema import make_source
from search.backends.elasticsearch_storage import (
    drop_next,
    find_index,
    make_index,
    make_next,
    records_alias,
    take_over,
    vectors_alias,
)
from search.backends.elasticsearch_vectors import Vectors
from search.backends.embedded_writer import refuse_writing
from search.backends.figures import (
    LENGTHS,
    check_quantiles,
    check_span,
    fill_buckets,
    interpolate,
    rank_terms,
)
from search.backends.highlight import highlight as find_highlights
from search.index import (
    Bucket,
    Hit,
    Interval,
    Neighbour,
    PutReport,
    Refusal,
    Results,
    Sort,
    TermCount,
    Vector,
)
from watchlists.model import IndexSettings
from watchlists.query import And, Has, Query, Range

_IDS = 10_000
"""Ids a comparison asks for at a time."""


class ElasticsearchIndex:
    """search.index.Index on a server."""

    def __init__(
        self, client: Elasticsearch, settings: IndexSettings, *, readonly: bool, pause: float = PAUSE
    ) -> None:
        self._client = client
        self._url = settings.url
        self._readonly = readonly
        self._pause = pause
        self._documents = Reader(client, settings.url, settings.alias)
        self._records = Records(Reader(client, settings.url, records_alias(settings.alias)))
        self._vectors = Vectors(Reader(client, settings.url, vectors_alias(settings.alias)), pause=pause)

    @classmethod
    def open(
        cls,
        settings: IndexSettings,
        *,
        readonly: bool = False,
        environ: Mapping[str, str],
        watch: str = "",
        pause: float = PAUSE,
        timeout: float = TIMEOUT,
    ) -> Self:
        """The index behind the alias, made when missing unless only to be read; `watch` is who will write.

        `pause` is how many seconds a busy server is first left alone, `timeout` how many an answer may take.
        """
        client = connect(settings, environ, timeout=timeout)
        try:
            check_version(client, settings.url)
            find_index(client, settings) if readonly else make_index(client, settings, watch=watch)
        except BaseException:
            client.close()
            raise
        return cls(client, settings, readonly=readonly, pause=pause)

    @classmethod
    @contextmanager
    def rebuild(
        cls, settings: IndexSettings, *, environ: Mapping[str, str], watch: str = "", adopts: bool = False
    ) -> Iterator[Self]:
        """An empty index that takes the alias over, in one step, when the block ends well."""
        with closing(connect(settings, environ)) as client:
            check_version(client, settings.url)
            following = make_next(client, settings, watch=watch, adopts=adopts)
            index = cls(client, following, readonly=False)
            try:
                yield index
                index.commit()
                take_over(client, settings)
            finally:
                drop_next(client, settings)

    # Changes

    def put(self, documents: Iterable[Document], /) -> PutReport:
        self._check_writable()
        refused: list[Refusal] = []
        taken = 0
        for answer in send(self._documents, self._index_actions(documents, refused), pause=self._pause):
            if answer.result == "refused":
                refused.append(Refusal(id=answer.id, reason=answer.reason))
            else:
                taken += 1
        return PutReport(taken=taken, refused=tuple(refused))

    def _index_actions(
        self, documents: Iterable[Document], refused: list[Refusal]
    ) -> Iterator[dict[str, Any]]:
        for document in documents:
            try:
                source = make_source(document)
            except ValueError as error:
                refused.append(Refusal(id=document.id, reason=str(error)))
            else:
                yield {"_index": self._documents.index, "_id": document.id, "_source": source}

    def put_outcomes(self, outcomes: Iterable[Outcome], /) -> None:
        self._check_writable()
        self._records.put_outcomes(outcomes)

    def put_samples(self, samples: Iterable[CommunitySample], /) -> None:
        self._check_writable()
        self._records.put_samples(samples)

    def put_vectors(self, vectors: Iterable[Vector], /) -> None:
        self._check_writable()
        self._vectors.put(vectors)

    def delete(self, ids: Iterable[str], /) -> int:
        self._check_writable()
        doomed = tuple(ids)
        self._vectors.delete(doomed)
        actions = ({"_op_type": "delete", "_index": self._documents.index, "_id": id} for id in doomed)
        return sum(answer.result == "deleted" for answer in send(self._documents, actions, pause=self._pause))

    def commit(self) -> None:
        self._check_writable()
        self._records.commit()
        with guarded(self._url):
            self._client.indices.refresh(
                index=[self._documents.index, self._records.alias, self._vectors.alias]
            )

    def close(self) -> None:
        self._client.close()

    def _check_writable(self) -> None:
        if self._readonly:
            raise refuse_writing()

    # Documents

    def get(self, id: str, /) -> Document | None:
        source = self._documents.get(id)
        return None if source is None else _read(source)

    def search(
        self,
        query: Query,
        /,
        *,
        sort: Sort = "relevance",
        limit: int = 20,
        offset: int = 0,
        highlight: bool = False,
    ) -> Results:
        check_query(query)
        check_page(sort, limit, offset)
        is_scored = sort == "relevance" and scores(query)
        hits, total = self._documents.search(
            compile_query(query),
            size=limit,
            from_=offset,
            sort=_order(sort, is_scored=is_scored),
            source_includes=["document"],
        )
        return Results(hits=tuple(_hit(each, query, highlight=highlight) for each in hits), total=total)

    def scan(self, query: Query, /, *, batch: int = 500) -> Iterator[Document]:
        hits = self._documents.scan(
            _compile(query), batch=batch, sort=[{"id": "asc"}], source_includes=["document"]
        )
        return (_read(hit["_source"]) for hit in hits)

    def ids(self) -> Iterator[tuple[str, str]]:
        options = {"docvalue_fields": ["id", "digest"], "source": False}
        # Even a hit's `_id` lies in the compressed sources: without it, this takes a ninth of the time.
        hits = self._documents.scan(ALL, batch=_IDS, sort=[{"id": "asc"}], stored_fields="_none_", **options)
        return ((hit["fields"]["id"][0], hit["fields"]["digest"][0]) for hit in hits)

    # Figures

    def count(self, query: Query, /) -> int:
        return self._documents.count(_compile(query))

    def distinct(self, query: Query, field: str, /) -> int:
        check_keyword(field)
        return len(self._documents.count_values(_compile(query), field))

    def timeline(
        self, query: Query, field: str, /, *, interval: Interval, since: datetime, until: datetime
    ) -> tuple[Bucket, ...]:
        check_field(field, "date")
        check_span(interval, since, until)
        length, start = LENGTHS[interval] // MICROSECOND, microseconds(since)
        asked = _compile(And((query, Range(field, since, until, include_high=False))))
        found = self._documents.histogram(asked, field, interval=length, offset=start % length)
        counts = {(key - start) // length: count for key, count in found}
        return fill_buckets(counts, interval=interval, since=since, until=until)

    def terms(self, query: Query, field: str, /, *, limit: int = 100) -> tuple[TermCount, ...]:
        check_keyword(field)
        compiled = _compile(query)
        return rank_terms(self._documents.commonest(compiled, field, limit) if limit > 0 else (), limit)

    def quantiles(self, query: Query, field: str, at: Sequence[float], /) -> tuple[float | None, ...]:
        check_field(field, "number")
        check_quantiles(at)
        counted = self._documents.count_values(_compile(And((query, Has(field)))), field)
        values = [float(value) for value, count in counted for _ in range(count)]
        return tuple(interpolate(each, len(values), values.__getitem__) if values else None for each in at)

    def oldest(self, field: str, /) -> datetime | None:
        check_field(field, "date")
        hits, _ = self._documents.search(_compile(Has(field)), size=1, sort=[{field: "asc"}], source=False)
        return EPOCH + int(hits[0]["sort"][0]) * MICROSECOND if hits else None

    def outcomes(self, *, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        return self._records.outcomes(since=since, until=until)

    def samples(self, source: str, /, *, since: datetime, until: datetime) -> tuple[CommunitySample, ...]:
        return self._records.samples(source, since=since, until=until)

    # Meaning

    def nearest(
        self, vector: bytes, /, *, model: str, limit: int, among: Collection[str] | None = None
    ) -> tuple[Neighbour, ...]:
        return self._vectors.nearest(vector, model=model, limit=limit, among=among)

    def vector_digests(self, ids: Collection[str], /) -> Mapping[str, str]:
        return self._vectors.digests(ids)

    def count_vectors(self, model: str, /) -> int:
        return self._vectors.count(model)


def _compile(query: Query) -> Asked:
    check_query(query)
    return compile_query(query)


def _order(sort: Sort, *, is_scored: bool) -> list[Any]:
    if sort == "relevance":
        return [{"_score": "desc"}, {"id": "asc"}] if is_scored else [{"id": "asc"}]
    field, is_descending = SORTS[sort]
    return [{field: {"order": "desc" if is_descending else "asc", "missing": "_last"}}, {"id": "asc"}]


def _hit(found: dict[str, Any], query: Query, *, highlight: bool) -> Hit:
    document = _read(found["_source"])
    return Hit(
        document=document,
        score=found["_score"] or 0.0,
        highlights=find_highlights(document, query) if highlight else (),
    )


def _read(source: dict[str, Any]) -> Document:
    return decode(source["document"].encode())
