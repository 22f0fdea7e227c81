"""What the contract of search.index means, written the slow and obvious way: the judge of every backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from pipelines.document import Document
from watchlists.query import FIELDS, And, Everything, Has, Keyword, Not, Or, Prefix, Query, Range


def read_field(document: Document, field: str) -> list[Any]:
    """Every value a document has for a structured field."""
    measures = document.measures
    special: dict[str, Callable[[], list[Any]]] = {
        "source": lambda: list(document.sources),
        "community": lambda: [document.community.source],
        "owner": lambda: [document.community.organisation],
        "organisation": lambda: [
            document.community.organisation,
            *(each.organisation for each in document.mentions),
        ],
        "mentions": lambda: [each.organisation for each in document.mentions],
        "stance": lambda: [f"{each.organisation}|{each.tone}" for each in document.mentions],
        "tag": lambda: list(document.tags),
        "hashtag": lambda: list(document.hashtags),
        "entity": lambda: [each.name for each in document.entities],
        "label": lambda: [f"{each.name}|{each.label}" for each in document.entities],
        "phrase": lambda: list(document.phrases),
        "topic": lambda: list(document.topics),
        "emotion": lambda: list(document.emotions),
        "domain": lambda: [document.url.split("/")[2]],
        "link": lambda: list(document.link_domains),
        "backfill": lambda: [document.is_backfill],
        "staff": lambda: [document.author_is_staff],
        "bot": lambda: [document.author_is_bot],
        "deleted": lambda: [document.deleted is not None],
        "copy": lambda: [document.is_copy],
        "analysed": lambda: [document.is_analysed],
        "accepted": lambda: [document.is_accepted],
        "solved": lambda: [measures.is_solved if measures else None],
        "opening": lambda: [document.parent is None],
        "thread_replies": lambda: [measures.replies if measures else None],
    }
    if field in special:
        found = special[field]()
    elif field in {
        "staff_replies",
        "repliers",
        "first_reply_minutes",
        "first_staff_reply_minutes",
        "last_activity",
    }:
        found = [getattr(measures, field) if measures else None]
    else:
        found = [getattr(document, field)]
    if FIELDS[field] == "flag":
        return [str(value).lower() for value in found if value is not None]
    return [value for value in found if value is not None and value != ""]


def matches(document: Document, query: Query) -> bool:  # noqa: C901, PLR0911  (one line for each kind of node)
    """Whether a structured query matches."""
    match query:
        case Everything():
            return True
        case And(parts=parts):
            return all(matches(document, part) for part in parts)
        case Or(parts=parts):
            return any(matches(document, part) for part in parts)
        case Not(part=part):
            return not matches(document, part)
        case Keyword(field=field, value=value):
            return value in read_field(document, field)
        case Prefix(field=str(field), value=value):
            return any(each.startswith(value) for each in read_field(document, field))
        case Has(field=field):
            return bool(read_field(document, field))
        case Range(field=field):
            return any(_is_within(each, query) for each in read_field(document, field))
        case _:
            raise AssertionError(query)


def _is_within(value: Any, part: Range) -> bool:
    if part.low is not None and not (value > part.low or (part.include_low and value == part.low)):
        return False
    return part.high is None or value < part.high or (part.include_high and value == part.high)


def find(documents: Iterable[Document], query: Query, sort: str = "relevance") -> list[str]:
    """Ids of the matches, in the order of that sort."""
    found = [document for document in documents if matches(document, query)]
    if sort == "relevance":
        return sorted(document.id for document in found)
    field = sort.removeprefix("-")
    valued = sorted((each for each in found if read_field(each, field)), key=lambda each: each.id)
    valued.sort(key=lambda each: read_field(each, field)[0], reverse=sort.startswith("-"))
    missing = sorted(each.id for each in found if not read_field(each, field))
    return [each.id for each in valued] + missing


def count_terms(documents: Iterable[Document], query: Query, field: str) -> list[tuple[str, int]]:
    """Every value with its number of documents, commonest first."""
    found = (document for document in documents if matches(document, query))
    counts = Counter(value for document in found for value in set(read_field(document, field)))
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def count_between(
    documents: Iterable[Document], query: Query, field: str, low: datetime, high: datetime
) -> int:
    """How many matches lie in [low, high)."""
    return len(find(documents, And((query, Range(field, low, high, include_high=False)))))


def sorted_numbers(documents: Iterable[Document], query: Query, field: str) -> list[float]:
    """The values of a number field among the matches."""
    return sorted(
        float(read_field(each, field)[0])
        for each in documents
        if matches(each, query) and read_field(each, field)
    )
