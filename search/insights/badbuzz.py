"""Bad buzz: whether an organisation is spoken badly of by more people than chance explains.

At an hour, windows of 1, 3, 8 and 24 hours are looked at. A window alarms when all of this holds:
- floors: so many texts that speak badly, by so many distinct authors (`[alerts]` of the watchlist);
- so many voices speaking badly would come by chance less than once in a hundred thousand windows,
  by the hour of the week's own rate (eight weeks, negative binomial with a gamma prior);
- and among all voices of the window those speaking badly are more than usual (beta-binomial), so
  that a launch or a contest, loud and glad, is none.
Voices, not texts: one angry author is one voice, copies are none. Texts a source's first reading
brought along never count, hours not covered are no part of the past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pipelines.document import Document
from search.insights.grievances import crisis_words, is_said_by_people, speaks_badly
from search.insights.hearing import GUARD_HOURS, Hearing
from search.insights.hourly_rates import HOUR, Expectation, HourlyPast, expect, learn_profile
from search.insights.small_counts import share_tail
from search.insights.strands import voice_of
from watchlists.model import Alerts

Level = Literal["calm", "watch", "alert"]
Origin = Literal["own", "others"]
Recent = Callable[[datetime, datetime], Sequence[Document]]
"""Documents that name the organisation or stand in its own places, published between two times."""

WIDTHS = (1, 3, 8, 24)
FEWEST_PAST_DAYS = 7.0
RAREST = {"watch": 1e-3, "alert": 1e-5}
UNUSUAL_SHARE = {"watch": 0.05, "alert": 0.01}
RED = 1e-9
RED_AUTHORS = 4
"""Times the floor of authors."""
USUAL_SHARE = 0.15
SHARE_WEIGHT = 20.0
MOST_WEIGHT = 30.0
"""A share wanders from day to day: however much was read, it is believed as of so many texts."""
ORIGIN_SPAN = timedelta(hours=48)
MOST_DOCUMENTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Buzz:
    """How an organisation stood at one hour, and every part of that judgement."""

    organisation: str
    at: datetime
    level: Level = "calm"
    is_red: bool = False
    hours: int = 0
    """Length of the window that tells most."""
    volume: int = 0
    """Texts in it that speak badly, and..."""
    authors: int = 0
    """...their distinct authors."""
    voices: int = 0
    """Distinct authors of all texts in it."""
    usual: float = 0.0
    """Texts speaking badly that such a window usually holds."""
    rarity: float = 1.0
    """Chance of as many voices."""
    usual_share: float = 0.0
    last_hour: int = 0
    """Speed: texts that speak badly in the hour before."""
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Sources it reached, first reached first."""
    engagement: int | None = None
    origin: Origin = "others"
    origin_document: str = ""
    """Our own post that set it off, else the first text that speaks badly."""
    began: datetime | None = None
    """When the first of these texts was published."""
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    hours: int
    expected: Expectation
    bad: tuple[Document, ...]
    voices: int
    authors: int
    usual_share: float

    @property
    def rarity(self) -> float:
        return self.expected.tail(self.authors)


def judge(hearing: Hearing, *, back: int, recent: Recent, floors: Alerts) -> Buzz:
    """How the organisation stood `back` hours before the hearing's end."""
    stop = len(hearing.bad.counts) - back
    at = hearing.time(stop)
    calm = Buzz(organisation=hearing.organisation, at=at)
    expected = _promising(hearing, stop, floors)
    if not expected:
        return calm
    documents = recent(at - max(expected) * HOUR - ORIGIN_SPAN, at)
    share = _usual_share(*usual_past(hearing, stop))
    windows = [_look(hearing.organisation, documents, at, each, expected[each], share) for each in expected]
    judged = [(_level(each, floors), each) for each in windows]
    order = ("alert", "watch", "calm")
    level, window = min(judged, key=lambda each: (order.index(each[0]), each[1].rarity, each[1].hours))
    return _tell(calm, level, window, documents, floors) if level != "calm" else calm


def is_promising(hearing: Hearing, *, back: int, floors: Alerts) -> bool:
    """Whether documents are worth reading to judge that hour."""
    return bool(_promising(hearing, len(hearing.bad.counts) - back, floors))


def _promising(hearing: Hearing, stop: int, floors: Alerts) -> dict[int, Expectation]:
    """The windows whose plain count is already rare: only for them are documents read."""
    counts = hearing.bad.counts[:stop]
    if counts[-WIDTHS[-1] :].sum() < floors.min_volume:
        return {}
    past, said = usual_past(hearing, stop)
    if past.covered_days < FEWEST_PAST_DAYS:
        return {}
    profile = learn_profile(said)
    found = {}
    for width in WIDTHS:
        count = int(counts[-width:].sum())
        if count >= floors.min_volume:
            expected = expect(past, hearing.bad.slots[stop - width : stop], profile=profile)
            if expected.tail(count) < RAREST["watch"]:
                found[width] = expected
    return found


def usual_past(hearing: Hearing, stop: int) -> tuple[HourlyPast, HourlyPast]:
    """What speaks badly and what was said at all before the last day, without days of bad buzz."""
    bad, said = (each.before(stop - GUARD_HOURS) for each in (hearing.bad, hearing.said))
    usual = bad.usual_hours()
    return bad.only(usual), said.only(usual)


def _usual_share(past: HourlyPast, said: HourlyPast) -> float:
    bad, all_ = (float(each.counts @ each.covered) for each in (past, said))
    return (bad + USUAL_SHARE * SHARE_WEIGHT) / (all_ + SHARE_WEIGHT)


def _look(
    organisation: str,
    documents: Iterable[Document],
    at: datetime,
    hours: int,
    expected: Expectation,
    usual_share: float,
) -> _Window:
    since = at - hours * HOUR
    said = [each for each in documents if each.published >= since and _counts(each)]
    bad = tuple(each for each in said if speaks_badly(each, organisation))
    return _Window(
        hours=hours,
        expected=expected,
        bad=bad,
        voices=len({voice_of(each) for each in said}),
        authors=len({voice_of(each) for each in bad}),
        usual_share=usual_share,
    )


def _counts(document: Document) -> bool:
    return not document.is_backfill and is_said_by_people(document)


def _level(window: _Window, floors: Alerts) -> Level:
    if len(window.bad) < floors.min_volume or window.authors < floors.min_authors:
        return "calm"
    rarity, by_share = window.rarity, _share_rarity(window)
    levels: tuple[Level, ...] = ("alert", "watch")
    return next((each for each in levels if rarity < RAREST[each] and by_share < UNUSUAL_SHARE[each]), "calm")


def _share_rarity(window: _Window) -> float:
    return share_tail(window.authors, window.voices, share=window.usual_share, weight=MOST_WEIGHT)


def _tell(calm: Buzz, level: Level, window: _Window, documents: Sequence[Document], floors: Alerts) -> Buzz:
    bad = sorted(window.bad, key=lambda each: (each.published, each.id))
    rarity = window.rarity
    counted = [each.engagement for each in bad if each.engagement is not None]
    origin, source = find_origin(bad, documents, calm.organisation)
    return Buzz(
        organisation=calm.organisation,
        at=calm.at,
        level=level,
        is_red=level == "alert" and rarity < RED and window.authors >= RED_AUTHORS * floors.min_authors,
        hours=window.hours,
        volume=len(bad),
        authors=window.authors,
        voices=window.voices,
        usual=window.expected.mean,
        rarity=rarity,
        usual_share=window.usual_share,
        last_hour=sum(each.published >= calm.at - HOUR for each in bad),
        words=crisis_words(bad),
        places=tuple(dict.fromkeys(source for each in bad for source in each.sources)),
        engagement=sum(counted) if counted else None,
        origin=origin,
        origin_document=source,
        began=bad[0].published,
        documents=tuple(each.id for each in bad[:MOST_DOCUMENTS]),
    )


def find_origin(
    bad: Sequence[Document], documents: Iterable[Document], organisation: str
) -> tuple[Origin, str]:
    """The organisation's own post these texts answer or retell, else the first of the texts."""
    first = bad[0]
    threads = {each.thread for each in bad if each.thread} | {each.parent for each in bad if each.parent}
    stories = {each.story for each in bad if each.story}
    own = [
        each
        for each in documents
        if each.community.organisation == organisation
        and each.author_is_staff
        and first.published - ORIGIN_SPAN <= each.published <= first.published
        and (each.id in threads or (each.story in stories))
    ]
    return ("own", min(own, key=lambda each: (each.published, each.id)).id) if own else ("others", first.id)
