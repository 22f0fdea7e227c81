"""Whether a query asks only for what exists, in the way its field allows; the same on every backend. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from search.backends.columns import KEYWORD_FIELDS, SORTS
from search.index import Sort
from watchlists.errors import QueryError
from watchlists.query import (
    FIELDS,
    And,
    Everything,
    FieldType,
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

MOST_WORDS = 300
"""Words a query may ask for: each is asked of six fields, and a server counts them."""
DEEPEST = 10_000
"""How far a search may page; beyond, scan."""


def check_query(query: Query) -> None:
    """Raise ValueError where a part names an unknown field or asks it for something it cannot hold."""
    _check_length(query)
    for part in walk(query):
        match part:
            case Words(field=str(field)) | Phrase(field=str(field)):
                check_field(field, "text")
            case Prefix(field=str(field)):
                check_field(field, "text", "keyword", "flag")
            case Keyword(field=field):
                check_field(field, "keyword", "flag")
            case Range():
                _check_range(part)
            case Has(field=field):
                check_field(field)
            case _:  # nothing is named
                pass


def _check_length(query: Query) -> None:
    asked = sum(len(part.text.split()) for part in walk(query) if isinstance(part, Words | Phrase))
    if asked > MOST_WORDS:
        raise QueryError(
            "The query asks for {asked} words.",
            column=1,
            why="An index answers up to {most}.",
            remedy="Keep the words that tell most, or split it into several searches.",
            asked=asked,
            most=MOST_WORDS,
        )


def check_field(field: str, *types: FieldType) -> None:
    """Raise ValueError unless the field exists and, where types are named, is of one of them."""
    if field not in FIELDS:
        raise ValueError(f"there is no field {field!r}")
    if types and FIELDS[field] not in types:
        raise ValueError(f"{field} is a {FIELDS[field]} field, not {' or '.join(types)}")


def check_keyword(field: str) -> None:
    """Raise ValueError unless values of the field can be counted."""
    check_field(field, "keyword", "flag")
    assert field in KEYWORD_FIELDS


def check_page(sort: Sort, limit: int, offset: int) -> None:
    """Raise ValueError for an unknown sort or a page that is too deep."""
    if sort != "relevance" and sort not in SORTS:
        raise ValueError(f"there is no sort {sort!r}")
    if limit < 0 or offset < 0 or limit + offset > DEEPEST:
        raise ValueError(f"a page lies within the first {DEEPEST} hits")


def _check_range(part: Range) -> None:
    check_field(part.field, "number", "date")
    is_date = FIELDS[part.field] == "date"
    for bound in (part.low, part.high):
        if bound is not None and isinstance(bound, datetime) is not is_date:
            raise ValueError(f"{part.field} is a {FIELDS[part.field]} field: {bound!r} is no bound of it")


def walk(query: Query) -> Iterator[Query]:
    """Every part of the tree, the tree itself first."""
    yield query
    match query:
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from walk(part)
        case Not(part=part):
            yield from walk(part)
        case _:
            pass


def scores(query: Query) -> bool:
    """Whether matches differ in relevance: some words or a phrase are asked for."""
    return any(not isinstance(part, Prefix) for part in asked_texts(query))


def asked_texts(query: Query) -> Iterator[Words | Phrase | Prefix]:
    """The free-text parts that a match must or may contain: what is highlighted."""
    match query:
        case Words() | Phrase():
            yield query
        case Prefix(field=field) if field is None or FIELDS[field] == "text":
            yield query
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from asked_texts(part)
        case Everything() | Not() | _:
            pass
