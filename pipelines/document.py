"""What was understood: the flat record that is indexed. Pure data, no spaCy.

One Document per Item. `community` (the place, and whose it is) is kept apart from `mentions`:
posts in an organisation's own community are not mentions of it for share of voice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Tone = Literal["negative", "neutral", "positive"]
Intent = Literal[
    "question",
    "complaint",
    "praise",
    "malfunction",
    "suggestion",
    "announcement",
    "spam",
    "trolling",
    "other",
]
NOISE: frozenset[Intent] = frozenset({"spam", "trolling"})
"""Intents of texts that figures leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An organisation named in the text, with the tone towards it and the rule that found it."""

    organisation: str
    surface: str
    """As written, first occurrence."""
    start: int
    """Character offset into `title + "\\n" + text` of the Document."""
    rule: str
    """Which rule found it: name, alias, handle, domain, context..."""
    count: int = 1
    tone: Tone = "neutral"
    tone_confidence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A name found in the text, canonical spelling."""

    name: str
    label: Literal["ORG", "PRODUCT", "PER", "LOC", "MISC"]
    count: int = 1
    rule: str = "ner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """The place a document was read in, and whose it is."""

    source: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMeasures:
    """How a thread was answered; set on opening posts only. Durations in minutes."""

    replies: int = 0
    """Replies read, bots left out."""
    staff_replies: int = 0
    repliers: int = 0
    """Distinct authors other than the opener, bots left out."""
    first_reply_minutes: float | None = None
    first_staff_reply_minutes: float | None = None
    last_activity: datetime | None = None
    is_solved: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One item, understood. Times in UTC; counts None where not shown."""

    id: str
    kind: str
    url: str
    title: str
    text: str
    """Plain text, paragraphs apart by a blank line; quoted replies and code left out."""
    sources: tuple[str, ...]
    """Ids of the sources it was seen in, first sighting first."""
    community: Community
    published: datetime
    first_seen: datetime
    is_backfill: bool = False
    edited: datetime | None = None
    deleted: datetime | None = None
    language: str = "und"
    """ISO 639-1, or und."""
    is_analysed: bool = True
    """False where no pipeline serves the language: searchable, but without entities or tone."""
    author: str = ""
    """Pseudonym, or the plain name for staff and where `authors = "keep"`."""
    author_is_staff: bool = False
    author_is_bot: bool = False
    thread: str | None = None
    parent: str | None = None
    is_accepted: bool = False
    tags: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    """Lower case, without the sign."""
    entities: tuple[Entity, ...] = ()
    mentions: tuple[Mention, ...] = ()
    phrases: tuple[str, ...] = ()
    """Key phrases, lemmas in lower case, most telling first."""
    topics: tuple[str, ...] = ()
    """Ids of the watchlist's topics whose query matches."""
    subject: str = ""
    """Readable label of the unlisted subject it was grouped under; empty when none."""
    tone: Tone | None = None
    tone_confidence: float = 0.0
    emotions: tuple[str, ...] = ()
    intent: Intent | None = None
    intent_confidence: float = 0.0
    story: str | None = None
    is_copy: bool = False
    """A near-duplicate of an earlier document of its story."""
    summary: str = ""
    """One or two sentences quoted from the text; empty where the text is as short."""
    upvotes: int | None = None
    downvotes: int | None = None
    replies: int | None = None
    shares: int | None = None
    views: int | None = None
    rating: float | None = None
    engagement: int | None = None
    """Sum of the counts shown, views left out; None when none is shown."""
    engagement_per_hour: float | None = None
    engagement_vs_norm: float | None = None
    """Engagement over the median of this community at equal age; 1.0 is usual."""
    measures: ThreadMeasures | None = None
    link_domains: tuple[str, ...] = ()
    """Registrable domains of outgoing links, own and known infrastructure included; and communities
    inside platforms, as `reddit.com/r/velo` (pipelines.communities)."""
    links: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """What was cut or guessed: text_cut, date_clamped, language_from_source..."""
