"""A query tree as a server's own. Structured parts only filter; text scores by BM25.

A server counts how deep a query is nested (30 by default): parts of high trees are given to it apart.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pipelines.folding import WORD
from pipelines.words import read_words
from search.backends.analysis import OTHER, TEXT_LANGUAGES, analyse
from search.backends.checking import scores
from search.backends.columns import KEYWORD_FIELDS, TEXT_FIELDS, microseconds
from search.backends.elasticsearch_schema import analysable, text_field, words_field
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

TITLE_BOOST = 2
NOTHING: dict[str, Any] = {"match_none": {}}
ALL: dict[str, Any] = {"match_all": {}}
_LEVELS = 10
"""Levels of our tree, each at most two of the server's, that stay within its 30."""
_SCORED = 100
"""Words up to which a query scores each; with more, order says little and costs as much again."""


def compile_query(query: Query) -> dict[str, Any]:
    """The server's query; the tree has been checked."""
    compiled = _compile(query)
    return _wrap(compiled) if _height(query) % _LEVELS == 0 else compiled


def _compile(query: Query) -> dict[str, Any]:  # noqa: PLR0911  (one line for each kind of node)
    match query:
        case And(parts=parts):
            return _all_of(_flat(parts, And))
        case Or(parts=parts):
            return _any_of([_quiet(part) for part in _flat(parts, Or)])
        case Not(part=part):
            return {"bool": {"must_not": [compile_query(part)]}}
        case Words(text=text, field=field):
            return _words(text, field)
        case Phrase():
            return _phrase(query)
        case Prefix(value=value, field=field):
            return _prefix(value, field)
        case _:
            return _structured(query)


def _height(query: Query) -> int:
    match query:
        case And(parts=parts) | Or(parts=parts):
            return 1 + max(map(_height, parts), default=0)
        case Not(part=part):
            return 1 + _height(part)
        case _:
            return 1


def _wrap(compiled: dict[str, Any]) -> dict[str, Any]:
    """A query that the server parses apart: it counts anew how deep it is."""
    return {"wrapper": {"query": b64encode(json.dumps(compiled).encode()).decode()}}


def _structured(query: Everything | Keyword | Range | Has) -> dict[str, Any]:
    match query:
        case Keyword(field=field, value=value):
            return {"term": {field: value}}
        case Range(field=field, low=None, high=None) | Has(field=field):
            return {"exists": {"field": words_field(field) if FIELDS[field] == "text" else field}}
        case Range():
            return {"range": {query.field: dict(_bounds(query))}}
        case _:
            return ALL


def _bounds(part: Range) -> Iterator[tuple[str, float | int]]:
    if part.low is not None:
        yield ("gte" if part.include_low else "gt"), _bound(part.low)
    if part.high is not None:
        yield ("lte" if part.include_high else "lt"), _bound(part.high)


def _bound(value: float | datetime) -> float | int:
    return microseconds(value) if isinstance(value, datetime) else float(value)


def _all_of(parts: list[Query]) -> dict[str, Any]:
    """Every part: what scores must match, the rest filters."""
    clauses: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        if isinstance(part, Not):
            clauses.setdefault("must_not", []).append(compile_query(part.part))
        else:
            clauses.setdefault("must" if scores(part) else "filter", []).append(compile_query(part))
    return {"bool": clauses} if clauses else ALL


def _any_of(compiled: list[dict[str, Any]]) -> dict[str, Any]:
    if not compiled:
        return NOTHING
    return compiled[0] if len(compiled) == 1 else {"bool": {"should": compiled, "minimum_should_match": 1}}


def _quiet(part: Query) -> dict[str, Any]:
    """A part of an Or: what is structured adds nothing to the score of its neighbours."""
    compiled = compile_query(part)
    return compiled if scores(part) else {"constant_score": {"filter": compiled, "boost": 0}}


def _flat(parts: tuple[Query, ...], kind: type[And | Or]) -> list[Query]:
    """The parts, those of parts of the same kind in their place."""
    flat: list[Query] = []
    for part in parts:
        flat.extend(
            _flat(part.parts, kind) if isinstance(part, And | Or) and isinstance(part, kind) else [part]
        )
    return flat


def _words(text: str, field: str | None) -> dict[str, Any]:
    """Every word in one of the fields; each field it is in adds to the score."""
    asked = []
    for words, fields in _in_each_language(_drop_small_words(text), field):
        match = {"query": words, "fields": fields}
        every = {"multi_match": {**match, "type": "cross_fields", "operator": "and"}}
        score = [{"multi_match": {**match, "type": "most_fields"}}] if len(words.split()) <= _SCORED else []
        asked.append({"bool": {"filter": [every], "should": score}})
    return _any_of(asked)


def _phrase(query: Phrase) -> dict[str, Any]:
    asked = _in_each_language(query.text, query.field)
    options = {"type": "phrase", "slop": query.slop, "tie_breaker": 1}
    return _any_of(
        [{"multi_match": {"query": words, "fields": fields, **options}} for words, fields in asked]
    )


def _in_each_language(text: str, field: str | None) -> Iterator[tuple[str, list[str]]]:
    """A document is in one language: the query is asked in each, of the fields of that language."""
    for language in TEXT_LANGUAGES:
        if words := analysable(text, language):
            yield words, [_boosted(each, language) for each in ([field] if field else TEXT_FIELDS)]


def _boosted(field: str, language: str) -> str:
    name = text_field(field, language)
    return f"{name}^{TITLE_BOOST}" if field == "title" else name


def _drop_small_words(text: str) -> str:
    """The words that tell something, with what joins them; all of them where none does."""
    small = read_words("small_words")
    telling = [word for word in text.split() if not all(part in small for part in WORD.findall(word.lower()))]
    return " ".join(telling) if telling else text


def _prefix(value: str, field: str | None) -> dict[str, Any]:
    if field in KEYWORD_FIELDS:
        return {"prefix": {field: {"value": value}}}
    words = analyse(value, OTHER)
    if not words:
        return NOTHING
    fields = [words_field(each) for each in ([field] if field else TEXT_FIELDS)]
    whole = [_any_of([{"term": {name: word}} for name in fields]) for word in words[:-1]]
    last = _any_of([{"prefix": {name: {"value": words[-1]}}} for name in fields])
    return {"bool": {"filter": [*whole, last]}} if whole else last
