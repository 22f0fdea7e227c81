"""The digest as a view model: what every rendering shows, in the reader's language. Pure data.

Sentences are finished here, so that all renderings say the same; numbers and addresses stand
beside them for the renderings that draw or link. Texts from outside went through search.wording.plain
and are still to be escaped. Sections stand in reading order; an empty one is not shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of somebody else, in their own language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A name that leads somewhere; the address may be empty."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """What did not fit: how many, and the command that shows them."""

    count: int
    sentence: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One event, whoever told it; `id` is good for `veilleur show`."""

    id: str
    title: str
    url: str
    language: str
    source: str
    published: datetime
    facts: str
    """Source, time and language on one line."""
    why: str
    """Why it is here, in a sentence."""
    quotes: tuple[Quote, ...] = ()
    also_in: tuple[Link, ...] = ()
    authors: int = 1
    sources: int = 1
    documents: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Thirty days in counts; None is a day that was not read well enough to count."""

    title: str
    days: tuple[date, ...]
    counts: tuple[int | None, ...]
    last: int
    low: int | None = None
    high: int | None = None
    """The usual range of a day, both ends included; None when it is too early to say."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """An organisation or a subject: its stories, its month, or one quiet line."""

    id: str
    name: str
    role: str
    stories: tuple[Story, ...] = ()
    more: More | None = None
    chart: Chart | None = None
    facts: tuple[str, ...] = ()
    quiet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversations:
    """What waits for an answer; the reader's list of things to do."""

    stories: tuple[Story, ...] = ()
    more: More | None = None
    note: str = ""
    """How much spam and trolling was left out of our own community, where there was any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RisingTerm:
    """A term more frequent than it was: documents now, and what would have been usual."""

    term: str
    language: str
    now: int
    base: int
    """Documents of the window, in which `now` hold the term."""
    usual: float
    """Documents expected among `base`, by the eight weeks before."""
    sources: int
    authors: int
    is_new: bool
    sentence: str
    example: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """Subjects that grow, and what the platforms we use changed."""

    terms: tuple[RisingTerm, ...] = ()
    note: str = ""
    """Said instead of terms when there is not enough past to compare with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finds:
    """What a saved search newly found: how much, and the weightiest of it in a line each."""

    id: str
    name: str
    count: int
    sentence: str
    lines: tuple[Story, ...] = ()
    """Told by their titles and facts alone."""
    more: More | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A domain that people begin to link to."""

    domain: str
    citations: int
    authors: int
    sources: int
    sentence: str
    first: Link | None = None
    decide: str
    """The command that decides about it, once one of its two words is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneRow:
    """One organisation's mentions by others, as counts."""

    organisation: str
    mentions: int
    stories: int
    negative: int
    neutral: int
    positive: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """Mentions and their tone by organisation, never one number."""

    rows: tuple[ToneRow, ...]
    has_tone: bool
    """Whether any mention was given a tone other than neutral: else only mentions and stories are shown."""
    sentence: str
    """The time covered, and the method in a line."""
    spoken: tuple[str, ...] = ()
    """How we are spoken of: net tone with its interval, what is praised and complained of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageIssue:
    """A source that was not read as it should, since when, and why."""

    source: str
    name: str
    state: str
    since: datetime | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What this digest rests on: sources read, for what time, and what is missing."""

    read: int
    total: int
    sentences: tuple[str, ...]
    issues: tuple[CoverageIssue, ...] = ()
    more: More | None = None
    late: tuple[Story, ...] = ()
    late_more: More | None = None
    late_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """Why the reader gets this, and how to see it again."""

    sentences: tuple[str, ...]
    replay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One morning's page."""

    schema: int = 1
    watch: str
    language: str
    timezone: str
    day: date
    start: datetime
    end: datetime
    built_at: datetime
    subject: str = ""
    preheader: str = ""
    title: str
    note: str = ""
    """Said under the title when this is not the page as it was sent."""
    documents: int
    """New documents this digest was made of."""
    glance: tuple[str, ...] = ()
    must_see: tuple[Story, ...] = ()
    must_see_more: More | None = None
    """Alerts beyond those shown."""
    competitors: tuple[Block, ...] = ()
    own: tuple[Block, ...] = ()
    conversations: Conversations = field(default_factory=Conversations)
    topics: tuple[Block, ...] = ()
    rising: Rising = field(default_factory=Rising)
    searches: tuple[Finds, ...] = ()
    platforms: tuple[Block, ...] = ()
    places: tuple[Place, ...] = ()
    tone: Tone | None = None
    coverage: Coverage
    footer: Footer

    @property
    def stories(self) -> tuple[Story, ...]:
        """Every story, in reading order."""
        blocks = (*self.competitors, *self.own)
        later = (*self.topics, *self.platforms)
        return (
            *self.must_see,
            *(story for block in blocks for story in block.stories),
            *self.conversations.stories,
            *(story for block in later for story in block.stories),
        )
