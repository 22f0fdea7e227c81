"""Sentences for a digest or a report: net tone, what is praised and blamed, and what a rival will do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from search.insights.calendar import Entry, read_calendar
from search.insights.praise import Distinction, find_praise
from search.insights.tone import measure_tone
from search.sections.net_tone import tell_net
from search.sections.story import title_of
from search.sections.teller import Teller
from search.wording.plain import plain, quoted
from watchlists.model import Organisation

AHEAD_DAYS = 56
"""How far back announcements are looked for."""
MOST_PHRASES = 3
MOST_ENTRIES = 2


def tell_spoken(
    teller: Teller, organisations: Iterable[Organisation], *, since: datetime, until: datetime
) -> tuple[str, ...]:
    """For each organisation with enough mentions: its net tone, and what is praised and complained of."""
    return tuple(
        sentence for each in organisations for sentence in _spoken_of(teller, each, since=since, until=until)
    )


def _spoken_of(
    teller: Teller, organisation: Organisation, *, since: datetime, until: datetime
) -> Iterator[str]:
    voice, name = teller.voice, plain(organisation.name, limit=60)
    tone = measure_tone(teller.scope, organisation, since=since, until=until)
    if tone.now.is_telling:
        yield voice.gettext("{name}, {net}", name=name, net=tell_net(voice, tone))
    praise = find_praise(teller.scope, organisation, since=since, until=until)
    if praise.praised:
        yield voice.gettext(
            "{name} is praised for: {phrases}.", name=name, phrases=_list(teller, praise.praised)
        )
    if praise.blamed:
        phrases = _list(teller, praise.blamed)
        yield voice.gettext("People complain to {name} of: {phrases}.", name=name, phrases=phrases)


def _list(teller: Teller, found: tuple[Distinction, ...]) -> str:
    return "; ".join(_phrase(teller, each) for each in found[:MOST_PHRASES])


def _phrase(teller: Teller, each: Distinction) -> str:
    authors = teller.voice.ngettext("{n} author", "{n} authors", each.voices)
    quote = f", {quoted(each.quote.text, each.quote.language)}" if each.quote else ""
    return f"{plain(each.phrase, limit=60)} ({authors}{quote})"


def tell_ahead(teller: Teller, organisation: Organisation) -> tuple[str, ...]:
    """What an organisation announced that is still to come, nearest first: at most two lines."""
    window = teller.scope.window
    calendar = read_calendar(teller.scope, (organisation,), since=window.back(AHEAD_DAYS), until=window.end)
    return tuple(_ahead(teller, each) for each in calendar.upcoming[:MOST_ENTRIES])


def _ahead(teller: Teller, entry: Entry) -> str:
    voice, title = teller.voice, title_of(entry.lead)
    has_begun = entry.starts is None or entry.starts < teller.scope.window.day
    if has_begun and entry.ends is not None:
        return voice.gettext("Until {day}: “{title}”.", day=voice.short_day(entry.ends), title=title)
    return voice.gettext("On {day}: “{title}”.", day=voice.short_day(entry.day), title=title)
