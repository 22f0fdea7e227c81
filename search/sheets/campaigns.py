"""The sheet of `veilleur campaigns`: each before, during and after, against the four weeks before it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from search.insights.campaigns import CampaignReport, Rate, Ratio, Stretch, measure_campaign
from search.sections.net_tone import tell_counts
from search.sections.teller import Teller
from search.sheet import Line, Sheet, heading, label, note
from search.sheets.asked import coverage_lines, name_of, read_period
from search.wording.plain import plain
from search.wording.voice import Voice
from watchlists.errors import VeilleurError
from watchlists.model import Campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchRow:
    """One part of one campaign, flat; ratios are against the four weeks before."""

    type: str = "stretch"
    campaign: str
    organisation: str
    part: str
    first: date
    last: date
    tagged: int
    tagged_days: int
    authors: int
    mentions: int
    mentions_days: int
    mentions_ratio: float | None = None
    mentions_low: float | None = None
    mentions_high: float | None = None
    posts: int
    posts_days: int
    posts_ratio: float | None = None
    posts_low: float | None = None
    posts_high: float | None = None
    engagement: int | None
    reception: float | None
    negative: int
    neutral: int
    positive: int


def make_campaigns_sheet(teller: Teller, wanted: Sequence[str]) -> Sheet:
    """The watch's campaigns as known now, or those of the ids wanted."""
    scope = teller.scope
    reports = [measure_campaign(scope, each) for each in choose_campaigns(scope.watchlist.campaigns, wanted)]
    lines = [line for each in reports for line in _lines(teller.voice, each)]
    if not reports:
        lines = [Line(text=teller.voice.gettext("The watchlist has no [[campaign]]."))]
    day = teller.voice.day(scope.window.day)
    head = heading(teller.voice.gettext("Campaigns, as known on {day}", day=day))
    return Sheet(
        lines=(head, *lines, *coverage_lines(teller, read_period(scope))),
        row=StretchRow,
        rows=tuple(row for each in reports for row in _rows(each)),
    )


def choose_campaigns(known: Sequence[Campaign], wanted: Sequence[str]) -> tuple[Campaign, ...]:
    """The campaigns of these ids, all when empty; raises VeilleurError for others."""
    ids = {each.id for each in known}
    for each in wanted:
        if each not in ids:
            raise VeilleurError(
                "There is no campaign {name}.",
                why="The watchlist knows: {names}",
                remedy="Ask for one of these, or add it to the watchlist as [[campaign]].",
                name=each,
                names=", ".join(sorted(ids)) or "-",
            )
    return tuple(each for each in known if not wanted or each.id in wanted)


def _lines(voice: Voice, report: CampaignReport) -> Iterator[Line]:
    campaign = report.campaign
    owner = f" · {name_of(report.organisation)}" if report.organisation else ""
    yield Line()
    yield heading(f"{plain(campaign.name or campaign.id, limit=80)}{owner}")
    for title, stretch, ratios in _parts(voice, report):
        yield from _part_lines(voice, title, stretch, ratios)


Ratios = tuple[Ratio | None, Ratio | None]
"""Of mentions and of posts."""


def _parts(voice: Voice, report: CampaignReport) -> Iterator[tuple[str, Stretch | None, Ratios]]:
    yield voice.gettext("before"), report.before, (None, None)
    yield voice.gettext("during"), report.during, (report.mentions_during, report.posts_during)
    yield voice.gettext("after"), report.after, (report.mentions_after, report.posts_after)


def _part_lines(voice: Voice, title: str, stretch: Stretch | None, ratios: Ratios) -> Iterator[Line]:
    if stretch is None:
        none = voice.gettext("no day of it is over yet")
        yield Line(text="  " + voice.gettext("{title}: {text}", title=title, text=none))
        return
    first, last = voice.short_day(stretch.first), voice.short_day(stretch.last)
    span = (
        first if stretch.first == stretch.last else voice.gettext("{first} to {last}", first=first, last=last)
    )
    yield Line(text=f"  {title}, {span}")
    for name, rate, ratio in (
        (voice.gettext("mentions by others"), stretch.mentions, ratios[0]),
        (voice.gettext("posts in own places"), stretch.posts, ratios[1]),
        (voice.gettext("with its hashtag or link"), stretch.tagged, None),
    ):
        yield Line(text=f"    {label(name)} {_tell_rate(voice, rate)}{_tell_ratio(voice, ratio)}")
    yield note(f"    {_reactions(voice, stretch)}")


def _tell_rate(voice: Voice, rate: Rate) -> str:
    if rate.daily is None:
        return voice.gettext("not read")
    return voice.gettext(
        "{n} in {days} ({daily} a day)",
        n=rate.events,
        days=voice.ngettext("{n} day read", "{n} days read", rate.days),
        daily=voice.number(rate.daily, digits=1),
    )


def _tell_ratio(voice: Voice, ratio: Ratio | None) -> str:
    if ratio is None:
        return ""
    low, high = voice.number(ratio.interval.low, digits=1), _number(voice, ratio.interval.high)
    verdict = "" if ratio.is_change else f" {voice.gettext('(no sure change)')}"
    if ratio.value is None:
        return ", " + voice.gettext("at least {low} times the pace before", low=low) + verdict
    value = voice.number(ratio.value, digits=1)
    told = voice.gettext(
        "{value} times the pace before (between {low} and {high})", value=value, low=low, high=high
    )
    return f", {told}{verdict}"


def _number(voice: Voice, value: float) -> str:
    return voice.number(value, digits=1) if math.isfinite(value) else "∞"


def _reactions(voice: Voice, stretch: Stretch) -> str:
    parts = [voice.ngettext("{n} author of these", "{n} authors of these", stretch.authors)]
    if stretch.engagement is not None:
        parts.append(voice.ngettext("{n} reaction", "{n} reactions", stretch.engagement))
    if stretch.reception is not None:
        usual = voice.number(stretch.reception, digits=1)
        parts.append(voice.gettext("{n} times the usual reception", n=usual))
    if stretch.tone.number:
        parts.append(tell_counts(voice, stretch.tone))
    return " · ".join(parts)


def _rows(report: CampaignReport) -> Iterator[StretchRow]:
    parts = (
        ("before", report.before, None, None),
        ("during", report.during, report.mentions_during, report.posts_during),
        ("after", report.after, report.mentions_after, report.posts_after),
    )
    for part, stretch, mentions, posts in parts:
        if stretch is not None:
            yield _row(report, part, stretch, (mentions, posts))


def _row(report: CampaignReport, part: str, stretch: Stretch, ratios: Ratios) -> StretchRow:
    mentions, posts = ratios
    return StretchRow(
        campaign=report.campaign.id,
        organisation=report.organisation.id if report.organisation else "",
        part=part,
        first=stretch.first,
        last=stretch.last,
        tagged=stretch.tagged.events,
        tagged_days=stretch.tagged.days,
        authors=stretch.authors,
        mentions=stretch.mentions.events,
        mentions_days=stretch.mentions.days,
        mentions_ratio=mentions.value if mentions else None,
        mentions_low=mentions.interval.low if mentions else None,
        mentions_high=_finite(mentions),
        posts=stretch.posts.events,
        posts_days=stretch.posts.days,
        posts_ratio=posts.value if posts else None,
        posts_low=posts.interval.low if posts else None,
        posts_high=_finite(posts),
        engagement=stretch.engagement,
        reception=stretch.reception,
        negative=stretch.tone.negative,
        neutral=stretch.tone.neutral,
        positive=stretch.tone.positive,
    )


def _finite(ratio: Ratio | None) -> float | None:
    """The upper bound; None where there is none, which JSON could not write."""
    return ratio.interval.high if ratio and math.isfinite(ratio.interval.high) else None
