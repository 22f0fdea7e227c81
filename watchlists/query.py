"""The query tree: what topics, searches and insights ask for. No backend syntax.

The parser (text to tree) is in watchlists.query_parser; backends compile the tree, and
pipelines match it in memory. FIELDS is the whole vocabulary: a field not named there does not exist.

Structured nodes (Keyword, Prefix on a keyword, Range, Has, and And/Or/Not of them) mean exactly
the same on every backend. Words, Phrase and text Prefixes are analysed by the backend's own stemmers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

FieldType = Literal["text", "keyword", "number", "date", "flag"]

FIELDS: dict[str, FieldType] = {
    # free text: `text` also covers the title when no field is given
    "title": "text",
    "text": "text",
    # keywords: exact, case and accents as stored (the parser lower-cases hashtags and domains only)
    "id": "keyword",
    "kind": "keyword",
    "language": "keyword",
    "source": "keyword",  # any of Document.sources
    "community": "keyword",  # source id of the place
    "owner": "keyword",  # organisation whose place it is
    "organisation": "keyword",  # mentioned, or owner of the place
    "mentions": "keyword",  # mentioned
    "stance": "keyword",  # mention and tone together: `acme|negative`
    "author": "keyword",
    "thread": "keyword",
    "parent": "keyword",
    "tag": "keyword",
    "hashtag": "keyword",
    "entity": "keyword",
    "label": "keyword",  # entity and label together: `Acme|ORG`
    "phrase": "keyword",
    "topic": "keyword",
    "subject": "keyword",
    "tone": "keyword",
    "emotion": "keyword",
    "intent": "keyword",
    "story": "keyword",
    "domain": "keyword",  # registrable domain of the document's own address
    "link": "keyword",  # registrable domains it links to
    "url": "keyword",
    # numbers
    "upvotes": "number",
    "downvotes": "number",
    "replies": "number",
    "shares": "number",
    "views": "number",
    "rating": "number",
    "engagement": "number",
    "engagement_per_hour": "number",
    "engagement_vs_norm": "number",
    "thread_replies": "number",
    "staff_replies": "number",
    "repliers": "number",
    "first_reply_minutes": "number",
    "first_staff_reply_minutes": "number",
    # dates
    "published": "date",
    "first_seen": "date",
    "last_activity": "date",
    # flags
    "backfill": "flag",
    "staff": "flag",
    "bot": "flag",
    "deleted": "flag",
    "copy": "flag",
    "analysed": "flag",
    "accepted": "flag",
    "solved": "flag",
    "opening": "flag",  # opens a thread, or stands alone: has no parent
}


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches all documents."""


@dataclass(frozen=True, slots=True)
class Words:
    """All words of `text`, in any order; `field` None is title and text together."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of `text` one after the other, at most `slop` positions apart."""

    text: str
    field: str | None = None
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword field holds exactly `value`; flags take "true" or "false"."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """A word (text fields) or the whole value (keywords) begins with `value`."""

    value: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """A number or date lies between `low` and `high`; None leaves that side open."""

    field: str
    low: float | datetime | None = None
    high: float | datetime | None = None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True, slots=True)
class Has:
    """The field has a value at all."""

    field: str


@dataclass(frozen=True, slots=True)
class And:
    """Every part matches; an empty And matches everything."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part matches; an empty Or matches nothing."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not match; stands alone or inside And."""

    part: Query


Query = Everything | Words | Phrase | Keyword | Prefix | Range | Has | And | Or | Not
