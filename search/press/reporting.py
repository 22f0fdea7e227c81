"""The report of a week or a month, built from the index and the watchlist alone, for any past date, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from search.editions.comparison import TidyRow
from search.editions.report import Kind, Report
from search.index import Index
from search.insights.communities import (
    Community,
    compared_organisations,
    history_days,
    measure_communities,
)
from search.insights.coverage import Readings, read_coverage
from search.insights.gaps import Gap, find_gaps
from search.insights.rising import Rise, find_rising
from search.insights.scope import Scope, gather_news
from search.insights.strands import Strand
from search.insights.tone import OrganisationTone, measure_tone_at_large
from search.insights.voice import VoiceShare, measure_voice
from search.insights.weeks import MOST as MOST_WEEKS
from search.insights.weeks import WEEK
from search.sections.communities import tell_communities, tidy_rows
from search.sections.report import (
    subject_of,
    tell_covered,
    tell_footer,
    tell_gap,
    tell_gaps_note,
    tell_glance,
    title_of_period,
)
from search.sections.rising import tell_rising
from search.sections.standing import tell_tone, tell_voice, tone_rows, voice_rows
from search.sections.story import explain, tell_story
from search.sections.teller import Teller
from search.sections.trends import tell_trend
from search.window import Window, month_before, week_before
from search.wording.plain import plain
from search.wording.voice import Voice
from watchlists.messages import Messages
from watchlists.model import Watchlist

MOST_STORIES = 8
ROLES = ("own", "competitor")
"""Whose share of voice and tone are compared."""


def period_before(kind: Kind, moment: datetime, *, timezone: str) -> Window:
    """The last whole week or month before a moment."""
    return (week_before if kind == "week" else month_before)(moment, timezone=timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Findings:
    """What the insights found, before anything is told."""

    readings: Readings
    communities: tuple[Community, ...]
    own: Community | None
    """Our own community, the first where there are several."""
    gaps: tuple[Gap, ...]
    voices: tuple[VoiceShare, ...]
    tones: tuple[OrganisationTone, ...]
    strands: tuple[Strand, ...]
    rises: tuple[Rise, ...] | None
    documents: int


def build_report(
    index: Index,
    watchlist: Watchlist,
    *,
    kind: Kind,
    window: Window,
    now: datetime,
    messages: Messages,
) -> Report:
    """The report of a window in the watch's language, as everything was known at its end."""
    scope = Scope(index=index, watchlist=watchlist, window=window)
    voice = Voice(language=watchlist.language, timezone=watchlist.timezone, messages=messages)
    teller = Teller(scope=scope, voice=voice)
    return _compose(teller, _find(teller), kind=kind, now=now)


def _find(teller: Teller) -> _Findings:
    scope = teller.scope
    since, until = scope.window.start, scope.window.end
    readings = read_coverage(scope, days=max(history_days(scope.window), WEEK * MOST_WEEKS))
    communities = measure_communities(scope, readings, compared_organisations(scope))
    own = next((each for each in communities if each.organisation.role == "own"), None)
    rivals = [each for each in communities if each.organisation.role == "competitor"]
    organisations, news = scope.organisations(*ROLES), gather_news(scope)
    return _Findings(
        readings=readings,
        communities=communities,
        own=own,
        gaps=find_gaps(own, rivals) if own else (),
        voices=measure_voice(scope, organisations, since=since, until=until),
        tones=tuple(measure_tone_at_large(scope, each, since=since, until=until) for each in organisations),
        strands=teller.weave(news.worth_telling),
        rises=find_rising(scope, news.worth_telling),
        documents=len(news.fresh),
    )


def _compose(teller: Teller, findings: _Findings, *, kind: Kind, now: datetime) -> Report:
    scope, voice = teller.scope, teller.voice
    stories = tuple(
        tell_story(teller, each, why=explain(teller, each, None)) for each in findings.strands[:MOST_STORIES]
    )
    rising = tell_rising(teller, findings.rises)
    gaps = tuple(tell_gap(voice, each, findings.own) for each in findings.gaps if findings.own)
    title = title_of_period(teller, kind)
    return Report(
        kind=kind,
        watch=plain(scope.watchlist.name, limit=80),
        language=voice.language,
        timezone=scope.window.timezone,
        start=scope.window.start,
        end=scope.window.end,
        built_at=now,
        title=title,
        subject=subject_of(teller, kind, stories[0].title if stories else ""),
        glance=tell_glance(teller, findings.voices, stories=stories, rising=rising),
        gaps=gaps,
        gaps_note=tell_gaps_note(voice, findings.gaps, findings.own),
        communities=tell_communities(teller, findings.communities) if findings.communities else None,
        voice=tell_voice(voice, findings.voices),
        tone=tell_tone(voice, findings.tones),
        trends=tuple(tell_trend(teller, each, findings.readings) for each in scope.organisations(*ROLES)),
        stories=stories,
        more=teller.more(len(findings.strands) - len(stories), ""),
        rising=rising,
        documents=findings.documents,
        coverage=tell_covered(teller, findings.readings),
        footer=tell_footer(teller, kind),
        figures=tuple(_figures(findings, scope.window)),
    )


def _figures(findings: _Findings, window: Window) -> Iterator[TidyRow]:
    """Every figure of the report, bare."""
    yield from tidy_rows(findings.communities, window)
    yield from voice_rows(findings.voices, window)
    yield from tone_rows(findings.tones, window)
