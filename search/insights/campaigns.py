"""Campaigns: what was said and done before, during and after, against the four weeks before.

Three counts, a day: texts that bear the campaign's sign (a hashtag of it, or a link to one of its
addresses), mentions of its organisation by others, and posts in the organisation's own places. Only days
that were read count, on either side. A ratio is that of two rates, with an exact interval widened by how
much the days before vary more than chance (search.insights.rate_ratios). "After" lasts as long as the
campaign did, and is left out until the first of its days is over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crawlers.urls import registrable_domain
from pipelines.document import Document
from search.insights.activity import own_sources, owned_by, said_of
from search.insights.coverage import HISTORY_DAYS, Readings, read_coverage
from search.insights.intervals import Interval
from search.insights.rate_ratios import ratio_interval, scatter_of
from search.insights.reception import FEWEST as FEWEST_POSTS
from search.insights.reputation import measure_reputation
from search.insights.scope import Scope
from search.insights.strands import voice_of
from search.insights.tone import NetTone
from search.window import between, count_days
from watchlists.errors import AddressRefused
from watchlists.model import Campaign, Organisation
from watchlists.query import And, Has, Keyword, Or, Query

NORM_DAYS = 28
FEWEST_DAYS = 7
"""Covered days before a campaign, below which nothing is compared."""
FEWEST_EVENTS = 5
"""Events on both sides together, below which no ratio is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Events on the covered days of a stretch."""

    counts: tuple[int, ...]
    """One number for each covered day."""

    @property
    def events(self) -> int:
        """All of them."""
        return sum(self.counts)

    @property
    def days(self) -> int:
        """Covered days."""
        return len(self.counts)

    @property
    def daily(self) -> float | None:
        """Events a covered day; None without one."""
        return self.events / self.days if self.days else None

    @property
    def scatter(self) -> float:
        """How much more these days vary than chance alone."""
        return scatter_of(self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One part of a campaign's time, days by the watch's calendar, the last one included."""

    first: date
    last: date
    tagged: Rate
    authors: int
    """Voices of the texts that bear the campaign's sign."""
    mentions: Rate
    posts: Rate
    engagement: int | None
    """Reactions to the tagged texts and to own posts; None when none is shown."""
    reception: float | None
    """Median engagement of own posts against their place's norm; None below five posts."""
    tone: NetTone
    """Of the mentions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How many times as often as before, and how far chance reaches."""

    value: float | None
    """None where nothing was there before."""
    interval: Interval

    @property
    def is_change(self) -> bool:
        """Whether it is more than chance explains."""
        return not self.interval.holds(1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport:
    """A campaign before, during and after; a part is None while none of its days is over."""

    campaign: Campaign
    organisation: Organisation | None
    before: Stretch | None = None
    """The four weeks before it."""
    during: Stretch | None = None
    after: Stretch | None = None
    mentions_during: Ratio | None = None
    """Against the four weeks before; None while too few."""
    mentions_after: Ratio | None = None
    posts_during: Ratio | None = None
    posts_after: Ratio | None = None


def measure_campaign(scope: Scope, campaign: Campaign) -> CampaignReport:
    """The campaign as known at the scope's end; a day counts once it is over."""
    length = (campaign.end - campaign.start).days + 1
    first = campaign.start - timedelta(days=NORM_DAYS)
    days = (scope.window.day - first).days + 2
    measuring = _Measuring(
        scope=scope,
        campaign=campaign,
        organisation=scope.watchlist.organisation(campaign.organisation or ""),
        readings=read_coverage(scope, days=max(days, HISTORY_DAYS)),
    )
    before = measuring.stretch(first, NORM_DAYS)
    during = measuring.stretch(campaign.start, length)
    after = measuring.stretch(campaign.end + timedelta(days=1), length)
    return CampaignReport(
        campaign=campaign,
        organisation=measuring.organisation,
        before=before,
        during=during,
        after=after,
        mentions_during=_compare(before, during, lambda each: each.mentions),
        mentions_after=_compare(before, after, lambda each: each.mentions),
        posts_during=_compare(before, during, lambda each: each.posts),
        posts_after=_compare(before, after, lambda each: each.posts),
    )


def _compare(before: Stretch | None, later: Stretch | None, read: Callable[[Stretch], Rate]) -> Ratio | None:
    if before is None or later is None:
        return None
    base, now = read(before), read(later)
    if base.days < FEWEST_DAYS or not now.days or base.events + now.events < FEWEST_EVENTS:
        return None
    interval = ratio_interval(
        now.events, now.days, base=base.events, base_exposure=base.days, scatter=base.scatter
    )
    value = now.events / now.days / (base.events / base.days) if base.events else None
    return Ratio(value=value, interval=interval)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measuring:
    """What the stretches of one campaign are measured with."""

    scope: Scope
    campaign: Campaign
    organisation: Organisation | None
    readings: Readings

    def stretch(self, first: date, length: int) -> Stretch | None:
        """So many days from `first`, as far as they are over; None when none is."""
        bounds = self._bounds(first, length)
        if len(bounds) < 2:
            return None
        since, until = bounds[0], bounds[-1]
        tagged = self._tagged(since, until)
        own = self._own(since, until)
        enabled = [each.id for each in self.scope.watchlist.sources if each.enabled]
        theirs = [each for each in enabled if each in self._own_sources]
        return Stretch(
            first=first,
            last=first + timedelta(days=len(bounds) - 2),
            tagged=self._rate(_by_day(tagged, bounds), bounds, enabled),
            authors=len({voice_of(each) for each in tagged}),
            mentions=self._count(said_of, bounds, [each for each in enabled if each not in theirs]),
            posts=self._count(owned_by, bounds, theirs),
            engagement=_sum_engagement({each.id: each for each in (*tagged, *own)}.values()),
            reception=self._reception(since, until),
            tone=self._tone(since, until),
        )

    def _bounds(self, first: date, length: int) -> tuple[datetime, ...]:
        zone = ZoneInfo(self.scope.window.timezone)
        midnights = (
            datetime.combine(first + timedelta(days=each), time(), zone).astimezone(UTC)
            for each in range(length + 1)
        )
        return tuple(each for each in midnights if each <= self.scope.window.end)

    @property
    def _own_sources(self) -> tuple[str, ...]:
        return own_sources(self.scope, self.organisation) if self.organisation else ()

    def _rate(self, counts: Sequence[int], bounds: tuple[datetime, ...], sources: Sequence[str]) -> Rate:
        covered = self.readings.covered_days(sources, bounds)
        return Rate(counts=tuple(count for count, is_read in zip(counts, covered, strict=True) if is_read))

    def _count(
        self, about: Callable[[Organisation], Query], bounds: tuple[datetime, ...], sources: Sequence[str]
    ) -> Rate:
        if self.organisation is None:
            return Rate(counts=())
        query = self.scope.known(about(self.organisation))
        return self._rate(count_days(self.scope.index, query, "published", bounds), bounds, sources)

    def _tagged(self, since: datetime, until: datetime) -> list[Document]:
        signs = sign_of(self.campaign)
        found = self.scope.index.scan(self.scope.known(signs, between("published", since, until)))
        return [each for each in found if bears_sign(each, self.campaign) and not each.is_copy]

    def _own(self, since: datetime, until: datetime) -> list[Document]:
        if self.organisation is None:
            return []
        posts = And((owned_by(self.organisation), Keyword("opening", "true"), Keyword("staff", "true")))
        return list(self.scope.index.scan(self.scope.known(posts, between("published", since, until))))

    def _reception(self, since: datetime, until: datetime) -> float | None:
        if self.organisation is None:
            return None
        openings = And((owned_by(self.organisation), Keyword("opening", "true")))
        query = self.scope.known(openings, between("published", since, until), Has("engagement_vs_norm"))
        if self.scope.index.count(query) < FEWEST_POSTS:
            return None
        (middle,) = self.scope.index.quantiles(query, "engagement_vs_norm", (0.5,))
        return middle

    def _tone(self, since: datetime, until: datetime) -> NetTone:
        if self.organisation is None:
            return NetTone()
        found = measure_reputation(self.scope, self.organisation, since=since, until=until)
        return NetTone(positive=found.positive, neutral=found.neutral, negative=found.negative)


def sign_of(campaign: Campaign) -> Query:
    """Texts that may bear the campaign's sign: its hashtags, or a link to a domain of its addresses."""
    hashtags = [Keyword("hashtag", each.lstrip("#").casefold()) for each in campaign.hashtags]
    domains = [Keyword("link", domain) for each in campaign.urls if (domain := _domain(each))]
    return Or((*hashtags, *domains))


def bears_sign(document: Document, campaign: Campaign) -> bool:
    """Whether it has a hashtag of the campaign, or a link to or below one of its addresses."""
    hashtags = {each.lstrip("#").casefold() for each in campaign.hashtags}
    if hashtags & set(document.hashtags):
        return True
    wanted = [_bare(each) for each in campaign.urls]
    return any(_is_below(_bare(link), each) for link in document.links for each in wanted)


def _domain(url: str) -> str:
    try:
        return registrable_domain(url)
    except AddressRefused:
        return ""


def _bare(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.").rstrip("/").casefold()


def _is_below(link: str, wanted: str) -> bool:
    return link == wanted or link.startswith((f"{wanted}/", f"{wanted}?", f"{wanted}#"))


def _by_day(documents: Iterable[Document], bounds: Sequence[datetime]) -> list[int]:
    counts = [0] * (len(bounds) - 1)
    for each in documents:
        counts[bisect_right(bounds, each.published) - 1] += 1
    return counts


def _sum_engagement(documents: Iterable[Document]) -> int | None:
    shown = [each.engagement for each in documents if each.engagement is not None]
    return sum(shown) if shown else None
