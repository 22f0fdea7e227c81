"""What is only in a report: its title, the sentences at its top, the measured gaps, coverage, footer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from babel.dates import format_date

from search.editions.digest import Footer, Rising, Story
from search.editions.report import Kind
from search.insights.communities import Community
from search.insights.coverage import Readings
from search.insights.gaps import Gap
from search.insights.voice import VoiceShare
from search.sections.communities import LONGEST_NAME, measure_name, tell_reading
from search.sections.coverage import tell_coverage
from search.sections.teller import Teller
from search.wording.plain import plain, shorten
from search.wording.voice import Voice

SUBJECT_LENGTH = 65


def title_of_period(teller: Teller, kind: Kind) -> str:
    """The week from its Monday to its Sunday, or the month by its name."""
    voice, window = teller.voice, teller.scope.window
    first, last = voice.local(window.start).date(), voice.local(window.end - timedelta(hours=1)).date()
    if kind == "month":
        month = str(format_date(first, "MMMM y", locale=voice.language))
        return voice.gettext("The watch of {month}", month=month)
    return voice.gettext(
        "The watch of the week of {first} to {last}",
        first=voice.short_day(first),
        last=f"{voice.short_day(last)} {last.year}",
    )


def subject_of(teller: Teller, kind: Kind, lead: str) -> str:
    """At most 65 characters: which week or month, and what was told most in it."""
    voice = teller.voice
    first = voice.local(teller.scope.window.start).date()
    month = str(format_date(first, "MMMM y", locale=voice.language))
    period = voice.gettext("Week of {day}", day=voice.short_day(first)) if kind == "week" else month
    return shorten(f"{period[:1].upper()}{period[1:]} · {lead}" if lead else period, SUBJECT_LENGTH)


def tell_gap(voice: Voice, gap: Gap, own: Community) -> str:
    """One sentence with both values and the counts behind them."""
    values = {
        "measure": measure_name(voice, gap.own.measure.id),
        "rival": _name(gap.rival),
        "own": _name(own),
        "theirs": tell_reading(voice, gap.own.measure, gap.theirs.now),
        "ours": tell_reading(voice, gap.own.measure, gap.own.now),
    }
    if gap.is_ahead:
        return voice.gettext(
            "{measure}: we lead, with {ours}; the best rival, {rival}, has {theirs}.", **values
        )
    return voice.gettext("{measure}: {rival} leads, with {theirs}; we have {ours}.", **values)


def _name(community: Community) -> str:
    return plain(community.organisation.name, limit=LONGEST_NAME)


def tell_gaps_note(voice: Voice, gaps: Sequence[Gap], own: Community | None) -> str:
    """What the gaps are measured by, or why there are none."""
    if own is None:
        return voice.gettext("No place of our own is read, so nothing is compared with rivals.")
    if not gaps:
        return voice.gettext("No difference from the best rival is greater than chance explains.")
    return voice.gettext(
        "Chosen among measures of how a community is run, by the difference over what both may be off;"
        " the best rival is the one that is best even at the poorer end of its interval."
    )


def tell_glance(
    teller: Teller, voices: Sequence[VoiceShare], *, stories: Sequence[Story], rising: Rising
) -> tuple[str, ...]:
    """Three sentences at most: how much was said of us, what was told most, what rises."""
    voice = teller.voice
    lines = [
        _share_sentence(voice, each)
        for each in voices
        if each.organisation.role == "own" and each.mentions.is_telling
    ][:1]
    if stories:
        lead = stories[0]
        authors = voice.ngettext("{n} author", "{n} authors", lead.authors)
        sources = voice.ngettext("{n} source", "{n} sources", lead.sources)
        text = voice.gettext(
            "Told most: “{title}”, by {authors} in {sources}.",
            title=shorten(lead.title, 90),
            authors=authors,
            sources=sources,
        )
        lines.append(text)
    if rising.terms:
        terms = voice.listed([voice.gettext("“{term}”", term=each.term) for each in rising.terms[:3]])
        lines.append(voice.ngettext("Rising: {terms}.", "Rising: {terms}.", len(rising.terms), terms=terms))
    return tuple(lines) or (voice.gettext("Nothing new was published."),)


def _share_sentence(voice: Voice, each: VoiceShare) -> str:
    name = plain(each.organisation.name, limit=LONGEST_NAME)
    now, before = each.mentions, each.before
    said = voice.gettext("{name}: {n} of {base} mentions", name=name, n=now.hits, base=now.base)
    if not before.is_telling:
        return voice.apart((said,))
    earlier = voice.gettext("before, {n} of {base}", n=before.hits, base=before.base)
    verdict = (
        voice.gettext("a change beyond chance")
        if each.is_changed
        else voice.gettext("a change within chance")
    )
    return voice.apart((said, earlier, verdict))


def tell_covered(teller: Teller, readings: Readings) -> tuple[str, ...]:
    """How many sources were read, and every one that was not."""
    told = tell_coverage(teller, readings, ())
    issues = [f"{each.name}{teller.voice.gettext(': ')}{each.sentence}." for each in told.issues]
    more = [f"{told.more.sentence}{teller.voice.gettext(': ')}{told.more.command}"] if told.more else []
    return (*told.sentences, *issues, *more)


def tell_footer(teller: Teller, kind: Kind) -> Footer:
    """How to see the report again, and what its figures mean."""
    voice = teller.voice
    day = voice.local(teller.scope.window.end).date().isoformat()
    sentence = voice.gettext(
        "Made from what was read, on your own machine; docs/figures.md gives each figure’s formula and floor."
    )
    return Footer(sentences=(sentence,), replay=f"veilleur report --{kind} --at {day}")
