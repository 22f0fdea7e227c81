"""The sheet of `veilleur tone`: how each organisation is spoken of, what is praised, blamed and broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from search.insights.malfunctions import Malfunction, find_malfunctions
from search.insights.praise import Distinction, Praise, find_praise
from search.insights.tone import NetTone, OrganisationTone, measure_tone
from search.sections.net_tone import tell_counts, tell_net
from search.sections.story import title_of
from search.sections.teller import Teller
from search.sheet import Line, Sheet, draw_bar, heading, label, note
from search.sheets.asked import choose_organisations, coverage_lines, name_of, period_of, read_period
from search.window import Window
from search.wording.plain import plain, quoted, safe_url
from search.wording.voice import Voice
from watchlists.model import Organisation

MOST_SOURCES = 5
MOST_TROUBLES = 5
PHRASE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneRow:
    """Mentions of one organisation by tone: everywhere (`place` empty) or in one place.

    Below the floor of net tone there are the counts, no net, and it is not telling.
    """

    type: str = "tone"
    organisation: str
    place: str
    kind: str
    since: datetime
    until: datetime
    positive: int
    neutral: int
    negative: int
    is_telling: bool
    net: float | None
    net_low: float | None
    net_high: float | None
    before_positive: int | None = None
    before_neutral: int | None = None
    before_negative: int | None = None
    change_low: float | None = None
    change_high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseRow:
    """A phrase that sets texts of one kind apart; `side` is praised or blamed."""

    type: str = "phrase"
    organisation: str
    side: str
    phrase: str
    authors: int
    elsewhere: int
    deviations: float
    quote: str
    quote_language: str
    document: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MalfunctionRow:
    """Something reported as not working."""

    type: str = "malfunction"
    organisation: str
    title: str
    document: str
    url: str
    reports: int
    authors: int
    first: datetime
    latest: datetime
    is_answered: bool
    is_solved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """All that is told of one organisation."""

    tone: OrganisationTone
    praise: Praise
    malfunctions: tuple[Malfunction, ...]


def make_tone_sheet(teller: Teller, wanted: Sequence[str]) -> Sheet:
    """Tone in the teller's window, of us and competitors or of those wanted."""
    scope, window = teller.scope, teller.scope.window
    organisations = choose_organisations(scope, wanted, "own", "competitor")
    spoken = [hear(teller, each) for each in organisations]
    head = heading(teller.voice.gettext("Tone of what others say, {period}", period=period_of(teller)))
    lines = [line for each in spoken for line in _lines(teller, each)]
    return Sheet(
        lines=(head, *lines, *coverage_lines(teller, read_period(scope))),
        row=ToneRow,
        rows=tuple(row for each in spoken for row in _tone_rows(each.tone, window)),
        details=tuple(row for each in spoken for row in (*_phrase_rows(each.praise), *_trouble_rows(each))),
    )


def hear(teller: Teller, organisation: Organisation) -> Spoken:
    """How one organisation is spoken of in the teller's window."""
    scope, window = teller.scope, teller.scope.window
    span = {"since": window.start, "until": window.end}
    return Spoken(
        tone=measure_tone(scope, organisation, **span),
        praise=find_praise(scope, organisation, **span),
        malfunctions=find_malfunctions(scope, organisation, **span),
    )


def _lines(teller: Teller, spoken: Spoken) -> Iterator[Line]:
    voice, tone = teller.voice, spoken.tone
    yield Line()
    yield heading(name_of(tone.organisation))
    yield from _tone_lines(voice, tone)
    shown = [each for each in tone.sources if each.tone.number][:MOST_SOURCES]
    for each in shown if len(shown) > 1 else ():
        yield note(f"  {label(teller.source_name(each.source))} {tell_counts(voice, each.tone)}")
    yield from tell_praise(voice, spoken.praise)
    for trouble in spoken.malfunctions[:MOST_TROUBLES]:
        yield Line(text=f"  {tell_malfunction(teller, trouble)}")


def _tone_lines(voice: Voice, tone: OrganisationTone) -> Iterator[Line]:
    now = tone.now
    for name, count in (
        (voice.gettext("negative"), now.negative),
        (voice.gettext("neutral"), now.neutral),
        (voice.gettext("positive"), now.positive),
    ):
        yield Line(text=f"  {label(name)} {draw_bar(count / now.number if now.number else 0.0)} {count}")
    yield Line(text=f"  {tell_net(voice, tone)}")


def tell_praise(voice: Voice, praise: Praise) -> Iterator[Line]:
    """What is praised and what is complained of, each with a sentence."""
    for title, found in (
        (voice.gettext("praised"), praise.praised),
        (voice.gettext("complained of"), praise.blamed),
    ):
        for each in found:
            told = voice.gettext("{title}: {text}", title=title, text=_tell_phrase(voice, each))
            yield Line(text=f"  {told}")
            if each.quote:
                yield note(f"    {quoted(each.quote.text, each.quote.language)}")


def _tell_phrase(voice: Voice, each: Distinction) -> str:
    authors = voice.ngettext("{n} author", "{n} authors", each.voices)
    elsewhere = voice.gettext("{n} in other texts", n=each.others)
    return f"{plain(each.phrase, limit=PHRASE)} ({authors}, {elsewhere})"


def tell_malfunction(teller: Teller, trouble: Malfunction) -> str:
    """One trouble: what, how many, since when, and whether somebody answered."""
    voice = teller.voice
    state = voice.gettext("not answered by the team")
    if trouble.is_answered:
        state = voice.gettext("answered by the team")
    if trouble.is_solved:
        state = voice.gettext("solved")
    return voice.gettext(
        "malfunction: {title} ({reports} by {authors}, {since}; {state})",
        title=title_of(trouble.strand.lead),
        reports=voice.ngettext("{n} report", "{n} reports", trouble.reports),
        authors=voice.ngettext("{n} author", "{n} authors", trouble.strand.authors),
        since=voice.since(trouble.first.published, seen_from=teller.end),
        state=state,
    )


def _tone_rows(measured: OrganisationTone, window: Window) -> Iterator[ToneRow]:
    before, change = measured.before, measured.change
    yield replace(
        _tone_row(measured, measured.now, window),
        before_positive=before.positive,
        before_neutral=before.neutral,
        before_negative=before.negative,
        change_low=change.low if change else None,
        change_high=change.high if change else None,
    )
    for each in measured.sources:
        yield _tone_row(measured, each.tone, window, place=each.source, kind=each.kind)


def _tone_row(
    measured: OrganisationTone, tone: NetTone, window: Window, *, place: str = "", kind: str = ""
) -> ToneRow:
    return ToneRow(
        organisation=measured.organisation.id,
        place=place,
        kind=kind,
        since=window.start,
        until=window.end,
        positive=tone.positive,
        neutral=tone.neutral,
        negative=tone.negative,
        is_telling=tone.is_telling,
        net=tone.value,
        net_low=tone.interval.low if tone.is_telling else None,
        net_high=tone.interval.high if tone.is_telling else None,
    )


def _phrase_rows(praise: Praise) -> Iterator[PhraseRow]:
    for side, found in (("praised", praise.praised), ("blamed", praise.blamed)):
        for each in found:
            quote = each.quote
            yield PhraseRow(
                organisation=praise.organisation.id,
                side=side,
                phrase=each.phrase,
                authors=each.voices,
                elsewhere=each.others,
                deviations=each.deviations,
                quote=quote.text if quote else "",
                quote_language=quote.language if quote else "",
                document=quote.document if quote else "",
                url=safe_url(quote.url) if quote else "",
            )


def _trouble_rows(spoken: Spoken) -> Iterator[MalfunctionRow]:
    for each in spoken.malfunctions:
        lead = each.strand.lead
        yield MalfunctionRow(
            organisation=spoken.tone.organisation.id,
            title=title_of(lead),
            document=lead.id,
            url=safe_url(lead.url),
            reports=each.reports,
            authors=each.strand.authors,
            first=each.first.published,
            latest=each.strand.latest,
            is_answered=each.is_answered,
            is_solved=each.is_solved,
        )
