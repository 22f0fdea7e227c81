"""A query tree as the embedded engine's own. Structured parts never score; text scores by BM25."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import tantivy
from tantivy import FieldType, Occur

from search.backends.analysis import OTHER, TEXT_LANGUAGES, analyse, analyse_words
from search.backends.columns import KEYWORD_FIELDS, NUMBER_FIELDS, TEXT_FIELDS, microseconds
from search.backends.embedded_schema import text_field, words_field
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

TITLE_BOOST = 2.0


def compile_query(query: Query, schema: tantivy.Schema) -> tantivy.Query:
    """The engine's query; the tree has been checked."""
    return _Compiler(schema).compile(query)


class _Compiler:
    """Holds the schema while a tree is walked."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def compile(self, query: Query) -> tantivy.Query:
        match query:
            case And(parts=parts):
                return _all_of([self.compile(part) for part in parts])
            case Or(parts=parts):
                return _any_of([self.compile(part) for part in parts])
            case Not(part=part):
                return _none_of(self.compile(part))
            case Words() | Phrase():
                return self._text(query)
            case Prefix(value=value, field=field):
                return self._prefix(value, field)
            case _:
                return _unscored(self._structured(query))

    def _structured(self, query: Everything | Keyword | Range | Has) -> tantivy.Query:
        match query:
            case Keyword(field=field, value=value):
                return self._term(field, value)
            case Range(field=field):
                return self._range(query)
            case Has(field=field):
                return self._has(field)
            case _:
                return tantivy.Query.all_query()

    def _term(self, field: str, value: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value, "basic")

    def _range(self, part: Range) -> tantivy.Query:
        if part.low is None and part.high is None:
            return self._has(part.field)
        is_number = part.field in NUMBER_FIELDS
        return tantivy.Query.range_query(
            self._schema,
            part.field,
            FieldType.Float if is_number else FieldType.Integer,
            lower_bound=_bound(part.low),
            upper_bound=_bound(part.high),
            include_lower=part.include_low or part.low is None,
            include_upper=part.include_high or part.high is None,
        )

    def _has(self, field: str) -> tantivy.Query:
        if FIELDS[field] != "text":
            return tantivy.Query.exists_query(field)
        return self._words_begin("", words_field(field))

    def _words_begin(self, start: str, field: str) -> tantivy.Query:
        return tantivy.Query.fuzzy_term_query(self._schema, field, start, distance=0, prefix=True)

    def _prefix(self, value: str, field: str | None) -> tantivy.Query:
        if field in KEYWORD_FIELDS:
            return _unscored(self._words_begin(value, field))
        words = analyse(value, OTHER)
        if not words:
            return tantivy.Query.empty_query()
        fields = [words_field(each) for each in ([field] if field else TEXT_FIELDS)]
        whole = [_any_of([self._term(name, word) for name in fields]) for word in words[:-1]]
        last = _any_of([self._words_begin(words[-1], name) for name in fields])
        return tantivy.Query.const_score_query(_all_of([*whole, last]), 1.0)

    def _text(self, query: Words | Phrase) -> tantivy.Query:
        """A document is in one language: the query is asked in each."""
        fields = [query.field] if query.field else TEXT_FIELDS
        asked = (self._text_in(query, language, fields) for language in TEXT_LANGUAGES)
        return _any_of([each for each in asked if each is not None])

    def _text_in(self, query: Words | Phrase, language: str, fields: Sequence[str]) -> tantivy.Query | None:
        if isinstance(query, Words):
            words = analyse_words(query.text, language)
            parts = [
                _any_of([self._word(field, language, word) for field in fields])
                for word in dict.fromkeys(words)
            ]
            return _all_of(parts) if parts else None
        words = analyse(query.text, language)
        if len(words) < 2:  # one word is no phrase to the engine
            return self._text_in(Words(query.text, query.field), language, fields) if words else None
        return _any_of([self._phrase(field, language, words, query.slop) for field in fields])

    def _word(self, field: str, language: str, word: str) -> tantivy.Query:
        term = tantivy.Query.term_query(self._schema, text_field(field, language), word, "freq")
        return _boosted(term, field)

    def _phrase(self, field: str, language: str, words: Iterable[str], slop: int) -> tantivy.Query:
        phrase = tantivy.Query.phrase_query(self._schema, text_field(field, language), list(words), slop)
        return _boosted(phrase, field)


def _bound(value: float | datetime | None) -> float | int | None:
    if isinstance(value, datetime):
        return microseconds(value)
    return None if value is None else float(value)


def _boosted(query: tantivy.Query, field: str) -> tantivy.Query:
    return tantivy.Query.boost_query(query, TITLE_BOOST) if field == "title" else query


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)


def _all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    if not queries:
        return _unscored(tantivy.Query.all_query())
    return tantivy.Query.boolean_query([(Occur.Must, query) for query in queries])


def _any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    if not queries:
        return tantivy.Query.empty_query()
    return tantivy.Query.boolean_query([(Occur.Should, query) for query in queries])


def _none_of(query: tantivy.Query) -> tantivy.Query:
    everything = _unscored(tantivy.Query.all_query())
    return tantivy.Query.boolean_query([(Occur.Must, everything), (Occur.MustNot, query)])
