"""Communities measured over worlds written by hand: every figure worked out on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawlers.items import CommunitySample, Outcome
from pipelines.document import Document, ThreadMeasures
from search.insights.communities import Community, compared_organisations, history_days, measure_community
from search.insights.coverage import read_coverage
from search.insights.responses import measure_staffing
from search.insights.scope import Scope
from search.insights.stretches import days_of
from search.window import Window, wall_clock
from tests.documents import document, outcome, sample
from tests.memory_index import MemoryIndex
from tests.morning import ACME, END, watchlist

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PARIS = "Europe/Paris"
WEEK = Window(start=END - 7 * DAY, end=END, timezone=PARIS)
HERE = {"source": "acme-forum", "owner": "acme"}


def read_daily(days: int, *, without: range = range(0), end: datetime = END) -> list[Outcome]:
    """Both of Acme's places read once a day, each reading covering the day before it."""
    moments = [end - ago * DAY - HOUR / 12 for ago in range(days) if ago not in without]
    return [
        outcome(source, at, covered_from=at - DAY, covered_until=at)
        for at in moments
        for source in ("acme-forum", "acme-blog")
    ]


def measured(
    documents: list[Document],
    outcomes: list[Outcome] | None = None,
    samples: list[CommunitySample] | None = None,
    *,
    window: Window = WEEK,
) -> Community:
    index = MemoryIndex(documents, read_daily(70) if outcomes is None else outcomes)
    index.put_samples(samples or [])
    scope = Scope(index=index, watchlist=watchlist(), window=window)
    return measure_community(scope, ACME, read_coverage(scope, days=history_days(window)))


def thread(
    id: str,
    *,
    ago: timedelta,
    first: float | None = None,
    staff: float | None = None,
    solved: bool | None = None,
    **values: object,
) -> Document:
    measures = ThreadMeasures(
        first_reply_minutes=first,
        first_staff_reply_minutes=staff,
        is_solved=solved,
        replies=first is not None,
    )
    given = {"author": f"author of {id}", "measures": measures, "published": END - ago} | HERE | values
    return document(id, kind="question", thread=id, **given)


def reply(id: str, of: str, *, ago: timedelta = HOUR, **values: object) -> Document:
    given = {"author": f"author of {id}", "published": END - ago} | HERE | values
    return document(id, kind="reply", thread=of, parent=of, **given)


def answered_and_not() -> list[Document]:
    """In the week of 16 November Acme's staff answers within the hour, and Nimbo's hardly at all."""
    home = {"source": "nimbo-forum", "owner": "nimbo"}
    theirs = [
        thread(f"a{n}", ago=DAY + n * HOUR, first=20.0 + n, staff=30.0 + n, solved=True) for n in range(20)
    ]
    ours = [thread(f"o{n}", ago=DAY + n * HOUR, first=900.0 + n, solved=False, **home) for n in range(20)]
    answers = [
        reply(f"r{n}", f"a{n}", ago=DAY + n * HOUR - HOUR / 2, author_is_staff=True) for n in range(20)
    ]
    peers = [
        reply(f"p{n}", f"o{n}", ago=DAY + n * HOUR - HOUR / 2, source="nimbo-forum", owner="nimbo")
        for n in range(20)
    ]
    return [*theirs, *ours, *answers, *peers]


def test_counts_are_compared_with_as_long_a_time_of_the_four_weeks_before() -> None:
    now = [document(f"n{n}", published=END - n * HOUR - HOUR, author="x", **HERE) for n in range(10)]
    before = [document(f"b{n}", published=END - (8 + n) * DAY, author="x", **HERE) for n in range(28)]

    posts = measured([*now, *before]).figure("posts")

    assert (posts.now.value, posts.now.count) == (10, 10)
    assert (posts.before.value, posts.before.count) == (pytest.approx(7.0), 28)
    assert posts.change == pytest.approx(3.0)
    assert posts.direction == "steady"  # ten by chance where seven are usual


def test_days_that_were_not_read_leave_the_time_compared_with() -> None:
    before = [document(f"b{n}", published=END - (8 + n) * DAY + HOUR, author="x", **HERE) for n in range(28)]
    unread = range(7, 21)  # fourteen days of the four weeks

    community = measured(before, read_daily(70, without=unread))

    assert community.baseline.covered_days == 14
    assert community.figure("posts").before.value == pytest.approx(7.0)
    assert community.figure("posts").before.count == 14


def test_with_under_a_week_of_reading_nothing_is_compared() -> None:
    community = measured([document("one", published=END - HOUR, **HERE)], read_daily(13))

    assert community.baseline.covered_days == 6
    assert community.figure("posts").change is None
    assert community.figure("posts").now.value == 1


def test_people_are_counted_by_week_and_not_added_up() -> None:
    weekly = [
        document(f"{week}-{who}", published=END - (week * 7 + 1) * DAY, author=f"p{who}", **HERE)
        for week in range(5)
        for who in range(4)
    ]

    authors = measured(weekly).figure("authors")

    assert authors.now.value == 4
    assert authors.before.value == pytest.approx(4.0)  # the same four in each week


def test_newcomers_never_wrote_there_before() -> None:
    world = [
        document("old", published=END - 30 * DAY, author="known", **HERE),
        document("back", published=END - DAY, author="known", **HERE),
        document("new1", published=END - DAY, author="first-timer", **HERE),
        document("new2", published=END - HOUR, author="first-timer", **HERE),
        document("team", published=END - HOUR, author="new colleague", author_is_staff=True, **HERE),
        document("robot", published=END - HOUR, author="bot", author_is_bot=True, **HERE),
    ]

    community = measured(world)

    assert community.figure("newcomers").now.value == 1
    share = community.figure("newcomer_share")
    assert (share.now.value, share.now.count) == (0.5, 2)
    assert not share.is_telling  # ten people are asked for


def test_a_place_read_for_less_than_its_window_and_four_weeks_is_too_early_for_newcomers() -> None:
    world = [document("new", published=END - DAY, author="first-timer", **HERE)]

    early, old_enough = measured(world, read_daily(30)), measured(world, read_daily(35))

    assert early.figure("newcomers").is_early
    assert not early.figure("newcomers").is_telling
    assert old_enough.figure("newcomers").now.value == 1


def test_members_gained_are_first_and_last_shown_with_the_pace_before() -> None:
    sizes = [
        sample("acme-forum", END - 7 * DAY, members=1000),
        sample("acme-forum", END - 3 * DAY, members=1020),
        sample("acme-forum", END - DAY, members=1030),
        sample("acme-forum", END - 28 * DAY, members=940),
        sample("acme-forum", END - 8 * DAY, members=980),
        sample("acme-blog", END - DAY, members=None, subscribers=None),
    ]

    community = measured([], samples=sizes)
    (growth,) = community.growth

    assert (growth.first, growth.last, growth.gained) == (1000, 1030, 30)
    assert growth.last_at == END - DAY
    members = community.figure("members")
    assert (members.now.value, members.now.count) == (30, 1030)
    assert members.before.value == pytest.approx(40 / 20 * 6)  # two a day, for six days


def test_waits_shares_and_neglect_to_the_minute() -> None:
    threads = [
        thread("t1", ago=6 * DAY, first=10, staff=100, solved=True),
        thread("t2", ago=6 * DAY, first=20, staff=20, solved=True),
        thread("t3", ago=5 * DAY, first=1500, staff=None, solved=False),  # after a day
        thread("t4", ago=4 * DAY, first=None, staff=None),
        thread("t5", ago=2 * DAY, first=5000, staff=5000),  # a reply not yet given then
        thread("t6", ago=2 * HOUR, first=30, staff=40, solved=False),
    ]

    community = measured(threads)
    figures = {each.measure.id: each.now for each in community.figures}

    # S falls to 5/6, 4/6, 3/6 at 10, 20, 30 minutes
    assert (figures["first_reply"].value, figures["first_reply"].count) == (30, 6)
    assert figures["answered_24h"].value == pytest.approx(0.5)
    # staff: 5/6 at 20, 4/6 at 40, 3/6 at 100
    assert figures["first_staff_reply"].value == 100
    # five are older than a day: t3, t4, t5 had nothing in it; four older than three: only t4 had not
    assert (figures["unanswered_24h"].value, figures["unanswered_24h"].count) == (pytest.approx(3 / 5), 5)
    assert (figures["unanswered_72h"].value, figures["unanswered_72h"].count) == (pytest.approx(1 / 4), 4)
    assert (figures["solved"].value, figures["solved"].count) == (0.5, 4)
    assert community.figure("unanswered_24h").is_telling
    assert not community.figure("unanswered_72h").is_telling


def test_a_thread_taken_down_waits_no_longer() -> None:
    gone = thread("gone", ago=5 * DAY, deleted=END - 5 * DAY + 2 * HOUR)
    answered = [thread(f"t{n}", ago=5 * DAY, first=60.0 + n) for n in range(5)]

    figures = {each.measure.id: each.now for each in measured([gone, *answered]).figures}

    assert (figures["unanswered_24h"].value, figures["unanswered_24h"].count) == (0.0, 5)
    assert figures["first_reply"].value == 62  # of six, one of whom waited two hours in vain


def test_only_threads_that_ask_for_an_answer_wait_for_one() -> None:
    community = measured(
        [
            thread("announced", ago=5 * DAY, first=30, author_is_staff=True),
            thread("robot", ago=5 * DAY, first=None, author_is_bot=True),
            thread("spam", ago=5 * DAY, first=None, intent="spam"),
            thread("asked", ago=5 * DAY, first=10, staff=50),
        ]
    )

    assert community.figure("threads").now.value == 2  # neither the robot's nor the spam
    assert (community.figure("first_reply").now.value, community.figure("first_reply").now.count) == (10, 1)
    assert community.figure("first_staff_reply").now.count == 1
    assert community.figure("unanswered_24h").now.count == 1


def test_the_share_of_replies_by_staff_leaves_bots_out() -> None:
    replies = [reply(f"r{n}", "t") for n in range(3)]
    team = [reply(f"s{n}", "t", author_is_staff=True) for n in range(2)]
    robot = [reply("b", "t", author_is_bot=True, author_is_staff=True)]

    share = measured([*replies, *team, *robot]).figure("staff_share")

    assert (share.now.value, share.now.count) == (pytest.approx(0.4), 5)
    assert share.now.low == pytest.approx(0.1176, abs=1e-4)  # Wilson for 2 of 5
    assert share.now.high == pytest.approx(0.7693, abs=1e-4)


def test_hours_staffed_are_those_of_the_wall_clock_on_both_sides_of_a_clock_change() -> None:
    # Paris leaves summer time on 25 October 2026: nine o'clock is 07:00 UTC before and 08:00 after
    moments = [
        datetime(2026, 10, 23, 7, 10, tzinfo=UTC),
        datetime(2026, 10, 23, 15, 50, tzinfo=UTC),
        datetime(2026, 10, 26, 8, 10, tzinfo=UTC),
        datetime(2026, 10, 26, 16, 50, tzinfo=UTC),
    ]
    replies = [reply(f"r{n}", "t", published=moment) for n, moment in enumerate(moments)]

    staffing = measure_staffing(replies, timezone=PARIS)

    assert staffing.hours == (9, 17)
    assert staffing.days == (0, 4)  # a Friday and a Monday
    assert staffing.usual == (9, 17)
    assert measure_staffing([], timezone=PARIS).usual is None


def test_a_week_with_a_clock_change_has_seven_days() -> None:
    end = datetime(2026, 10, 26, 7, 0, tzinfo=UTC)  # Monday, 08:00 in Paris
    window = Window(start=wall_clock(end, -7, timezone=PARIS), end=end, timezone=PARIS)

    community = measured([], read_daily(70, end=end), window=window)

    assert window.end - window.start == 7 * DAY + HOUR
    assert days_of(window) == 7
    assert (community.period.days, community.baseline.days) == (7, 28)
    assert community.period.covered_days == 7


def test_reception_is_the_median_against_the_norm() -> None:
    posts = [
        document(f"p{n}", published=END - DAY, engagement_vs_norm=value, **HERE)
        for n, value in enumerate([0.5, 0.8, 1.0, 1.4, 2.0, 30.0])
    ]

    reception = measured(posts).figure("reception")

    assert reception.now.value == pytest.approx(1.2)
    assert (reception.now.low, reception.now.high) == (0.5, 30.0)
    assert reception.is_telling


def test_a_thread_read_only_after_the_window_is_not_known_in_it() -> None:
    late = thread("late", ago=DAY, first=10, first_seen=END + HOUR)

    assert measured([late]).figure("threads").now.value == 0


def test_only_organisations_with_places_of_their_own_are_compared_ours_first() -> None:
    scope = Scope(index=MemoryIndex(), watchlist=watchlist(), window=WEEK)

    assert [each.id for each in compared_organisations(scope)] == ["nimbo", "acme", "bolide"]
