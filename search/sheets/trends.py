"""The sheet of `veilleur trends`: how often terms are spoken of, week by week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from search.asking import read_query
from search.insights.trends import Trend, Week, follow_terms
from search.sections.teller import Teller
from search.sheet import Line, Sheet, draw_bar, heading, label, note, percent
from search.sheets.asked import coverage_lines, days_of, period_of, read_period
from search.wording.charts import sparkline
from search.wording.plain import plain
from search.wording.voice import Voice
from watchlists.query import Phrase, Query

FULL_SHARE = 0.25
"""The share of a week's texts that fills a bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendRow:
    """One week of one term, flat; `count` is empty where the week was not read."""

    type: str = "week"
    term: str
    week: datetime
    """Its first moment."""
    count: int | None
    base: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """One term over all weeks."""

    type: str = "term"
    term: str
    total: int
    authors: int
    sources: int
    first_published: datetime | None
    first_document: str
    is_telling: bool
    usual: float | None
    course: str


def make_trends_sheet(teller: Teller, terms: Sequence[str]) -> Sheet:
    """The course of these terms over the whole weeks of the teller's window."""
    scope, window = teller.scope, teller.scope.window
    readings = read_period(scope, days=days_of(window) + 1)
    asked = [(each, read_term(teller, each)) for each in terms]
    trends = follow_terms(scope, asked, readings, since=window.start, until=window.end)
    head = heading(teller.voice.gettext("Trends by week, {period}", period=period_of(teller)))
    lines = [line for each in trends for line in _lines(teller, each)]
    return Sheet(
        lines=(head, *lines, *coverage_lines(teller, readings)),
        row=TrendRow,
        rows=tuple(_week_row(trend, week) for trend in trends for week in trend.weeks),
        details=tuple(_course_row(each) for each in trends),
    )


def read_term(teller: Teller, term: str) -> Query:
    """What a term asks for: words stand beside one another; anything else is a query as `search` takes it."""
    if all(each.replace("-", "").replace("'", "").replace("’", "").isalnum() for each in term.split()):
        return Phrase(term)
    return read_query(term, teller.scope.watchlist, now=teller.end)


def _lines(teller: Teller, trend: Trend) -> Iterator[Line]:
    voice = teller.voice
    yield Line()
    chart = sparkline([week.count for week in trend.weeks])
    yield heading(f"{plain(trend.term, limit=60)}  {chart}  {tell_course(voice, trend)}")
    for week in trend.weeks:
        day = voice.short_day(voice.local(week.start).date())
        yield Line(text=f"  {label(day)} {_tell_week(voice, week)}")
    spread = (
        voice.ngettext("{n} text", "{n} texts", trend.total),
        voice.ngettext("{n} author", "{n} authors", trend.authors),
        voice.ngettext("{n} source", "{n} sources", trend.sources),
    )
    yield note(f"  {' · '.join(spread)}")
    if trend.first is not None:
        when = voice.moment(trend.first.published, seen_from=teller.end)
        source = teller.source_name(trend.first.community.source)
        yield note("  " + voice.gettext("first: {when}, {source}", when=when, source=source))


def _tell_week(voice: Voice, week: Week) -> str:
    if week.count is None:
        return voice.gettext("not read")
    counts = voice.gettext("{now} of {base} texts", now=week.count, base=week.base)
    if week.share is None:
        return counts
    return f"{draw_bar(week.share / FULL_SHARE)} {counts} ({percent(voice, week.share)})"


def tell_course(voice: Voice, trend: Trend) -> str:
    """What became of the term in the last week, with what is usual."""
    words = {
        "rising": voice.gettext("rising"),
        "falling": voice.gettext("falling"),
        "steady": voice.gettext("as usual"),
        "too_few": voice.gettext("too few to say"),
    }
    word = words[trend.course]
    if trend.usual is None or trend.course == "too_few":
        return word
    usual = voice.number(trend.usual, digits=1)
    return voice.gettext("{course} (usually about {usual} a week)", course=word, usual=usual)


def _week_row(trend: Trend, week: Week) -> TrendRow:
    return TrendRow(term=trend.term, week=week.start, count=week.count, base=week.base, share=week.share)


def _course_row(trend: Trend) -> CourseRow:
    return CourseRow(
        term=trend.term,
        total=trend.total,
        authors=trend.authors,
        sources=trend.sources,
        first_published=trend.first.published if trend.first else None,
        first_document=trend.first.id if trend.first else "",
        is_telling=trend.course != "too_few",
        usual=trend.usual if trend.course != "too_few" else None,
        course=trend.course,
    )
