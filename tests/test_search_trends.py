"""Trends: counts and shares by week, weeks that were not read, and the verdict on the last one."""

from __future__ import annotations

from datetime import timedelta

from crawlers.items import Outcome
from pipelines.document import Document
from search.insights.coverage import read_coverage
from search.insights.scope import Scope
from search.insights.trends import Trend, follow_terms
from tests.documents import document, outcome
from tests.memory_index import MemoryIndex
from tests.morning import END, SOURCES, WINDOW, watchlist
from watchlists.query import Keyword

DAY, WEEK = timedelta(days=1), timedelta(days=7)
SINCE = WINDOW.back(56)
CARGO = Keyword("phrase", "vélo cargo")


def read(*, without: tuple[int, ...] = ()) -> list[Outcome]:
    """Every source read each day of ten weeks, but for some weeks before the end."""
    return [
        outcome(each.id, END - n * DAY, covered_from=END - (n + 1) * DAY, covered_until=END - n * DAY)
        for each in SOURCES
        for n in range(70)
        if n // 7 not in without
    ]


def week(number: int, holding: int, *, base: int = 40, **values: object) -> list[Document]:
    """The texts of a week, so many weeks ago, some of which hold the term."""
    return [
        document(
            f"week{number}-{n:03}",
            published=END - number * WEEK - 2 * DAY,
            phrases=("vélo cargo",) if n < holding else (),
            author=f"voice-{n}",
            source=("gazette", "cyclist")[n % 2],
            **values,
        )
        for n in range(base)
    ]


def follow(documents: list[Document], outcomes: list[Outcome] | None = None) -> Trend:
    index = MemoryIndex(documents, read() if outcomes is None else outcomes)
    scope = Scope(index=index, watchlist=watchlist(), window=WINDOW)
    readings = read_coverage(scope, days=70)
    (trend,) = follow_terms(scope, (("vélo cargo", CARGO),), readings, since=SINCE, until=END)
    return trend


def past(holding: int = 1) -> list[Document]:
    return [each for number in range(1, 8) for each in week(number, holding)]


def test_each_week_has_its_count_its_base_and_its_share() -> None:
    trend = follow([*past(), *week(0, 4)])

    assert [(each.count, each.base) for each in trend.weeks] == [(1, 40)] * 7 + [(4, 40)]
    assert trend.weeks[-1].share == 0.1
    assert trend.weeks[0].start == SINCE
    assert (trend.total, trend.authors, trend.sources) == (11, 4, 2)


def test_the_first_text_ever_read_is_told() -> None:
    old = document("old", phrases=("vélo cargo",), published=END - 30 * WEEK)

    assert follow([*past(), old]).first == old
    assert follow(past(0)).first is None


def test_a_term_rises_when_it_is_more_than_chance_explains() -> None:
    trend = follow([*past(), *week(0, 12)])

    assert trend.course == "rising"
    # the prior is half a text in fifty, the past seven in 280
    assert trend.usual == (0.5 + 7) / (50 + 280) * 40


def test_many_texts_of_one_voice_are_no_rise() -> None:
    loud = [
        document(f"loud{n}", phrases=("vélo cargo",), author="loud", published=END - DAY) for n in range(12)
    ]

    assert follow([*past(), *week(0, 0), *loud]).course == "steady"


def test_a_term_falls_when_it_is_less_than_chance_explains() -> None:
    assert follow([*past(20), *week(0, 2)]).course == "falling"
    assert follow([*past(20), *week(0, 18)]).course == "steady"


def test_few_texts_are_too_few_to_say() -> None:
    assert follow([*past(0), *week(0, 2)]).course == "too_few"


def test_weeks_that_were_not_read_are_no_zeros() -> None:
    trend = follow([*past(), *week(0, 4)], read(without=(3, 4)))

    assert [each.count for each in trend.weeks] == [1, 1, 1, None, None, 1, 1, 4]
    assert trend.weeks[3].share is None


def test_without_a_past_nothing_is_compared() -> None:
    trend = follow([*past(), *week(0, 12)], read(without=tuple(range(1, 10))))

    assert (trend.course, trend.usual) == ("too_few", None)


def test_copies_and_spam_count_in_neither_part_of_a_share() -> None:
    noise = week(0, 5, base=5, is_copy=True)
    spam = [
        document(f"spam{n}", phrases=("vélo cargo",), intent="spam", published=END - DAY) for n in range(5)
    ]

    trend = follow([*past(), *noise, *spam])

    assert (trend.weeks[-1].count, trend.weeks[-1].base) == (0, 0)
