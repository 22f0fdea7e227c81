"""Campaigns before, during and after: rates over days that were read, ratios with intervals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from crawlers.items import Outcome
from pipelines.document import Document
from search.insights.campaigns import Rate, bears_sign, measure_campaign, sign_of
from search.insights.scope import Scope
from search.window import Window
from tests.documents import document, mention, outcome
from tests.memory_index import MemoryIndex, matches
from tests.morning import SOURCES, watchlist
from watchlists.model import Campaign

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
END = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
WINDOW = Window(start=END - DAY, end=END, timezone="Europe/Paris")
CONTEST = Campaign(
    id="contest",
    name="Concours",
    organisation="acme",
    start=date(2026, 11, 10),
    end=date(2026, 11, 13),
    hashtags=("#MaVille",),
    urls=("https://www.acme.example/concours/",),
)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, 0, tzinfo=UTC)


def said(number: int, day: date, **values: object) -> Document:
    defaults: dict[str, object] = {"mentions": (mention("acme"),), "author": f"voice-{number}"}
    return document(f"said{number:03}", published=noon(day), **{**defaults, **values})


def read(days: int = 45, *, without: range = range(0)) -> list[Outcome]:
    """Every source read each hour, but on some days before the end."""
    return [
        outcome(
            each.id,
            END - n * 6 * HOUR,
            covered_from=END - (n + 1) * 6 * HOUR,
            covered_until=END - n * 6 * HOUR,
        )
        for each in SOURCES
        for n in range(days * 4)
        if n // 4 not in without
    ]


def scope_of(documents: list[Document], outcomes: list[Outcome] | None = None, end: datetime = END) -> Scope:
    index = MemoryIndex(documents, read() if outcomes is None else outcomes)
    return Scope(
        index=index, watchlist=watchlist(), window=Window(start=end - DAY, end=end, timezone="Europe/Paris")
    )


def test_each_part_has_its_days_and_its_counts() -> None:
    before = [said(n, CONTEST.start - (n + 1) * DAY) for n in range(14)]
    during = [said(20 + n, CONTEST.start + n % 4 * DAY) for n in range(12)]
    after = [said(40 + n, CONTEST.end + DAY) for n in range(2)]

    report = measure_campaign(scope_of([*before, *during, *after]), CONTEST)

    assert report.before is not None
    assert report.during is not None
    assert report.after is not None
    assert (report.before.first, report.before.last) == (date(2026, 10, 13), date(2026, 11, 9))
    assert (report.before.mentions.events, report.before.mentions.days) == (14, 28)
    assert (report.during.first, report.during.last) == (CONTEST.start, CONTEST.end)
    assert report.during.mentions == Rate(counts=(3, 3, 3, 3))
    assert report.after.mentions == Rate(counts=(2, 0, 0, 0))


def test_the_ratio_is_that_of_daily_rates_with_its_interval() -> None:
    before = [said(n, CONTEST.start - (n + 1) * DAY) for n in range(14)]
    during = [said(20 + n, CONTEST.start + n % 4 * DAY) for n in range(12)]

    report = measure_campaign(scope_of([*before, *during]), CONTEST)

    assert report.mentions_during is not None
    assert report.mentions_during.value == pytest.approx((12 / 4) / (14 / 28))
    assert 2 < report.mentions_during.interval.low < 6 < report.mentions_during.interval.high < 15
    assert report.mentions_during.is_change
    assert report.mentions_after is not None
    assert not report.mentions_after.is_change


def test_days_that_were_not_read_count_on_neither_side() -> None:
    """Ten times 24 hours from eight in the morning: eleven days not read by three quarters."""
    texts = [said(n, CONTEST.start - (n + 1) * DAY) for n in range(28)]

    report = measure_campaign(scope_of(texts, read(without=range(15, 25))), CONTEST)

    assert report.before is not None
    assert report.before.mentions.days == 17
    assert report.before.mentions.events == 17


def test_with_little_read_before_nothing_is_compared() -> None:
    texts = [said(n, CONTEST.start) for n in range(12)]

    report = measure_campaign(scope_of(texts, read(days=14)), CONTEST)

    assert report.during is not None
    assert report.during.mentions.events == 12
    assert report.mentions_during is None


def test_a_handful_of_events_is_too_few_to_compare() -> None:
    report = measure_campaign(scope_of([said(n, CONTEST.start) for n in range(4)]), CONTEST)

    assert report.mentions_during is None


def test_only_days_that_are_over_count() -> None:
    second_morning = noon(CONTEST.start + DAY)
    texts = [said(1, CONTEST.start), said(2, CONTEST.start + DAY, first_seen=second_morning)]

    report = measure_campaign(scope_of(texts, end=second_morning), CONTEST)

    assert report.during is not None
    assert (report.during.last, report.during.mentions.counts) == (CONTEST.start, (1,))
    assert report.after is None
    assert report.mentions_after is None


def test_before_it_begins_there_is_only_a_before() -> None:
    report = measure_campaign(scope_of([], end=noon(CONTEST.start - 3 * DAY)), CONTEST)

    assert report.before is not None
    assert report.before.last == CONTEST.start - 4 * DAY
    assert report.during is None


def test_a_sign_is_a_hashtag_or_a_link_to_or_below_an_address() -> None:
    tagged = document("tagged", hashtags=("maville",))
    linked = document(
        "linked", links=("http://acme.example/concours?from=mail",), link_domains=("acme.example",)
    )
    elsewhere = document("elsewhere", links=("https://acme.example/prix",), link_domains=("acme.example",))
    namesake = document(
        "namesake", links=("https://acme.example/concours-2019",), link_domains=("acme.example",)
    )

    assert [bears_sign(each, CONTEST) for each in (tagged, linked, elsewhere, namesake)] == [
        True,
        True,
        False,
        False,
    ]
    assert all(matches(each, sign_of(CONTEST)) for each in (tagged, linked))


def test_tagged_texts_count_everywhere_and_own_posts_apart() -> None:
    more = [
        said(n, CONTEST.start, source="acme-blog", owner="acme", author_is_staff=True, engagement_vs_norm=2.0)
        for n in (5, 6, 7)
    ]
    texts = [
        said(1, CONTEST.start, hashtags=("maville",), mentions=(), engagement=4),
        said(2, CONTEST.start, hashtags=("maville",), source="acme-blog", owner="acme", author_is_staff=True,
             engagement=10, engagement_vs_norm=2.5),
        said(3, CONTEST.start, hashtags=("maville",), is_copy=True),
        said(4, CONTEST.start, source="acme-blog", owner="acme", author_is_staff=True, engagement=5,
             engagement_vs_norm=1.5),
    ]  # fmt: skip

    during = measure_campaign(scope_of(texts), CONTEST).during
    received = measure_campaign(scope_of([*texts, *more]), CONTEST).during

    assert during is not None
    assert (during.tagged.events, during.authors) == (2, 2)
    assert during.posts.events == 2
    assert during.engagement == 19
    assert during.reception is None  # two posts are too few to say
    assert received is not None
    assert received.reception == 2.0


def test_a_campaign_of_nobody_counts_its_sign_only() -> None:
    open_campaign = Campaign(
        id="open", name="", start=CONTEST.start, end=CONTEST.end, hashtags=("#maville",), organisation=None
    )

    during = measure_campaign(scope_of([said(1, CONTEST.start, hashtags=("maville",))]), open_campaign).during

    assert during is not None
    assert (during.tagged.events, during.mentions.days, during.posts.days) == (1, 0, 0)


def test_tone_is_that_of_mentions_by_others() -> None:
    texts = [said(n, CONTEST.start, mentions=(mention("acme", "negative"),)) for n in range(3)]

    during = measure_campaign(scope_of(texts), CONTEST).during

    assert during is not None
    assert during.tone.cells == (0, 3, 3)
