"""The embedded index: tantivy in a folder, one writer (who holds the run lock), any number of readers."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

import tantivy

from crawlers.items import CommunitySample, Outcome
from pipelines.document import Document
from search.backends.checking import check_field, check_keyword, check_page, check_query, scores
from search.backends.columns import EPOCH, MICROSECOND
from search.backends.embedded_counts import commonest_terms, count_by_interval, count_terms, find_quantiles
from search.backends.embedded_folder import Snapshots, guarded, open_engine
from search.backends.embedded_order import Page, exact_page, id_groups
from search.backends.embedded_query import compile_query
from search.backends.embedded_records import Records
from search.backends.embedded_vectors import Vectors
from search.backends.embedded_view import Address, View
from search.backends.embedded_writer import Writer, refuse_writing
from search.backends.figures import check_quantiles, check_span, fill_buckets, rank_terms
from search.backends.highlight import highlight as find_highlights
from search.index import (
    Bucket,
    Hit,
    Interval,
    Neighbour,
    PutReport,
    Results,
    Sort,
    TermCount,
    Vector,
)
from watchlists.query import And, Everything, Has, Query, Range

_SCAN = 20_000
"""Addresses a scan asks for at a time."""


class EmbeddedIndex:
    """search.index.Index on a folder."""

    def __init__(self, engine: tantivy.Index, folder: Path, *, readonly: bool) -> None:
        self._schema = engine.schema
        self._folder = folder
        self._snapshots = Snapshots(engine, folder)
        self._records = Records(folder / "records.db")
        self._vectors = Vectors(folder)
        self._writer = None if readonly else Writer(engine, folder, self._snapshots)

    @classmethod
    def open(cls, folder: Path, *, readonly: bool = False) -> Self:
        """The index in that folder, made when missing unless only to be read."""
        index = cls(open_engine(folder, readonly=readonly), folder, readonly=readonly)
        index.count(Everything())  # a damaged folder shows here, not in the middle of a digest
        return index

    @classmethod
    @contextmanager
    def rebuild(cls, folder: Path) -> Iterator[Self]:
        """An empty index that takes the folder's place when the block ends well."""
        making, leaving = folder.with_name(f"{folder.name}.new"), folder.with_name(f"{folder.name}.old")
        shutil.rmtree(making, ignore_errors=True)
        with closing(cls.open(making)) as index:
            yield index
            index.commit()
        shutil.rmtree(leaving, ignore_errors=True)
        if folder.exists():
            folder.rename(leaving)
        making.rename(folder)
        shutil.rmtree(leaving, ignore_errors=True)

    # Changes

    def put(self, documents: Iterable[Document], /) -> PutReport:
        return self._changing.put(documents)

    def put_outcomes(self, outcomes: Iterable[Outcome], /) -> None:
        assert self._changing
        self._records.put_outcomes(outcomes)

    def put_samples(self, samples: Iterable[CommunitySample], /) -> None:
        assert self._changing
        self._records.put_samples(samples)

    def put_vectors(self, vectors: Iterable[Vector], /) -> None:
        assert self._changing
        self._vectors.put(vectors)

    def delete(self, ids: Iterable[str], /) -> int:
        doomed = tuple(ids)
        gone = self._changing.delete(doomed)
        self._vectors.delete(doomed)
        return gone

    def commit(self) -> None:
        with guarded(self._folder):
            self._records.commit()
            self._vectors.commit()
        self._changing.commit()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    @property
    def _changing(self) -> Writer:
        if self._writer is None:
            raise refuse_writing()
        return self._writer

    # Documents

    def get(self, id: str, /) -> Document | None:
        with guarded(self._folder):
            view = self._snapshots.newest()
            found = view.first(tantivy.Query.term_query(self._schema, "id", id, "basic"), 1)
            return view.read(found[0][1]) if found else None

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
        page = Page(
            sort=sort, is_scored=sort == "relevance" and scores(query), start=offset, end=offset + limit
        )
        view, compiled = self._ask(query)
        with guarded(self._folder):
            found, total = exact_page(view, compiled, page) if limit else ([], view.count(compiled))
        hits = (
            Hit(
                document=document,
                score=score,
                highlights=find_highlights(document, query) if highlight else (),
            )
            for score, document in found
        )
        return Results(hits=tuple(hits), total=total)

    def scan(self, query: Query, /, *, batch: int = 500) -> Iterator[Document]:
        check_query(query)
        view, compiled = self._ask(query)
        return self._scan(view, id_groups(view, compiled, max(batch, _SCAN)))

    def _scan(self, view: View, groups: Iterator[list[Address]]) -> Iterator[Document]:
        while True:
            with guarded(self._folder):
                group = next(groups, None)
                documents = [view.read(address) for address in group or ()]
            if group is None:
                return
            yield from sorted(documents, key=lambda document: document.id)

    def ids(self) -> Iterator[tuple[str, str]]:
        view, everything = self._ask(Everything())
        with guarded(self._folder):
            found = view.first(everything, max(1, view.count(everything)))
            return iter(sorted(view.identify(address) for _, address in found))

    # Figures

    def count(self, query: Query, /) -> int:
        view, compiled = self._ask(query)
        with guarded(self._folder):
            return view.count(compiled)

    def distinct(self, query: Query, field: str, /) -> int:
        check_keyword(field)
        view, compiled = self._ask(query)
        with guarded(self._folder):
            return len(count_terms(view, compiled, field))

    def timeline(
        self, query: Query, field: str, /, *, interval: Interval, since: datetime, until: datetime
    ) -> tuple[Bucket, ...]:
        check_field(field, "date")
        check_span(interval, since, until)
        span = Range(field, since, until, include_high=False)
        view, compiled = self._ask(And((query, span)))
        with guarded(self._folder):
            counts = count_by_interval(view, compiled, field, interval=interval, since=since)
        return fill_buckets(counts, interval=interval, since=since, until=until)

    def terms(self, query: Query, field: str, /, *, limit: int = 100) -> tuple[TermCount, ...]:
        check_keyword(field)
        view, compiled = self._ask(query)
        with guarded(self._folder):
            return rank_terms(commonest_terms(view, compiled, field, limit) if limit > 0 else (), limit)

    def quantiles(self, query: Query, field: str, at: Sequence[float], /) -> tuple[float | None, ...]:
        check_field(field, "number")
        check_quantiles(at)
        view, compiled = self._ask(And((query, Has(field))))
        with guarded(self._folder):
            return find_quantiles(view, compiled, field, at)

    def oldest(self, field: str, /) -> datetime | None:
        check_field(field, "date")
        view, compiled = self._ask(Has(field))
        with guarded(self._folder):
            found = view.first(compiled, 1, (field, tantivy.Order.Asc))
        return EPOCH + int(found[0][0]) * MICROSECOND if found else None

    def outcomes(self, *, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        with guarded(self._folder):
            return self._records.outcomes(since=since, until=until)

    def samples(self, source: str, /, *, since: datetime, until: datetime) -> tuple[CommunitySample, ...]:
        with guarded(self._folder):
            return self._records.samples(source, since=since, until=until)

    # Meaning

    def nearest(
        self, vector: bytes, /, *, model: str, limit: int, among: Collection[str] | None = None
    ) -> tuple[Neighbour, ...]:
        with guarded(self._folder):
            return self._vectors.nearest(vector, model=model, limit=limit, among=among)

    def vector_digests(self, ids: Collection[str], /) -> Mapping[str, str]:
        with guarded(self._folder):
            return self._vectors.digests(ids)

    def count_vectors(self, model: str, /) -> int:
        with guarded(self._folder):
            return self._vectors.count(model)

    def _ask(self, query: Query) -> tuple[View, tantivy.Query]:
        check_query(query)
        with guarded(self._folder):
            return self._snapshots.newest(), compile_query(query, self._schema)
