"""The sheet of `veilleur calendar`: what others launch, run and hold; first what is still to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from search.insights.calendar import Calendar, Entry, read_calendar
from search.sections.story import title_of
from search.sections.teller import Teller
from search.sheet import Line, Sheet, heading, note
from search.sheets.asked import choose_organisations, coverage_lines, name_of, period_of, read_period
from search.wording.plain import safe_url
from search.wording.voice import Voice

MOST = 20
DAY = 16
KIND = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One entry, flat."""

    type: str = "entry"
    organisation: str
    kind: str
    day: date
    starts: date | None
    ends: date | None
    is_upcoming: bool
    title: str
    document: str
    url: str
    announced: datetime
    texts: int
    echoes: int


def make_calendar_sheet(teller: Teller, wanted: Sequence[str], *, is_past: bool) -> Sheet:
    """What competitors and partners (or those wanted) announced in the teller's window."""
    scope, voice = teller.scope, teller.voice
    organisations = choose_organisations(scope, wanted, "competitor", "partner")
    calendar = read_calendar(scope, organisations, since=scope.window.start, until=scope.window.end)
    head = heading(voice.gettext("Announced {period}", period=period_of(teller)))
    return Sheet(
        lines=(head, *_lines(teller, calendar, is_past=is_past), *coverage_lines(teller, read_period(scope))),
        row=EntryRow,
        rows=tuple(_rows(calendar, is_past=is_past)),
    )


def _lines(teller: Teller, calendar: Calendar, *, is_past: bool) -> Iterator[Line]:
    voice = teller.voice
    parts = [(voice.gettext("To come"), calendar.upcoming)]
    if is_past:
        parts.append((voice.gettext("Past"), calendar.past))
    for title, entries in parts:
        yield Line()
        yield heading(title)
        for each in entries[:MOST]:
            yield Line(text=f"  {tell_entry(voice, each)}")
            yield note(f"  {'':<{DAY}} {_facts(teller, each)}")
        if not entries:
            yield Line(text="  " + voice.gettext("Nothing known."))
        if len(entries) > MOST:
            yield note("  " + voice.ngettext("and {n} more", "and {n} more", len(entries) - MOST))
    if not is_past and calendar.past:
        yield Line()
        text = voice.ngettext("{n} past entry: --past", "{n} past entries: --past", len(calendar.past))
        yield note(text)


def tell_entry(voice: Voice, entry: Entry) -> str:
    """One entry on one line: when, what, whose."""
    said = f"{name_of(entry.organisation)} · {title_of(entry.lead)}"
    return f"{_when(voice, entry):<{DAY}} {kind_name(voice, entry):<{KIND}} {said}"


def _when(voice: Voice, entry: Entry) -> str:
    if entry.starts is None and entry.ends is not None:
        return voice.gettext("until {day}", day=voice.short_day(entry.ends))
    return voice.short_day(entry.day)


def kind_name(voice: Voice, entry: Entry) -> str:
    """What sort of thing it is."""
    names = {
        "launch": voice.gettext("launch"),
        "contest": voice.gettext("contest"),
        "event": voice.gettext("event"),
    }
    return names[entry.kind]


def _facts(teller: Teller, entry: Entry) -> str:
    voice = teller.voice
    parts = [
        voice.gettext("announced {when}", when=voice.moment(entry.announced, seen_from=teller.end)),
        voice.ngettext("{n} text", "{n} texts", entry.texts),
    ]
    if entry.starts and entry.ends:
        parts.insert(0, voice.gettext("until {day}", day=voice.short_day(entry.ends)))
    if entry.echoes:
        parts.append(voice.ngettext("{n} text elsewhere", "{n} texts elsewhere", entry.echoes))
    return " · ".join((*parts, entry.lead.id))


def _rows(calendar: Calendar, *, is_past: bool) -> Iterator[EntryRow]:
    for entries, is_upcoming in ((calendar.upcoming, True), (calendar.past if is_past else (), False)):
        for each in entries:
            yield EntryRow(
                organisation=each.organisation.id,
                kind=each.kind,
                day=each.day,
                starts=each.starts,
                ends=each.ends,
                is_upcoming=is_upcoming,
                title=title_of(each.lead),
                document=each.lead.id,
                url=safe_url(each.lead.url),
                announced=each.announced,
                texts=each.texts,
                echoes=each.echoes,
            )
