"""Share of voice and tone side by side: tables with base and interval, and the same figures bare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from search.editions.comparison import TidyRow
from search.editions.report import Table
from search.insights.intervals import Interval, Share
from search.insights.tone import NetTone, OrganisationTone
from search.insights.voice import VoiceShare
from search.sections.communities import LONGEST_NAME
from search.sheet import percent, signed
from search.window import Window
from search.wording.plain import plain
from search.wording.voice import Voice


def tell_voice(voice: Voice, measured: Sequence[VoiceShare]) -> Table | None:
    """Share of voice by mentions and by stories; None below its floor."""
    if not measured or not measured[0].mentions.is_telling:
        return None
    columns = (
        voice.gettext("Organisation"),
        voice.gettext("Of all mentions"),
        voice.gettext("95 times in 100 between"),
        voice.gettext("Of all stories"),
        voice.gettext("Authors"),
        voice.gettext("Before"),
    )
    base = measured[0].mentions.base
    return Table(
        columns=columns,
        rows=tuple(_voice_row(voice, each) for each in measured),
        sentence=voice.ngettext(
            "{n} mention by others of these organisations, what is said in their own places left out;"
            " a copy is no story of its own. Before is the period of the same length just before.",
            "{n} mentions by others of these organisations, what is said in their own places left out;"
            " a copy is no story of its own. Before is the period of the same length just before.",
            base,
        ),
    )


def _voice_row(voice: Voice, each: VoiceShare) -> tuple[str, ...]:
    return (
        plain(each.organisation.name, limit=LONGEST_NAME),
        _share(voice, each.mentions),
        _between(voice, each.mentions.interval),
        _share(voice, each.stories),
        voice.number(each.authors),
        _share(voice, each.before),
    )


def _share(voice: Voice, share: Share) -> str:
    """12 of 40 (30 %); the counts alone below the floor."""
    counts = voice.gettext("{n} of {base}", n=voice.number(share.hits), base=voice.number(share.base))
    if share.value is None:
        return counts
    return voice.gettext("{value} ({base})", value=counts, base=percent(voice, share.value))


def _between(voice: Voice, interval: Interval) -> str:
    return voice.gettext(
        "{low} and {high}", low=percent(voice, interval.low), high=percent(voice, interval.high)
    )


def tell_tone(voice: Voice, measured: Sequence[OrganisationTone]) -> Table | None:
    """Mentions by tone as counts, and the net of them with its interval; None without any mention."""
    if not any(each.now.number for each in measured):
        return None
    columns = (
        voice.gettext("Organisation"),
        voice.gettext("Negative"),
        voice.gettext("Neutral"),
        voice.gettext("Positive"),
        voice.gettext("Net tone"),
        voice.gettext("Change"),
    )
    return Table(
        columns=columns,
        rows=tuple(_tone_row(voice, each) for each in measured),
        sentence=voice.gettext(
            "Net tone is positive less negative over all mentions, from −1 to 1, with the interval that holds"
            " it 95 times in 100. Tone is said of groups, never of a single text."
        ),
    )


def _tone_row(voice: Voice, each: OrganisationTone) -> tuple[str, ...]:
    now = each.now
    counts = (now.negative, now.neutral, now.positive)
    return (
        plain(each.organisation.name, limit=LONGEST_NAME),
        *(voice.number(count) for count in counts),
        _net(voice, each),
        _tone_change(voice, each),
    )


def _net(voice: Voice, each: OrganisationTone) -> str:
    if each.now.value is None:
        return voice.gettext("too few to say ({n})", n=each.now.number)
    low, high = each.now.interval.low, each.now.interval.high
    return voice.gettext(
        "{value} ({low} to {high})",
        value=signed(voice, each.now.value),
        low=signed(voice, low),
        high=signed(voice, high),
    )


def _tone_change(voice: Voice, each: OrganisationTone) -> str:
    if each.change is None:
        return "–"
    if not each.is_changed:
        return voice.gettext("within chance")
    return voice.gettext("better") if each.change.low > 0 else voice.gettext("worse")


def voice_rows(measured: Sequence[VoiceShare], window: Window) -> Iterator[TidyRow]:
    """Shares of voice by mentions and by stories."""
    for each in measured:
        for measure, now, before in (
            ("voice_mentions", each.mentions, each.before),
            ("voice_stories", each.stories, Share(hits=0, base=0)),
        ):
            counts = (now.base, before.base)
            yield _interval_row(each.organisation.id, (measure, "share"), (now, before), counts, window)


def tone_rows(measured: Sequence[OrganisationTone], window: Window) -> Iterator[TidyRow]:
    """Mentions by tone, and the net of them."""
    for each in measured:
        counts = (
            ("negative", each.now.negative, each.before.negative),
            ("neutral", each.now.neutral, each.before.neutral),
            ("positive", each.now.positive, each.before.positive),
        )
        for tone, now, before in counts:
            yield _tone_row_of(each.organisation.id, tone, now, before, window)
        numbers = (each.now.number, each.before.number)
        yield _interval_row(
            each.organisation.id, ("net_tone", "net"), (each.now, each.before), numbers, window
        )


def _tone_row_of(organisation: str, tone: str, now: int, before: int, window: Window) -> TidyRow:
    return TidyRow(
        organisation=organisation,
        measure=f"mentions_{tone}",
        unit="count",
        value=now,
        count=now,
        low=None,
        high=None,
        before=before,
        before_count=before,
        change=now - before,
        is_telling=True,
        since=window.start,
        until=window.end,
    )


def _interval_row(
    organisation: str,
    measure: tuple[str, str],
    figures: tuple[Share, Share] | tuple[NetTone, NetTone],
    counts: tuple[int, int],
    window: Window,
) -> TidyRow:
    """A figure that has an interval, now and before, with the counts it rests on."""
    (now, before), (count, before_count) = figures, counts
    value, earlier = now.value, before.value
    return TidyRow(
        organisation=organisation,
        measure=measure[0],
        unit=measure[1],
        value=value,
        count=count,
        low=now.interval.low if now.is_telling else None,
        high=now.interval.high if now.is_telling else None,
        before=earlier,
        before_count=before_count,
        change=value - earlier if value is not None and earlier is not None else None,
        is_telling=now.is_telling,
        since=window.start,
        until=window.end,
    )
