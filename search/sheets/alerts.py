"""The sheets of `veilleur alerts`: how each organisation stands, and what was (or would have been) told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from search.alerts import Change, Vigil
from search.insights.badbuzz import Buzz
from search.insights.last_day import LastDay
from search.sections.alerts import name_of, tell_change, tell_parts, tell_reason, tell_state
from search.sheet import Line, Sheet, draw_bar, heading, label, note
from search.wording.charts import SCALE
from search.wording.plain import plain
from search.wording.voice import Voice
from watchlists.model import Watchlist

WORD = 60
RAREST = 1e-9
"""Smaller chances are not told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """How an organisation stands (`state`), or what was told of it (`change`), flat.

    What was not judged, for the hour was calm, is empty.
    """

    type: str
    organisation: str
    name: str
    state: str
    red: bool
    since: datetime | None = None
    """When a state began."""
    told_at: datetime | None = None
    """The run that told a change."""
    day_said: int | None = None
    day_negative: int | None = None
    day_usual: float | None = None
    """Negative texts that such 24 hours usually hold."""
    at: datetime
    """The end of the hours judged."""
    level: str
    hours: int | None = None
    volume: int | None = None
    authors: int | None = None
    voices: int | None = None
    usual: float | None = None
    rarity: float | None = None
    usual_share: float | None = None
    last_hour: int | None = None
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    engagement: int | None = None
    origin: str = ""
    origin_document: str = ""
    began: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How one organisation stands now, and the numbers of its last day."""

    vigil: Vigil
    buzz: Buzz
    day: LastDay


def make_alerts_sheet(
    voice: Voice, watchlist: Watchlist, stands: Sequence[Stand], told: Sequence[Change]
) -> Sheet:
    """The standing of every organisation watched over, then what was told of them lately."""
    most = max([SCALE, *(max(each.day.negative, each.day.usual or 0.0) for each in stands)])
    lines = [line for each in stands for line in _stand_lines(voice, watchlist, each, most)]
    lines.append(note(_what_bars_are(voice)))
    if told:
        lines += [Line(), heading(voice.gettext("Told in the last thirty days"))]
    return Sheet(
        lines=(*lines, *(line for each in told for line in _change_lines(voice, watchlist, each))),
        row=AlertRow,
        rows=(
            *(_stand_row(watchlist, each) for each in stands),
            *(_change_row(watchlist, each) for each in told),
        ),
    )


def _what_bars_are(voice: Voice) -> str:
    return voice.gettext(
        "Texts of the last 24 hours that speak badly of each, and how many are usual in them."
    )


def make_replay_sheet(voice: Voice, watchlist: Watchlist, changes: Sequence[Change]) -> Sheet:
    """What hourly checks would have told."""
    nothing = Line(text=voice.gettext("Nothing would have been told."))
    lines = [line for each in changes for line in _change_lines(voice, watchlist, each)] or [nothing]
    return Sheet(
        lines=tuple(lines), row=AlertRow, rows=tuple(_change_row(watchlist, each) for each in changes)
    )


def _stand_lines(voice: Voice, watchlist: Watchlist, stand: Stand, most: float) -> Iterator[Line]:
    name = name_of(watchlist, stand.vigil.organisation)
    told = voice.gettext("{title}: {text}", title=name, text=tell_state(voice, stand.vigil))
    yield Line(text=told, is_bold=stand.vigil.state != "calm")
    negative, usual = stand.day.negative, stand.day.usual
    yield Line(text=f"  {label(voice.gettext('speaking badly'))} {draw_bar(negative / most)} {negative}")
    bar = f"{draw_bar(usual / most)} {voice.number(usual)}" if usual is not None else ""
    yield note(f"  {label(voice.gettext('usually'))} {bar or voice.gettext('too early to say')}")
    if stand.buzz.level != "calm":
        yield from (Line(text=f"  {line}") for line in tell_parts(voice, watchlist, stand.buzz))
    yield Line()


def _change_lines(voice: Voice, watchlist: Watchlist, change: Change) -> Iterator[Line]:
    """One thing told, and why."""
    yield Line(text=tell_change(voice, watchlist, change))
    if change.state != "over":
        yield note(f"  {tell_reason(voice, watchlist, change.buzz)}")


def _stand_row(watchlist: Watchlist, stand: Stand) -> AlertRow:
    vigil, day = stand.vigil, stand.day
    return replace(
        _row(watchlist, stand.buzz, type="state", state=vigil.state, red=vigil.is_red),
        since=vigil.since,
        day_said=day.said,
        day_negative=day.negative,
        day_usual=day.usual,
    )


def _change_row(watchlist: Watchlist, change: Change) -> AlertRow:
    """One thing told, flat."""
    row = _row(watchlist, change.buzz, type="change", state=change.state, red=change.state == "red")
    return replace(row, told_at=change.told_at)


def _row(watchlist: Watchlist, buzz: Buzz, *, type: str, state: str, red: bool) -> AlertRow:
    """The row with the parts of the judgement, where there was one."""
    row = AlertRow(
        type=type,
        organisation=buzz.organisation,
        name=name_of(watchlist, buzz.organisation),
        state=state,
        red=red,
        at=buzz.at,
        level=buzz.level,
    )
    if buzz.level == "calm":
        return row
    return replace(
        row,
        hours=buzz.hours,
        volume=buzz.volume,
        authors=buzz.authors,
        voices=buzz.voices,
        usual=buzz.usual,
        rarity=max(RAREST, buzz.rarity),
        usual_share=buzz.usual_share,
        last_hour=buzz.last_hour,
        words=tuple(plain(each, limit=WORD) for each in buzz.words),
        places=buzz.places,
        engagement=buzz.engagement,
        origin=buzz.origin,
        origin_document=buzz.origin_document,
        began=buzz.began,
    )
