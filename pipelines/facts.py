"""What is known of a document beside its words: where and when it was seen, by whom, how it was received.

Worked out anew, cheaply, whenever anything about the item changes; the words are left as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawlers.items import Author, Engagement, EngagementSample, Item, Sighting
from crawlers.pseudonyms import pseudonym
from pipelines.clean import clean_line
from pipelines.document import Community, Document
from pipelines.folding import fold
from pipelines.norms import total_engagement
from watchlists.model import Source, Watchlist


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the archive knows of one item."""

    item: Item
    sightings: tuple[Sighting, ...]
    """First seen first."""
    samples: tuple[EngagementSample, ...]
    """Oldest first."""

    @property
    def first_seen(self) -> datetime:
        return self.sightings[0].first_seen if self.sightings else self.item.fetched

    @property
    def published(self) -> datetime:
        return self.item.published or self.first_seen

    @property
    def counts(self) -> Engagement:
        return self.samples[-1].engagement if self.samples else self.item.engagement

    @property
    def counted(self) -> datetime:
        """When the counts were read."""
        return self.samples[-1].at if self.samples else self.item.fetched


@dataclass(slots=True)
class FactRules:
    """Whose places they are, who speaks for whom, and which names may be shown."""

    watchlist: Watchlist
    key: bytes
    _staff: dict[str, frozenset[str]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for organisation in self.watchlist.organisations:
            names = (organisation.name, *organisation.aliases, *organisation.staff, *organisation.handles)
            self._staff[organisation.id] = frozenset(_plain(name) for name in names)

    def community(self, record: Record) -> Community:
        """The place it was read in: an organisation's own place before others, then the first."""
        places = [self.place(sighting.source) for sighting in record.sightings]
        owned = [place for place in places if place.organisation]
        place = next(iter((*owned, *places)), Source(id="", url=""))
        return Community(source=place.id, organisation=place.organisation)

    def place(self, source: str) -> Source:
        """The source of that id; one that was taken off the watchlist is nobody's."""
        return self.watchlist.source(source) or Source(id=source, url="")

    def is_staff(self, author: Author | None, owner: str | None) -> bool:
        """The place says so, or the watchlist: in an organisation's own place, its staff only."""
        if author is None:
            return False
        speaks_for = [owner] if owner else list(self._staff)
        names = {_plain(author.name), _plain(author.native_id or author.name)}
        return bool(author.is_staff) or any(names & self._staff.get(each, frozenset()) for each in speaks_for)

    def shown_author(self, author: Author | None, *, is_staff: bool, community: Community) -> str:
        """The name outputs may show: plain for staff and where the watchlist keeps names."""
        name = clean_line(author.name) if author else ""
        if not name:
            return ""
        keeps = self.watchlist.privacy.authors == "keep" or self.place(community.source).authors == "keep"
        return name if is_staff or keeps else pseudonym(name, key=self.key)


def with_facts(document: Document, record: Record, rules: FactRules) -> Document:
    """The document with everything that is not its words, topics and thread measures left out."""
    item, community = record.item, rules.community(record)
    is_staff = rules.is_staff(item.author, community.organisation)
    return replace(
        _with_counts(document, record),
        kind=item.kind,
        url=item.permalink,
        sources=tuple(dict.fromkeys(sighting.source for sighting in record.sightings)),
        community=community,
        published=record.published,
        first_seen=record.first_seen,
        is_backfill=bool(record.sightings) and record.sightings[0].is_backfill,
        edited=item.edited,
        deleted=item.deleted,
        author=rules.shown_author(item.author, is_staff=is_staff, community=community),
        author_is_staff=is_staff,
        author_is_bot=item.author is not None and item.author.is_bot is True,
        thread=item.thread_id,
        parent=item.parent_id,
        is_accepted=item.is_accepted is True,
        tags=tuple(dict.fromkeys(filter(None, map(clean_line, item.tags))))[:50],
    )


def _with_counts(document: Document, record: Record) -> Document:
    counts = record.counts
    total = total_engagement(counts)
    hours = max(record.counted - record.published, timedelta(hours=1)) / timedelta(hours=1)
    return replace(
        document,
        upvotes=counts.upvotes,
        downvotes=counts.downvotes,
        replies=counts.replies,
        shares=counts.shares,
        views=counts.views,
        rating=counts.rating,
        engagement=total,
        engagement_per_hour=None if total is None else round(total / hours, 4),
    )


def samples_by_age(
    samples: Sequence[EngagementSample], published: datetime
) -> tuple[tuple[timedelta, int], ...]:
    """Age and engagement at each sample that shows counts, youngest first."""
    found = ((sample.at - published, total_engagement(sample.engagement)) for sample in samples)
    return tuple(sorted((max(age, timedelta()), total) for age, total in found if total is not None))


def _plain(name: str) -> str:
    return fold(name).strip().removeprefix("@")
