"""The sheets of `veilleur places`: places that emerged, and places where it would be good to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from search.books.looks import Look
from search.insights.placement import Spot, rank_places
from search.insights.places import Emerged, list_places
from search.sections.rising import tell_places
from search.sections.teller import Teller
from search.sheet import Line, Sheet, draw_bar, heading, label, note
from search.sheets.asked import coverage_lines, period_of, read_period
from search.wording.plain import plain
from search.wording.voice import Voice

PLACE = 80
FOUND = 200
"""Characters kept of what a place says of itself."""
MOST = 15
SMALL_BAR = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A place that emerged, flat."""

    type: str = "place"
    domain: str
    emerged: datetime
    links: int
    authors: int
    sources: tuple[str, ...]
    first_document: str
    first_published: datetime
    is_looked_at: bool
    """Whether somebody looked what is there; the rest is empty where nobody did, or could."""
    software: str = ""
    kind: str = ""
    """The kind of source it would be."""
    title: str = ""
    is_forbidden: bool | None = None
    """Its robots.txt asks not to be read."""
    reason: str = ""
    """Why it could not be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotRow:
    """A place where to be, with its score in parts, flat."""

    type: str = "spot"
    place: str
    sort: str
    score: float
    is_telling: bool
    """Whether there are terms enough to speak of subjects in common; else they count as none in the score."""
    overlap: float | None
    activity: float
    rivals_share: float
    rivals: tuple[str, ...]
    posts: int
    authors: int
    weeks: float
    ours: int
    shared: tuple[str, ...]


def make_places_sheet(teller: Teller, looks: Sequence[Look]) -> Sheet:
    """The places that emerged in the teller's window, and what is there where somebody looked."""
    scope, voice, seen = teller.scope, teller.voice, {each.place: each for each in looks}
    emerged = list_places(scope, since=scope.window.start, until=scope.window.end)
    head = heading(voice.gettext("Places that emerged, {period}", period=period_of(teller)))
    lines = [line for each in emerged[:MOST] for line in _place_lines(teller, each, looks)]
    if not emerged:
        lines = [Line(text="  " + voice.gettext("None: no new place was linked to by enough people."))]
    return Sheet(
        lines=(head, *lines, *coverage_lines(teller, read_period(scope))),
        row=PlaceRow,
        rows=tuple(_place_row(each, seen.get(each.place.domain)) for each in emerged),
    )


def _place_lines(teller: Teller, each: Emerged, looks: Sequence[Look]) -> Iterator[Line]:
    voice = teller.voice
    (told,) = tell_places(teller, (each.place,), looks)
    when = voice.gettext("emerged {when}", when=voice.moment(each.at, seen_from=teller.end))
    yield Line()
    yield Line(text=f"  {label(told.domain)} {when}", is_bold=True)
    yield Line(text=f"    {told.sentence}")
    yield note(f"    {told.decide}")


def _place_row(each: Emerged, look: Look | None) -> PlaceRow:
    place = each.place
    row = PlaceRow(
        domain=plain(place.domain, limit=PLACE),
        emerged=each.at,
        links=len(place.documents),
        authors=place.authors,
        sources=place.sources,
        first_document=place.first.id,
        first_published=place.first.published,
        is_looked_at=look is not None,
    )
    if look is None:
        return row
    return replace(
        row,
        software=plain(look.software, limit=FOUND),
        kind=look.kind,
        title=plain(look.title, limit=FOUND),
        is_forbidden=look.is_forbidden,
        reason=plain(look.reason, limit=FOUND),
    )


def make_spots_sheet(teller: Teller) -> Sheet:
    """External places, ranked by subjects, activity and rivals' presence in the teller's window."""
    scope, voice = teller.scope, teller.voice
    spots = rank_places(scope, since=scope.window.start, until=scope.window.end)
    head = heading(voice.gettext("Where to be, {period}", period=period_of(teller)))
    lines = [head]
    for title, sort in (
        (voice.gettext("Places this watch reads"), "watched"),
        (voice.gettext("Places people link to"), "linked"),
    ):
        ranked = [each for each in spots if each.sort == sort][:MOST]
        if ranked:
            lines += [
                Line(),
                heading(title),
                *(line for each in ranked for line in _spot_lines(teller, each)),
            ]
    if not spots:
        lines.append(Line(text="  " + voice.gettext("Too few to say: no other place has three authors.")))
    return Sheet(
        lines=(*lines, *coverage_lines(teller, read_period(scope))),
        row=SpotRow,
        rows=tuple(_spot_row(each) for each in spots),
    )


def _spot_lines(teller: Teller, spot: Spot) -> Iterator[Line]:
    voice = teller.voice
    name = teller.source_name(spot.place) if spot.sort == "watched" else plain(spot.place, limit=PLACE)
    yield Line(text=f"  {label(name)} {draw_bar(spot.score)} {voice.number(spot.score, digits=2)}")
    parts = (
        (voice.gettext("subjects"), spot.overlap),
        (voice.gettext("activity"), spot.activity),
        (voice.gettext("rivals"), spot.rivals_share),
    )
    yield Line(text="    " + " · ".join(f"{title} {_part(voice, value)}" for title, value in parts))
    yield note(f"    {_facts(teller, spot)}")


def _part(voice: Voice, value: float | None) -> str:
    if value is None:
        return voice.gettext("too few to say")
    return f"{draw_bar(value, width=SMALL_BAR)} {voice.number(value, digits=2)}"


def _facts(teller: Teller, spot: Spot) -> str:
    voice, watchlist = teller.voice, teller.scope.watchlist
    facts = [
        voice.gettext(
            "{posts} by {authors}, {weekly} a week",
            posts=voice.ngettext("{n} text", "{n} texts", spot.posts),
            authors=voice.ngettext("{n} author", "{n} authors", spot.authors),
            weekly=voice.number(spot.posts_a_week, digits=1),
        )
    ]
    names = [found.name for each in spot.rivals if (found := watchlist.organisation(each))]
    if names:
        facts.append(
            voice.gettext("named there: {names}", names=", ".join(plain(each, limit=60) for each in names))
        )
    if spot.ours:
        facts.append(voice.ngettext("{n} text about us", "{n} texts about us", spot.ours))
    if spot.shared:
        facts.append(
            voice.gettext(
                "in common: {terms}", terms=", ".join(plain(each, limit=40) for each in spot.shared)
            )
        )
    return " · ".join(facts)


def _spot_row(spot: Spot) -> SpotRow:
    return SpotRow(
        place=plain(spot.place, limit=PLACE),
        sort=spot.sort,
        score=spot.score,
        is_telling=spot.overlap is not None,
        overlap=spot.overlap,
        activity=spot.activity,
        rivals_share=spot.rivals_share,
        rivals=spot.rivals,
        posts=spot.posts,
        authors=spot.authors,
        weeks=spot.weeks,
        ours=spot.ours,
        shared=spot.shared,
    )
