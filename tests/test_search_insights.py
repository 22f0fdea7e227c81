"""Insights over a small index, each with a world made for its question."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from crawlers.items import Outcome
from pipelines.document import Document, ThreadMeasures
from search.insights.activity import measure_activity, measure_month, owned_by
from search.insights.conversations import find_conversations
from search.insights.coverage import covered_times, read_coverage
from search.insights.places import find_places
from search.insights.reputation import measure_reputation
from search.insights.rising import find_rising
from search.insights.scope import SINCERE, Scope, gather_news
from search.insights.strands import weave
from search.window import Window
from tests.documents import document, mention, outcome
from tests.memory_index import MemoryIndex
from tests.morning import ACME, END, NIMBO, SOURCES, WINDOW, watchlist
from watchlists.model import Decision, Watchlist

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def scope_of(
    documents: list[Document],
    outcomes: list[Outcome] | None = None,
    *,
    watch: Watchlist | None = None,
    window: Window = WINDOW,
) -> Scope:
    return Scope(index=MemoryIndex(documents, outcomes or []), watchlist=watch or watchlist(), window=window)


def hourly(source: str = "acme-blog", days: int = 30, **values: object) -> list[Outcome]:
    return [
        outcome(
            source,
            END - n * 6 * HOUR,
            covered_from=END - (n + 1) * 6 * HOUR,
            covered_until=END - n * 6 * HOUR,
        )
        for n in range(days * 4 + 1)
    ]


def test_late_arrivals_are_set_apart_from_news() -> None:
    late = document("late", published=END - 3 * DAY, first_seen=END - HOUR)
    fresh = document("fresh", published=END - 2 * HOUR)
    delayed = document("delayed", published=END - 30 * HOUR, first_seen=END - HOUR)  # read within a day

    news = gather_news(scope_of([late, fresh, delayed]))

    assert [each.id for each in news.fresh] == ["delayed", "fresh"]
    assert [each.id for each in news.late] == ["late"]


def test_a_reply_alone_leads_to_the_opening_of_its_thread() -> None:
    opening = document("opening", thread="opening", published=END - 9 * DAY)
    reply = document("reply", thread="opening", parent="opening")

    (strand,) = weave([reply], find={"opening": opening}.get)

    assert strand.lead == opening
    assert strand.documents == (reply,)


# coverage


def test_answers_one_after_another_cover_the_time_between() -> None:
    first = outcome(at=END - 4 * HOUR, covered_from=END - 9 * HOUR)
    unchanged = outcome(at=END - 2 * HOUR, state="unchanged")
    failed = outcome(at=END - HOUR, state="failed")
    gap = outcome(at=END, covered_from=END - HOUR / 2, possible_gap=True)

    spans = covered_times([first, unchanged, failed, gap])

    assert spans == ((END - 9 * HOUR, END - 2 * HOUR), (END - HOUR / 2, END))


def test_a_failure_counts_from_the_first_of_its_row() -> None:
    states = ["ok", "failed", "ok", "failed", "not_due", "failed"]
    said = [outcome("gazette", END - (6 - n) * HOUR, state=state) for n, state in enumerate(states)]

    reading = next(each for each in read_coverage(scope_of([], said)).sources if each.source.id == "gazette")

    assert reading.state == "failed"
    assert reading.since == END - 3 * HOUR
    assert reading.is_new_trouble


def test_days_that_were_not_read_are_no_zeros() -> None:
    said = [each for each in hourly() if not END - 5 * DAY < each.at <= END - 3 * DAY]
    said = [
        outcome("acme-blog", each.at, covered_from=each.covered_from, covered_until=each.covered_until)
        for each in said
    ]
    scope = scope_of([document("one", source="acme-blog", owner="acme")], said)

    month = measure_month(scope, owned_by(ACME), sources=["acme-blog"], readings=read_coverage(scope))

    assert month.counts[-5:] == (None, None, 0, 0, 1)
    assert month.usual == (0, 0)


def test_a_new_source_has_no_usual_range_before_a_week() -> None:
    scope = scope_of([], hourly(days=5))

    month = measure_month(scope, owned_by(ACME), sources=["acme-blog"], readings=read_coverage(scope))

    assert month.usual is None
    assert not month.is_unusual


# activity and reputation


def thread(number: int, *, first_reply: float | None, age: timedelta) -> Document:
    measures = ThreadMeasures(replies=1, first_reply_minutes=first_reply)
    return document(
        f"t{number}",
        source="acme-forum",
        owner="acme",
        thread=f"t{number}",
        published=END - age,
        measures=measures,
        author=f"u{number}",
    )


def test_waits_and_unanswered_threads_to_the_minute() -> None:
    threads = [
        thread(0, first_reply=10, age=2 * DAY),
        thread(1, first_reply=30, age=2 * DAY),
        thread(2, first_reply=1500, age=2 * DAY),  # after more than a day: unanswered at 24 hours
        thread(3, first_reply=None, age=3 * DAY),
        thread(4, first_reply=None, age=HOUR),  # too young to be called unanswered
        thread(5, first_reply=90, age=HOUR),  # answered only after the page
    ]
    reply = {"source": "acme-forum", "owner": "acme", "parent": "t0", "thread": "t0"}
    replies = [
        document("staff", author_is_staff=True, author="s", **reply),
        document("user", author="u9", **reply),
    ]

    measured = measure_activity(scope_of([*threads, *replies]), ACME, since=END - 7 * DAY, until=END)

    assert (measured.posts, measured.threads, measured.replies, measured.staff_replies) == (8, 6, 2, 1)
    assert (measured.due, measured.unanswered) == (4, 2)
    assert measured.first_reply == 1500
    assert measured.authors == 8


def test_the_wait_of_too_few_threads_is_not_said() -> None:
    asked = [thread(number, first_reply=10, age=2 * DAY) for number in range(4)]
    staffs = replace(thread(4, first_reply=None, age=2 * DAY), author_is_staff=True)

    measured = measure_activity(scope_of([*asked, staffs]), ACME, since=END - 7 * DAY, until=END)

    assert (measured.threads, measured.first_reply) == (5, None)


def test_what_is_said_at_home_is_no_mention_and_a_copy_bears_no_tone() -> None:
    said = [
        document("a", mentions=(mention("nimbo", "negative"),), story="s", author="x"),
        document("b", mentions=(mention("nimbo", "negative"),), story="s", is_copy=True, author="y"),
        document("c", mentions=(mention("nimbo", "positive"), mention("acme", "negative")), author="x"),
        document("d", mentions=(mention("nimbo"),), owner="nimbo", source="nimbo-forum"),
        document("e", mentions=(mention("acme", "negative"),)),
    ]

    measured = measure_reputation(scope_of(said), NIMBO, since=END - DAY, until=END)

    assert (measured.mentions, measured.stories, measured.authors) == (3, 2, 2)
    assert (measured.negative, measured.neutral, measured.positive) == (1, 0, 1)


def test_bots_spam_and_trolling_are_no_mentions() -> None:
    angry = {"mentions": (mention("nimbo", "negative"),)}
    said = [
        document("person", **angry),
        document("bot", author_is_bot=True, **angry),
        document("spam", intent="spam", **angry),
        document("troll", intent="trolling", **angry),
    ]

    measured = measure_reputation(scope_of(said), NIMBO, since=END - DAY, until=END)

    assert (measured.mentions, measured.stories, measured.negative) == (1, 1, 1)


def test_what_staff_write_is_never_left_out_as_spam() -> None:
    texts = [
        document("help", intent="spam", author_is_staff=True),
        document("curt", intent="trolling", author_is_staff=True),
        document("offer", intent="spam"),
        document("question", intent="question"),
    ]
    scope = scope_of(texts)

    assert {each.id for each in gather_news(scope).worth_telling} == {"help", "curt", "question"}
    assert {each.id for each in scope.index.scan(SINCERE)} == {"help", "curt", "question"}


# conversations


def question(id: str, **values: object) -> Document:
    defaults: dict[str, object] = {
        "kind": "question",
        "title": "Comment faire ?",
        "thread": id,
        "source": "gazette",
        "mentions": (mention("nimbo"),),
        "published": END - 5 * HOUR,
    }
    return document(id, **{**defaults, **values})


def reply_to(id: str, number: int, **values: object) -> Document:
    return document(f"{id}-r{number}", kind="reply", thread=id, parent=id, author=f"r{number}", **values)


def test_conversations_wait_for_us_or_grow() -> None:
    home = {"source": "nimbo-forum", "owner": "nimbo"}
    asked = [
        question("waits", **home),
        reply_to("waits", 1, **home),
        question("served", **home),
        reply_to("served", 2, author_is_staff=True, **home),
        question("alone"),
        question("answered"),
        reply_to("answered", 3),
        question("grows", kind="post", title="Quel bazar"),
        *(reply_to("grows", number) for number in range(5)),
        question("spam", intent="spam"),
        question("solved", measures=ThreadMeasures(is_solved=True), **home),
        question("old", published=END - 5 * DAY),
        question("theirs", source="acme-forum", owner="acme", mentions=(), topics=("velo-cargo",)),
        question("topic", mentions=(), topics=("velo-cargo",)),
    ]

    found = [(each.opening.id, each.reason) for each in find_conversations(scope_of(asked))]

    assert found == [
        ("waits", "staff_awaited"),
        ("alone", "unanswered"),
        ("topic", "unanswered"),
        ("grows", "rising"),
    ]


# rising


def past(days: int, *, term_on: frozenset[int] = frozenset(), a_day: int = 4) -> list[Document]:
    """`a_day` texts a day before the window; on the days of `term_on` four of them hold the term."""
    return [
        document(
            f"p{day:02}{number}",
            source=SOURCES[number % 3].id,
            author=f"a{number}",
            published=WINDOW.start - (day - 1) * DAY - (number + 1) * HOUR,
            phrases=("vélo pliant",) if day in term_on else ("routine",),
        )
        for day in range(1, days + 1)
        for number in range(a_day)
    ]


def now_with(
    term: str, *, documents: int = 4, authors: int = 4, sources: int = 3, total: int = 10
) -> list[Document]:
    return [
        document(
            f"n{number}",
            source=SOURCES[number % sources].id,
            author=f"a{number % authors}",
            published=END - (number + 1) * HOUR,
            phrases=(term,) if number < documents else ("routine",),
        )
        for number in range(total)
    ]


def rising(before: list[Document], now: list[Document], **values: object) -> list[str] | None:
    found = find_rising(scope_of([*before, *now], **values), now)  # type: ignore[arg-type]
    return None if found is None else [rise.term.value for rise in found]


def test_a_term_never_read_before_rises_and_is_new() -> None:
    now = now_with("vélo pliant")
    (rise,) = find_rising(scope_of([*past(56), *now]), now) or ()

    assert (rise.term.value, rise.now, rise.base, rise.is_new) == ("vélo pliant", 4, 10, True)
    assert rise.usual < 1


@pytest.mark.parametrize(
    "now",
    [
        now_with("vélo pliant", documents=2),
        now_with("vélo pliant", authors=2),
        now_with("vélo pliant", sources=1),
        now_with("Acme"),
    ],
    ids=["too few", "one loud author", "one source", "a watched name"],
)
def test_what_does_not_pass_the_floors_does_not_rise(now: list[Document]) -> None:
    assert rising(past(56), now) == []


def test_what_returns_every_week_on_this_day_is_no_news() -> None:
    every_seventh = frozenset(range(7, 57, 7))

    assert rising(past(56, term_on=every_seventh), now_with("vélo pliant")) == []
    assert rising(past(56, term_on=frozenset({30})), now_with("vélo pliant", documents=8)) == ["vélo pliant"]


def test_what_rose_yesterday_is_not_told_again() -> None:
    assert rising(past(56, term_on=frozenset({1})), now_with("vélo pliant")) == []


def test_without_two_weeks_of_past_nothing_is_compared() -> None:
    assert rising(past(10), now_with("vélo pliant")) is None


def test_a_muted_term_does_not_rise() -> None:
    decision = Decision(action="mute", subject="Vélo pliant", why="our own campaign", on=date(2026, 11, 1))

    assert rising(past(56), now_with("vélo pliant"), watch=watchlist(decisions=(decision,))) == []


# places


def links(at: datetime, number: int, domain: str = "placevelo.example") -> Document:
    return document(
        f"l{number}",
        source=SOURCES[number % 2 + 4].id,
        author=f"a{number}",
        published=at,
        link_domains=(domain, "youtube.com", "acme.example"),
    )


def places(documents: list[Document], window: Window = WINDOW) -> list[str]:
    scope = scope_of(documents, window=window)
    return [each.domain for each in find_places(scope, gather_news(scope).fresh)]


def test_a_place_emerges_on_the_day_its_third_author_links_to_it() -> None:
    cited = [links(END - 3 * DAY, 0), links(END - 2 * DAY, 1), links(END - HOUR, 2)]
    tomorrow = Window(start=END, end=END + DAY, timezone=WINDOW.timezone)
    yesterday = Window(start=END - 2 * DAY, end=END - DAY, timezone=WINDOW.timezone)

    assert places(cited) == ["placevelo.example"]
    assert places(cited, yesterday) == []
    assert places([*cited, links(END + HOUR, 3)], tomorrow) == []


def test_a_place_known_for_long_does_not_emerge() -> None:
    old = links(END - 30 * DAY, 9)

    assert places([old, *(links(END - number * HOUR - HOUR, number) for number in range(4))]) == []
