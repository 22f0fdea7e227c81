"""Watched topics: the watchlist's queries, matched in memory on one Document.

The tree is that of watchlists.query. Structured parts mean what they mean on every index; words are
compared by stem, close to what the indexes do, whose stemmers differ in details.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from pipelines.document import Document
from pipelines.fields import keyword_values, ordered_value
from pipelines.folding import fold, fold_words
from pipelines.stems import query_stems, stem_words
from watchlists.model import Watchlist
from watchlists.names import read_names
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
from watchlists.query_parser import parse_query

_TEXTS = ("title", "text")
_NOTHING = frozenset[str]()


@dataclass(frozen=True, slots=True)
class TopicMatcher:
    """The topics of a watchlist, parsed once."""

    queries: Mapping[str, Query]

    @classmethod
    def of(cls, watchlist: Watchlist, *, now: datetime) -> TopicMatcher:
        """The topics of a watchlist; `now` is what their relative dates count from."""
        names = read_names(watchlist.organisations)
        return cls(
            {
                topic.id: parse_query(topic.query, now=now, timezone=watchlist.timezone, names=names)
                for topic in watchlist.topics
            }
        )

    def match(self, document: Document) -> tuple[str, ...]:
        """Ids of the topics that match, in the watchlist's order."""
        reading = _Reading(document)
        return tuple(id for id, query in self.queries.items() if _matches(query, reading))


def matches(query: Query, document: Document) -> bool:
    """Whether a query matches one document."""
    return _matches(query, _Reading(document))


class _Reading:
    """A document with its words, worked out when a query first asks for them."""

    def __init__(self, document: Document) -> None:
        self.document = document

    @cached_property
    def stems(self) -> dict[str, list[str]]:
        return {
            "title": stem_words(self.document.title, self.document.language),
            "text": stem_words(self.document.text, self.document.language),
        }

    @cached_property
    def words(self) -> dict[str, set[str]]:
        return {"title": set(fold_words(self.document.title)), "text": set(fold_words(self.document.text))}

    @cached_property
    def held(self) -> dict[str | None, set[str]]:
        """The different stems of each field, and of the whole under None."""
        held: dict[str | None, set[str]] = {name: set(stems) for name, stems in self.stems.items()}
        return held | {None: set[str]().union(*held.values())}

    def sequences(self, field: str | None) -> list[list[str]]:
        return [self.stems[name] for name in _TEXTS if field in {name, None}]


def _matches(query: Query, reading: _Reading) -> bool:
    match query:
        case And(parts=parts):
            return all(_matches(part, reading) for part in parts)
        case Or(parts=parts):
            return any(_matches(part, reading) for part in parts)
        case Not(part=part):
            return not _matches(part, reading)
        case Everything():
            return True
        case Words() | Phrase():
            return _has_text(query, reading)
        case _:
            return _has_value(query, reading)


def _has_text(query: Words | Phrase, reading: _Reading) -> bool:
    language = reading.document.language
    if isinstance(query, Phrase):
        wanted, sequences = stem_words(query.text, language), reading.sequences(query.field)
        return bool(wanted) and any(_follows(wanted, each, slop=query.slop) for each in sequences)
    asked = query_stems(query.text, language)
    return bool(asked) and reading.held.get(query.field, _NOTHING).issuperset(asked)


def _has_value(query: Keyword | Prefix | Range | Has, reading: _Reading) -> bool:
    document = reading.document
    match query:
        case Keyword(field=field, value=value):
            return value in keyword_values(document, field)
        case Prefix(field=field, value=value):
            return _begins(field, value, reading)
        case Range(field=field):
            return _lies_between(query, ordered_value(document, field))
        case Has(field=field):
            return _has_field(field, document)


def _begins(field: str | None, value: str, reading: _Reading) -> bool:
    if field is not None and FIELDS[field] != "text":
        return any(each.startswith(value) for each in keyword_values(reading.document, field))
    start = fold(value)
    return any(
        word.startswith(start) for name in _TEXTS if field in {name, None} for word in reading.words[name]
    )


def _lies_between(query: Range, value: float | datetime | None) -> bool:
    if value is None:
        return False
    return _is_after(value, query.low, or_equal=query.include_low) and _is_after(
        query.high, value, or_equal=query.include_high
    )


def _is_after(value: float | datetime | None, limit: float | datetime | None, *, or_equal: bool) -> bool:
    if value is None or limit is None:  # that side is open
        return True
    if isinstance(value, datetime) or isinstance(limit, datetime):
        assert isinstance(value, datetime)
        assert isinstance(limit, datetime)
        return value >= limit if or_equal else value > limit
    return value >= limit if or_equal else value > limit


def _has_field(field: str, document: Document) -> bool:
    kind = FIELDS[field]
    if kind == "text":
        return bool(document.title if field == "title" else document.text)
    if kind in {"number", "date"}:
        return ordered_value(document, field) is not None
    return bool(keyword_values(document, field))


def _follows(wanted: Sequence[str], words: Sequence[str], *, slop: int) -> bool:
    """Whether `wanted` stand in order, with at most `slop` other words among them."""
    starts = [place for place, word in enumerate(words) if word == wanted[0]]
    return any(_extend(wanted, words, start, slop) for start in starts)


def _extend(wanted: Sequence[str], words: Sequence[str], start: int, slop: int) -> bool:
    place, left = start, slop
    for word in wanted[1:]:
        try:
            following = words.index(word, place + 1, place + 2 + left)
        except ValueError:
            return False
        left -= following - place - 1
        place = following
    return True
