"""The Index: what search, insights and digests ask, whatever engine answers.

Contract, held by tests/test_index_contract.py on every backend:

- Documents are replaced whole by id; putting the same document twice changes nothing.
- What `put`, `put_outcomes`, `put_samples`, `put_vectors` and `delete` did is visible after
  `commit`, and what was committed survives a crash. What was only put is dropped; on a server it
  may show with the next commit, which is harmless: whoever puts again puts under the same ids.
- Structured queries (see watchlists.query) give identical hits, counts and order on every
  backend. Every sort ends in the id, ascending, as its tie-break; documents without a value
  for the sort field come last, both ways.
- Counts are exact, never estimates or caps; a term or bucket with no document is left out of
  `terms` and present with 0 in `timeline`.
- Vectors are kept apart from documents, so that a document may be put again without its own; `delete` takes
  both away. A vector of zeros says nothing and is left out.
- An unknown field is a programming error: ValueError. More words than an engine can look for at
  once (300) are the reader's: QueryError. An engine that cannot be reached or is
  damaged raises IndexUnavailable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Literal, Protocol

from crawlers.items import CommunitySample, Outcome
from pipelines.document import Document
from watchlists.query import Query

Sort = Literal[
    "relevance",
    "published",
    "-published",
    "first_seen",
    "-first_seen",
    "-engagement",
    "-engagement_per_hour",
    "-engagement_vs_norm",
    "-replies",
    "-last_activity",
]
Interval = Literal["hour", "day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A document the engine refused for good, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutReport:
    """How many documents were taken, and which were refused."""

    taken: int = 0
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """A passage of one field; `marks` are (start, end) character offsets within `text`."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One result: the document, its score (0.0 when not sorted by relevance), why it matched."""

    document: Document
    score: float = 0.0
    highlights: tuple[Highlight, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A page of hits and the exact number of all."""

    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Documents whose date lies in [start, start + interval)."""

    start: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCount:
    """A keyword value and its number of documents."""

    term: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """What a document means, as pipelines.embeddings.to_bytes writes it, and the encoder that said so."""

    id: str
    model: str
    data: bytes

    @property
    def digest(self) -> str:
        """Equal for equal vectors of one encoder."""
        return f"{self.model}|{blake2b(self.data, digest_size=8).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A document and how near it is in meaning: the cosine, 1.0 for the same, to four places."""

    id: str
    score: float


class Index(Protocol):
    """Everything search/ may ask of an engine. Not shared between threads."""

    def put(self, documents: Iterable[Document], /) -> PutReport:
        """Take documents, replacing those of the same id."""

    def put_outcomes(self, outcomes: Iterable[Outcome], /) -> None:
        """Take outcomes, replacing those of the same source and run."""

    def put_samples(self, samples: Iterable[CommunitySample], /) -> None:
        """Take community samples, replacing those of the same source and time."""

    def put_vectors(self, vectors: Iterable[Vector], /) -> None:
        """Take what documents mean, replacing vectors of the same id; the documents may come later."""

    def delete(self, ids: Iterable[str], /) -> int:
        """Remove documents, and their vectors; how many documents existed."""

    def commit(self) -> None:
        """Make everything since the last commit durable and visible."""

    def close(self) -> None:
        """Give back files, locks and connections; what was not committed is dropped."""

    def get(self, id: str, /) -> Document | None:
        """The document of that id, or None."""

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
        """A page of hits, at most 10,000 deep (offset + limit); use `scan` beyond."""

    def scan(self, query: Query, /, *, batch: int = 500) -> Iterator[Document]:
        """Every matching document once, ordered by id, as the index was when the scan began."""

    def count(self, query: Query, /) -> int:
        """How many documents match."""

    def distinct(self, query: Query, field: str, /) -> int:
        """How many different values of a keyword field the matching documents hold, exactly."""

    def timeline(
        self, query: Query, field: str, /, *, interval: Interval, since: datetime, until: datetime
    ) -> tuple[Bucket, ...]:
        """Counts by fixed interval from `since` (inclusive) to `until` (exclusive).

        Buckets start at `since`, which need not be a whole hour: for days in a timezone, give
        local midnight, and one call for each side of a clock change.
        """

    def terms(self, query: Query, field: str, /, *, limit: int = 100) -> tuple[TermCount, ...]:
        """The commonest values of a keyword field, by count descending, then by value."""

    def quantiles(self, query: Query, field: str, at: Sequence[float], /) -> tuple[float | None, ...]:
        """Quantiles of a number field by linear interpolation, exact; None when no value exists."""

    def outcomes(self, *, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """Outcomes with since <= at < until, by time, then source."""

    def samples(self, source: str, /, *, since: datetime, until: datetime) -> tuple[CommunitySample, ...]:
        """Community samples of a source with since <= at < until, by time."""

    def ids(self) -> Iterator[tuple[str, str]]:
        """Every (id, digest of the stored document), ordered by id: what a comparison needs."""

    def oldest(self, field: str, /) -> datetime | None:
        """The earliest value of a date field; None when there is none."""

    def nearest(
        self, vector: bytes, /, *, model: str, limit: int, among: Collection[str] | None = None
    ) -> tuple[Neighbour, ...]:
        """The documents nearest in meaning, of all or of `among` (at most 10,000): nearest first, then by id.

        Exact on this machine; on a server nine of the ten nearest are found, or more.
        """

    def vector_digests(self, ids: Collection[str], /) -> Mapping[str, str]:
        """The digest of each vector there is for these documents: what a comparison needs."""

    def count_vectors(self, model: str, /) -> int:
        """How many vectors of that encoder there are."""
