"""Tone in words: counts, and the net of them with its interval."""

from __future__ import annotations

from search.insights.intervals import Interval
from search.insights.tone import NetTone, OrganisationTone
from search.sheet import signed
from search.wording.voice import Voice


def tell_counts(voice: Voice, tone: NetTone) -> str:
    """Mentions by tone, as counts."""
    return voice.gettext(
        "{negative} negative, {neutral} neutral, {positive} positive",
        negative=tone.negative,
        neutral=tone.neutral,
        positive=tone.positive,
    )


def tell_net(voice: Voice, tone: OrganisationTone) -> str:
    """The net tone with its interval and its change; or that there is too little to say."""
    now = tone.now
    if now.value is None:
        few = voice.gettext("too few to say")
        return voice.gettext("net tone: {value}", value=f"{few} ({tell_counts(voice, now)})")
    value = voice.gettext(
        "net tone: {value}", value=f"{signed(voice, now.value)} ({_tell_interval(voice, now.interval)})"
    )
    before = voice.gettext("before: {counts}", counts=tell_counts(voice, tone.before))
    if tone.change is None:
        return voice.apart([value, before])
    verdict = voice.gettext("changed") if tone.is_changed else voice.gettext("no sure change")
    change = f"{verdict} ({_tell_interval(voice, tone.change)})"
    return voice.apart([value, before, change])


def _tell_interval(voice: Voice, interval: Interval) -> str:
    low, high = signed(voice, interval.low), signed(voice, interval.high)
    return voice.gettext("between {low} and {high}", low=low, high=high)
