"""Outcomes and community samples on a server, in an index of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeVar

from pydantic import TypeAdapter

from crawlers.items import CommunitySample, Outcome
from search.backends.columns import microseconds
from search.backends.elasticsearch_bulk import send
from search.backends.elasticsearch_reading import Reader

_OUTCOMES = TypeAdapter(Outcome)
_SAMPLES = TypeAdapter(CommunitySample)
Record = TypeVar("Record")
_BATCH = 1000


class Records:
    """What is put is sent by `commit`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.alias = reader.index
        self._pending: dict[str, dict[str, Any]] = {}

    def put_outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Keep outcomes for the next commit."""
        for outcome in outcomes:
            self._keep("outcome", outcome.source, outcome.run, outcome.at, _OUTCOMES.dump_json(outcome))

    def put_samples(self, samples: Iterable[CommunitySample]) -> None:
        """Keep samples for the next commit."""
        for sample in samples:
            self._keep("sample", sample.source, sample.at.isoformat(), sample.at, _SAMPLES.dump_json(sample))

    def commit(self) -> None:
        """Send what was put, and make it visible."""
        if not self._pending:
            return
        actions = (
            {"_index": self._reader.index, "_id": id, **source} for id, source in self._pending.items()
        )
        for _ in send(self._reader, actions):
            pass
        self._pending.clear()

    def outcomes(self, *, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """Outcomes with since <= at < until, by time, then source, then run."""
        found = self._find([{"term": {"is": "outcome"}}], since, until)
        return tuple(_OUTCOMES.validate_json(record) for record in found)

    def samples(self, source: str, *, since: datetime, until: datetime) -> tuple[CommunitySample, ...]:
        """Samples of a source with since <= at < until, by time."""
        found = self._find([{"term": {"is": "sample"}}, {"term": {"source": source}}], since, until)
        return tuple(_SAMPLES.validate_json(record) for record in found)

    def _find(self, filters: list[dict[str, Any]], since: datetime, until: datetime) -> Iterator[str]:
        span = {"range": {"at": {"gte": microseconds(since), "lt": microseconds(until)}}}
        query = {"bool": {"filter": [*filters, span]}}
        hits = self._reader.scan(query, batch=_BATCH, sort=[{"at": "asc"}, {"source": "asc"}, {"run": "asc"}])
        return (hit["_source"]["record"] for hit in hits)

    def _keep(self, kind: str, source: str, run: str, at: datetime, record: bytes) -> None:
        id = blake2b(f"{kind}\n{source}\n{run}".encode(), digest_size=16).hexdigest()
        self._pending[id] = {
            "is": kind,
            "source": source,
            "run": run,
            "at": microseconds(at),
            "record": record.decode(),
        }
