"""What every sheet is made from: the organisations asked for, the period, and what was read of it."""

from __future__ import annotations

from collections.abc import Sequence

from search.insights.coverage import HISTORY_DAYS, Readings, read_coverage
from search.insights.scope import Scope
from search.sections.coverage import lack_sentence
from search.sections.teller import Teller
from search.sheet import Line, note
from search.window import DAY, Window
from search.wording.plain import plain
from watchlists.errors import VeilleurError
from watchlists.model import Organisation

NAME = 60


def choose_organisations(scope: Scope, wanted: Sequence[str], *roles: str) -> tuple[Organisation, ...]:
    """The organisations of these ids or names, in the watchlist's order; those of the roles when empty."""
    if not wanted:
        return scope.organisations(*roles)
    known = scope.watchlist.organisations
    names = {name.casefold(): each.id for each in known for name in (each.name, each.id)}
    for each in wanted:
        if each.casefold() not in names:
            raise VeilleurError(
                "There is no organisation {name}.",
                why="The watchlist knows: {names}",
                remedy="Ask for one of these, or add it to the watchlist as [[organisation]].",
                name=each,
                names=", ".join(one.id for one in known),
            )
    chosen = {names[each.casefold()] for each in wanted}
    return tuple(each for each in known if each.id in chosen)


def name_of(organisation: Organisation) -> str:
    """Its name, on one line."""
    return plain(organisation.name, limit=NAME)


def period_of(teller: Teller) -> str:
    """The period, as a heading says it: from 23 October to 20 November."""
    window = teller.scope.window
    voice = teller.voice
    return voice.gettext(
        "from {start} to {end}", start=voice.zoned(window.start), end=voice.zoned(window.end)
    )


def days_of(window: Window) -> int:
    """Days of the window, to the nearest; one with a change of clock is one, too."""
    return max(1, round((window.end - window.start) / DAY))


def read_period(scope: Scope, *, days: int = 0) -> Readings:
    """What was read in the window, or in so many days before its end."""
    return read_coverage(scope, days=max(days or days_of(scope.window) + 1, HISTORY_DAYS))


def coverage_lines(teller: Teller, readings: Readings) -> tuple[Line, ...]:
    """What the figures rest on: sources read, days covered, and what was not read."""
    voice, window = teller.voice, teller.scope.window
    days = days_of(window)
    covered = sum(readings.covered_days([each.source.id for each in readings.sources], window.bounds(days)))
    sentence = voice.gettext(
        "Coverage: {read} of {total} sources read, {covered} of {days} days covered.",
        read=len(readings.of_state("read", "waiting", "silent")),
        total=len(readings.sources),
        covered=covered,
        days=days,
    )
    return (Line(), *(note(each) for each in (sentence, lack_sentence(teller, readings)) if each))
