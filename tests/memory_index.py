"""An Index in memory that evaluates the query tree document by document: slow, obvious, an oracle.

Nothing is visible before `commit`, as on the real backends. Words are matched without stemming.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from crawlers.items import CommunitySample, Outcome
from pipelines.document import Document
from pipelines.document_codec import document_digest
from pipelines.embeddings import from_bytes
from search.index import Bucket, Hit, Interval, Neighbour, PutReport, Results, Sort, TermCount, Vector
from watchlists.query import (
    FIELDS,
    And,
    Everything,
    Has,
    Keyword,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Range,
    Words,
)

Value = str | float | datetime
READ: dict[int, tuple[Document, dict[str, tuple[str, ...]]]] = {}
"""Keywords by the identity of their document, which is kept so that the identity stays its own."""
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


def flag(value: bool | None) -> tuple[str, ...]:
    return () if value is None else (str(value).lower(),)


def host(url: str) -> str:
    return ".".join(url.split("/")[2].partition(":")[0].split(".")[-2:]) if "://" in url else ""


def keywords(document: Document) -> dict[str, tuple[str, ...]]:
    """Every keyword and flag field of a document, worked out once."""
    if id(document) not in READ:
        READ[id(document)] = (document, read_keywords(document))
    return READ[id(document)][1]


def read_keywords(document: Document) -> dict[str, tuple[str, ...]]:
    owner = document.community.organisation
    mentioned = tuple(mention.organisation for mention in document.mentions)
    measures = document.measures
    found: dict[str, Iterable[str | None]] = {
        "id": (document.id,),
        "kind": (document.kind,),
        "language": (document.language,),
        "source": document.sources,
        "community": (document.community.source,),
        "owner": (owner,),
        "organisation": (*mentioned, owner),
        "mentions": mentioned,
        "stance": (f"{mention.organisation}|{mention.tone}" for mention in document.mentions),
        "author": (document.author,),
        "thread": (document.thread,),
        "parent": (document.parent,),
        "tag": document.tags,
        "hashtag": document.hashtags,
        "entity": (entity.name for entity in document.entities),
        "label": (f"{entity.name}|{entity.label}" for entity in document.entities),
        "phrase": document.phrases,
        "topic": document.topics,
        "subject": (document.subject,),
        "tone": (document.tone,),
        "emotion": document.emotions,
        "intent": (document.intent,),
        "story": (document.story,),
        "domain": (host(document.url),),
        "link": document.link_domains,
        "url": (document.url,),
        "backfill": flag(document.is_backfill),
        "staff": flag(document.author_is_staff),
        "bot": flag(document.author_is_bot),
        "deleted": flag(document.deleted is not None),
        "copy": flag(document.is_copy),
        "analysed": flag(document.is_analysed),
        "accepted": flag(document.is_accepted),
        "solved": flag(measures.is_solved if measures else None),
        "opening": flag(document.parent is None),
    }
    return {name: tuple(sorted({value for value in values if value})) for name, values in found.items()}


def scalar(document: Document, field: str) -> float | datetime | None:
    """The value of a number or date field, or None."""
    measures = document.measures
    of_thread = {
        "thread_replies": "replies",
        "staff_replies": "staff_replies",
        "repliers": "repliers",
        "first_reply_minutes": "first_reply_minutes",
        "first_staff_reply_minutes": "first_staff_reply_minutes",
        "last_activity": "last_activity",
    }
    if field in of_thread:
        return getattr(measures, of_thread[field]) if measures else None
    value: float | datetime | None = getattr(document, field)
    return value


def folded(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in plain).split()


def words_of(document: Document, field: str | None) -> list[str]:
    if field is None:
        return folded(f"{document.title}\n{document.text}")
    return folded(document.title if field == "title" else document.text)


def in_range(value: float | datetime | None, query: Range) -> bool:
    if value is None:
        return False
    if query.low is not None and not (value >= query.low if query.include_low else value > query.low):  # type: ignore[operator]
        return False
    return query.high is None or bool(value <= query.high if query.include_high else value < query.high)  # type: ignore[operator]


def holds_phrase(document: Document, query: Phrase) -> bool:
    wanted, words = folded(query.text), words_of(document, query.field)
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


def matches(document: Document, query: Query) -> bool:  # noqa: C901, PLR0911 (one case a node)
    """Whether the document answers the query."""
    match query:
        case Everything():
            return True
        case And(parts):
            return all(matches(document, part) for part in parts)
        case Or(parts):
            return any(matches(document, part) for part in parts)
        case Not(part):
            return not matches(document, part)
        case Keyword(field, value):
            return value in keywords(document)[known(field)]
        case Range(field):
            return in_range(scalar(document, known(field)), query)
        case Has(field):
            if FIELDS[known(field)] in {"number", "date"}:
                return scalar(document, field) is not None
            return bool(words_of(document, field) if FIELDS[field] == "text" else keywords(document)[field])
        case Words(text, field):
            return set(folded(text)) <= set(words_of(document, field))
        case Phrase():
            return holds_phrase(document, query)
        case Prefix(value, field):
            if field is None or FIELDS[known(field)] == "text":
                return any(word.startswith("".join(folded(value))) for word in words_of(document, field))
            return any(each.startswith(value) for each in keywords(document)[field])


def known(field: str) -> str:
    if field not in FIELDS:
        raise ValueError(f"unknown field {field}")
    return field


class MemoryIndex:
    """The Protocol Index over a dict."""

    def __init__(self, documents: Iterable[Document] = (), outcomes: Iterable[Outcome] = ()) -> None:
        self._documents: dict[str, Document] = {}
        self._outcomes: dict[tuple[str, str], Outcome] = {}
        self._samples: dict[tuple[str, datetime], CommunitySample] = {}
        self._pending: dict[str, Document | None] = {}
        self._vectors: dict[str, Vector] = {}
        self.put(documents)
        self.put_outcomes(outcomes)
        self.commit()

    def put(self, documents: Iterable[Document], /) -> PutReport:
        before = len(self._pending)
        self._pending.update({document.id: document for document in documents})
        return PutReport(taken=len(self._pending) - before)

    def put_outcomes(self, outcomes: Iterable[Outcome], /) -> None:
        self._outcomes.update({(outcome.source, outcome.run): outcome for outcome in outcomes})

    def put_samples(self, samples: Iterable[CommunitySample], /) -> None:
        self._samples.update({(sample.source, sample.at): sample for sample in samples})

    def put_vectors(self, vectors: Iterable[Vector], /) -> None:
        self._vectors.update({vector.id: vector for vector in vectors if any(vector.data)})

    def delete(self, ids: Iterable[str], /) -> int:
        doomed = tuple(ids)
        for id in doomed:
            self._vectors.pop(id, None)
        gone = [id for id in doomed if id in self._documents]
        self._pending.update(dict.fromkeys(gone))
        return len(gone)

    def commit(self) -> None:
        for id, document in self._pending.items():
            if document is None:
                self._documents.pop(id, None)
            else:
                self._documents[id] = document
        self._pending.clear()

    def close(self) -> None:
        self._pending.clear()

    def get(self, id: str, /) -> Document | None:
        return self._documents.get(id)

    def _matching(self, query: Query) -> list[Document]:
        return [self._documents[id] for id in sorted(self._documents) if matches(self._documents[id], query)]

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
        found = self._matching(query)
        if sort != "relevance":
            field = sort.removeprefix("-")
            valued = [document for document in found if scalar(document, field) is not None]
            valued.sort(key=lambda document: scalar(document, field), reverse=sort.startswith("-"))  # type: ignore[arg-type, return-value]
            found = valued + [document for document in found if scalar(document, field) is None]
        hits = tuple(Hit(document=document) for document in found[offset : offset + limit])
        return Results(hits=hits, total=len(found))

    def scan(self, query: Query, /, *, batch: int = 500) -> Iterator[Document]:
        return iter(self._matching(query))

    def count(self, query: Query, /) -> int:
        return len(self._matching(query))

    def distinct(self, query: Query, field: str, /) -> int:
        return len(self._tally(query, field))

    def _tally(self, query: Query, field: str) -> Counter[str]:
        return Counter(
            value for document in self._matching(query) for value in keywords(document)[known(field)]
        )

    def timeline(
        self, query: Query, field: str, /, *, interval: Interval, since: datetime, until: datetime
    ) -> tuple[Bucket, ...]:
        step = STEPS[interval]
        values = [scalar(document, known(field)) for document in self._matching(query)]
        buckets = []
        while since < until:
            end = min(since + step, until)
            count = sum(isinstance(value, datetime) and since <= value < end for value in values)
            buckets.append(Bucket(start=since, count=count))
            since += step
        return tuple(buckets)

    def terms(self, query: Query, field: str, /, *, limit: int = 100) -> tuple[TermCount, ...]:
        ranked = sorted(self._tally(query, field).items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(TermCount(term=term, count=count) for term, count in ranked[:limit])

    def quantiles(self, query: Query, field: str, at: Sequence[float], /) -> tuple[float | None, ...]:
        values = sorted(
            float(value)
            for document in self._matching(query)
            if isinstance(value := scalar(document, known(field)), int | float)
        )
        return tuple(interpolate(values, share) for share in at)

    def outcomes(self, *, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        found = [outcome for outcome in self._outcomes.values() if since <= outcome.at < until]
        return tuple(sorted(found, key=lambda outcome: (outcome.at, outcome.source)))

    def samples(self, source: str, /, *, since: datetime, until: datetime) -> tuple[CommunitySample, ...]:
        found = [sample for sample in self._samples.values() if sample.source == source]
        return tuple(sorted((s for s in found if since <= s.at < until), key=lambda sample: sample.at))

    def ids(self) -> Iterator[tuple[str, str]]:
        return iter([(id, document_digest(self._documents[id])) for id in sorted(self._documents)])

    def oldest(self, field: str, /) -> datetime | None:
        values = [scalar(document, known(field)) for document in self._documents.values()]
        return min((value for value in values if isinstance(value, datetime)), default=None)

    def nearest(
        self, vector: bytes, /, *, model: str, limit: int, among: Collection[str] | None = None
    ) -> tuple[Neighbour, ...]:
        found = []
        for each in self._vectors.values():
            if each.model == model and (among is None or each.id in among):
                ours, theirs = from_bytes([vector, each.data])
                length = (ours @ ours * (theirs @ theirs)) ** 0.5
                found.append(Neighbour(id=each.id, score=round(float(ours @ theirs / length), 4)))
        return tuple(sorted(found, key=lambda each: (-each.score, each.id))[:limit])

    def vector_digests(self, ids: Collection[str], /) -> dict[str, str]:
        return {id: self._vectors[id].digest for id in ids if id in self._vectors}

    def count_vectors(self, model: str, /) -> int:
        return sum(vector.model == model for vector in self._vectors.values())


def interpolate(values: list[float], share: float) -> float | None:
    """The quantile by linear interpolation between neighbours."""
    if not values:
        return None
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
