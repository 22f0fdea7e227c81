"""The sheet of `veilleur voice`: each organisation's share of what is said, with base and interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from search.insights.intervals import Share
from search.insights.voice import VoiceShare, measure_voice
from search.sections.teller import Teller
from search.sheet import Line, Sheet, draw_bar, heading, label, percent
from search.sheets.asked import choose_organisations, coverage_lines, name_of, period_of, read_period
from search.window import Window
from search.wording.charts import sparkline
from search.wording.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceRow:
    """One organisation's share of voice, flat; a share below its floor is None, and not telling."""

    type: str = "voice"
    organisation: str
    name: str
    role: str
    since: datetime
    until: datetime
    mentions: int
    mentions_base: int
    is_telling: bool
    share: float | None
    share_low: float | None
    share_high: float | None
    stories: int
    stories_base: int
    stories_share: float | None
    authors: int
    before: int
    before_base: int
    is_changed: bool | None
    """None while either share is below its floor."""
    weeks: tuple[int, ...]
    """Mentions by week, oldest first."""
    weeks_base: tuple[int, ...]


def make_voice_sheet(teller: Teller, wanted: Sequence[str]) -> Sheet:
    """Share of voice in the teller's window: of us and competitors, or of those wanted."""
    scope = teller.scope
    organisations = choose_organisations(scope, wanted, "own", "competitor")
    shares = measure_voice(scope, organisations, since=scope.window.start, until=scope.window.end)
    lines = [*_head(teller, shares), *(line for each in shares for line in _lines(teller.voice, each))]
    return Sheet(
        lines=(*lines, *coverage_lines(teller, read_period(scope))),
        row=VoiceRow,
        rows=tuple(_row(each, scope.window) for each in shares),
    )


def _head(teller: Teller, shares: Sequence[VoiceShare]) -> Iterator[Line]:
    voice = teller.voice
    mentions, stories = (max((each.base for each in part), default=0) for part in _bases(shares))
    yield heading(voice.gettext("Share of voice, {period}", period=period_of(teller)))
    yield Line(
        text=voice.gettext(
            "{mentions} in {stories}; own places left out, a copy is no story of its own.",
            mentions=voice.ngettext("{n} mention by others", "{n} mentions by others", mentions),
            stories=voice.ngettext("{n} story", "{n} stories", stories),
        )
    )


def _bases(shares: Sequence[VoiceShare]) -> tuple[list[Share], list[Share]]:
    return [each.mentions for each in shares], [each.stories for each in shares]


def _lines(voice: Voice, each: VoiceShare) -> Iterator[Line]:
    yield Line()
    if each.mentions.value is None:
        yield Line(text=f"{label(name_of(each.organisation))} {voice.gettext('too few to say')}")
    else:
        bar = draw_bar(each.mentions.value)
        yield Line(text=f"{label(name_of(each.organisation))} {bar} {tell_share(voice, each.mentions)}")
    yield Line(text=f"  {_counts(voice, each)}", is_dim=True)
    yield Line(text=f"  {_before(voice, each)}", is_dim=True)
    if len(each.weeks) > 1:
        chart = sparkline([week.hits for week in each.weeks])
        weeks = " ".join(str(week.hits) for week in each.weeks)
        yield Line(
            text="  " + voice.gettext("by week: {chart} {counts}", chart=chart, counts=weeks), is_dim=True
        )


def tell_share(voice: Voice, share: Share) -> str:
    """A share with its interval, or that it is too early for one."""
    if share.value is None:
        return voice.gettext("too few to say")
    low, high = percent(voice, share.interval.low), percent(voice, share.interval.high)
    return voice.gettext(
        "{share} (between {low} and {high})", share=percent(voice, share.value), low=low, high=high
    )


def _counts(voice: Voice, each: VoiceShare) -> str:
    parts = (
        voice.gettext("{hits} of {base} mentions", hits=each.mentions.hits, base=each.mentions.base),
        voice.gettext("{hits} of {base} stories", hits=each.stories.hits, base=each.stories.base),
        voice.ngettext("{n} author", "{n} authors", each.authors),
    )
    return " · ".join(parts)


def _before(voice: Voice, each: VoiceShare) -> str:
    counts = voice.gettext("{hits} of {base} mentions", hits=each.before.hits, base=each.before.base)
    before = voice.gettext("in as long a time before: {counts}", counts=counts)
    if each.before.value is None:
        return before
    verdict = voice.gettext("the share changed") if each.is_changed else voice.gettext("no sure change")
    return voice.apart([f"{before} ({percent(voice, each.before.value)})", verdict])


def _row(each: VoiceShare, window: Window) -> VoiceRow:
    interval = each.mentions.interval if each.mentions.is_telling else None
    return VoiceRow(
        organisation=each.organisation.id,
        name=each.organisation.name,
        role=each.organisation.role,
        since=window.start,
        until=window.end,
        mentions=each.mentions.hits,
        mentions_base=each.mentions.base,
        is_telling=each.mentions.is_telling,
        share=each.mentions.value,
        share_low=interval.low if interval else None,
        share_high=interval.high if interval else None,
        stories=each.stories.hits,
        stories_base=each.stories.base,
        stories_share=each.stories.value,
        authors=each.authors,
        before=each.before.hits,
        before_base=each.before.base,
        is_changed=each.is_changed if interval and each.before.is_telling else None,
        weeks=tuple(week.hits for week in each.weeks),
        weeks_base=tuple(week.base for week in each.weeks),
    )
