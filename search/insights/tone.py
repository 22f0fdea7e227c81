"""Tone towards an organisation: counts first, then the net of them with its interval and its change.

Only what others say counts, as for mentions, and no copies. Net tone is (positive - negative) / all
mentions that bear a tone, from -1 to 1; neutral ones are part of the base, so that two angry texts of
a hundred are no crisis. The change against the period before is said to be one only when its interval
leaves out 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.document import Tone
from search.insights.activity import said_of
from search.insights.intervals import Interval, net_change_interval, net_interval
from search.insights.reputation import bears, measure_reputation
from search.insights.scope import Scope
from search.window import between
from watchlists.model import Organisation
from watchlists.query import And

FEWEST = 10
"""Mentions below which counts are said and no net tone."""
MOST_PLACES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NetTone:
    """Mentions by tone."""

    positive: int = 0
    neutral: int = 0
    negative: int = 0

    @property
    def number(self) -> int:
        """Mentions that bear a tone."""
        return self.positive + self.neutral + self.negative

    @property
    def is_telling(self) -> bool:
        """Whether there are enough to speak of a net tone."""
        return self.number >= FEWEST

    @property
    def value(self) -> float | None:
        """(positive - negative) / number; None below the floor."""
        return (self.positive - self.negative) / self.number if self.is_telling else None

    @property
    def interval(self) -> Interval:
        """Where it may lie (95 %, Bonett and Price)."""
        return net_interval(self.positive, self.negative, self.number)

    def change_since(self, before: NetTone) -> Interval | None:
        """Where the change may lie; None while either is below the floor."""
        if not (self.is_telling and before.is_telling):
            return None
        return net_change_interval(self.cells, before.cells)

    @property
    def cells(self) -> tuple[int, int, int]:
        """Positive, negative, and all."""
        return self.positive, self.negative, self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTone:
    """The tone of one place towards the organisation."""

    source: str
    kind: str
    """Kind of the place, which tells the network; empty when the watchlist knows it no more."""
    tone: NetTone


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationTone:
    """The tone of others towards one organisation, now, before, and by place."""

    organisation: Organisation
    now: NetTone
    before: NetTone
    """In the period of the same length just before."""
    sources: tuple[SourceTone, ...] = ()
    """Most mentions first."""

    @property
    def change(self) -> Interval | None:
        """Where the change of net tone may lie; None while too few."""
        return self.now.change_since(self.before)

    @property
    def is_changed(self) -> bool:
        """Whether the change is more than chance explains."""
        return self.change is not None and not self.change.holds(0.0)

    @property
    def kinds(self) -> tuple[tuple[str, NetTone], ...]:
        """The same by kind of place, in alphabetical order."""
        names = sorted({each.kind for each in self.sources})
        return tuple((name, _sum(each.tone for each in self.sources if each.kind == name)) for name in names)


def measure_tone(
    scope: Scope, organisation: Organisation, *, since: datetime, until: datetime
) -> OrganisationTone:
    """Tone of mentions by others published in [since, until), in as long a time before, and by place."""
    whole = measure_tone_at_large(scope, organisation, since=since, until=until)
    return replace(whole, sources=_by_source(scope, organisation, since, until))


def measure_tone_at_large(
    scope: Scope, organisation: Organisation, *, since: datetime, until: datetime
) -> OrganisationTone:
    """The same without its places, which take a few questions each."""
    return OrganisationTone(
        organisation=organisation,
        now=_measure(scope, organisation, since, until),
        before=_measure(scope, organisation, since - (until - since), since),
    )


def _measure(scope: Scope, organisation: Organisation, since: datetime, until: datetime) -> NetTone:
    found = measure_reputation(scope, organisation, since=since, until=until)
    return NetTone(positive=found.positive, neutral=found.neutral, negative=found.negative)


def _by_source(
    scope: Scope, organisation: Organisation, since: datetime, until: datetime
) -> tuple[SourceTone, ...]:
    query = scope.known(said_of(organisation), between("published", since, until))

    def count(tone: Tone) -> dict[str, int]:
        toned = And((query, bears(organisation, tone)))
        found = scope.index.terms(toned, "community", limit=MOST_PLACES)
        return {each.term: each.count for each in found}

    positive, neutral, negative = count("positive"), count("neutral"), count("negative")
    tones = {
        place: NetTone(
            positive=positive.get(place, 0), neutral=neutral.get(place, 0), negative=negative.get(place, 0)
        )
        for place in sorted({*positive, *neutral, *negative})
    }
    return tuple(
        SourceTone(
            source=place, kind=known.kind if (known := scope.watchlist.source(place)) else "", tone=tone
        )
        for place, tone in sorted(tones.items(), key=lambda each: -each[1].number)
    )


def _sum(tones: Iterable[NetTone]) -> NetTone:
    every = list(tones)
    return NetTone(
        positive=sum(each.positive for each in every),
        neutral=sum(each.neutral for each in every),
        negative=sum(each.negative for each in every),
    )
