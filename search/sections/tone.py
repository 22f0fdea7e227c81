"""Share of voice and tone by organisation, as counts over seven days: once a week, or with an alert."""

from __future__ import annotations

from search.editions.digest import Tone, ToneRow
from search.insights.reputation import Reputation, measure_reputation
from search.sections.spoken import tell_spoken
from search.sections.teller import Teller
from search.wording.plain import plain

WEEK = 7
FEWEST_MENTIONS = 5
"""Mentions in all, below which nothing is compared."""


def is_tone_day(teller: Teller, *, has_alert: bool) -> bool:
    """Whether the table is due: in the first digest of a week, or because something turns bad."""
    window = teller.scope.window
    begun = teller.voice.local(window.start).date()
    return has_alert or begun.isocalendar()[:2] != window.day.isocalendar()[:2]


def tell_tone(teller: Teller) -> Tone | None:
    """Mentions by others of us and of each competitor in seven days; None below the floor."""
    window = teller.scope.window
    organisations = teller.scope.organisations("own", "competitor")
    measured = [
        measure_reputation(teller.scope, each, since=window.back(WEEK), until=window.end)
        for each in organisations
    ]
    base = sum(each.mentions for each in measured)
    if base < FEWEST_MENTIONS:
        return None
    return Tone(
        rows=tuple(_row(each) for each in measured),
        has_tone=any(each.has_tone for each in measured),
        sentence=_sentence(teller, base),
        spoken=tell_spoken(
            teller, teller.scope.organisations("own"), since=window.back(WEEK), until=window.end
        ),
    )


def _row(measured: Reputation) -> ToneRow:
    return ToneRow(
        organisation=plain(measured.organisation.name, limit=60),
        mentions=measured.mentions,
        stories=measured.stories,
        negative=measured.negative,
        neutral=measured.neutral,
        positive=measured.positive,
    )


def _sentence(teller: Teller, base: int) -> str:
    return teller.voice.ngettext(
        "{n} mention by others in seven days, own places left out; a copy is no story of its own.",
        "{n} mentions by others in seven days, own places left out; a copy is no story of its own.",
        base,
    )
