"""Alerts: what wakes somebody, what must not, and what is told when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.document import Document
from search.alert_book import check_alerts, load_vigils, read_alarms, read_changes
from search.alerts import Change, Vigil, is_quiet, may_leave, replay, watch_over
from search.books.ledger import Ledger
from search.insights.badbuzz import Buzz
from search.insights.grievances import crisis_words, speaking_badly, speaks_badly
from search.insights.hearing import cover_hours
from search.press.printing import print_digest
from search.wording.voice import Voice
from tests.documents import document, mention, outcome
from tests.memory_index import MemoryIndex
from tests.morning import END, watchlist
from watchlists.messages import load_messages
from watchlists.model import Alerts

HOUR = timedelta(hours=1)
DAYS = 30
ODD = (3, 5, 6)
CRISIS = END - 3 * HOUR
"""When people begin to complain in most of these tests."""


def reading(until: datetime = END, *, without: Iterable[int] = ()) -> list[Any]:
    """One source read every hour for a month, but for some hours before the end."""
    skipped = set(without)
    return [
        outcome(at=until - n * HOUR, covered_from=until - (n + 1) * HOUR, covered_until=until - n * HOUR)
        for n in range(DAYS * 24)
        if n not in skipped
    ]


def usual(until: datetime = CRISIS) -> list[Document]:
    """A month of two mentions a day, one in ten of them negative."""
    return [
        said(f"usual{n}", until - timedelta(hours=12 * n + 1), author=f"reader-{n % 9}", tone=tone)
        for n in range(1, DAYS * 2)
        for tone in ("negative" if n % 10 == 0 else "neutral",)
    ]


def said(id: str, at: datetime, *, tone: Any = "negative", **values: Any) -> Document:
    """Somebody names Nimbo."""
    defaults: dict[str, Any] = {"mentions": (mention("nimbo", tone),), "tone": tone, "intent": "other"}
    return document(id, published=at, **{**defaults, **values})


def angry(count: int = 8, *, at: datetime = CRISIS, **values: Any) -> list[Document]:
    """As many people complain within an hour and a half."""
    return [
        said(f"angry{n:02}", at + n * timedelta(minutes=90) / count, **{"author": f"angry-{n}", **values})
        for n in range(count)
    ]


def check(documents: list[Document], now: datetime = END, **settings: Any) -> tuple[Change, ...]:
    index = MemoryIndex(documents, settings.pop("outcomes", reading()))
    return watch_over(index, watchlist(), now=now, **settings).changes


def test_many_people_speaking_badly_within_hours_is_an_alert_that_shows_its_parts() -> None:
    (change,) = check(usual() + angry(engagement=3))

    assert (change.organisation, change.state) == ("nimbo", "alert")
    buzz = change.buzz
    assert (buzz.volume, buzz.authors, buzz.engagement) == (8, 8, 24)
    assert buzz.began == CRISIS
    assert buzz.usual < 1
    assert buzz.places == ("gazette",)
    assert set(buzz.documents) == {f"angry{n:02}" for n in range(8)}


@pytest.mark.parametrize(
    "harmless",
    [
        pytest.param(angry(20, author="one"), id="one loud author"),
        pytest.param(angry(20, is_copy=True), id="copies of one text"),
        pytest.param(angry(20, is_backfill=True), id="history of a new source"),
        pytest.param(angry(20, author_is_staff=True), id="our own team"),
        pytest.param(angry(20, author_is_bot=True), id="robots"),
        pytest.param(angry(20, intent="spam"), id="spam"),
        pytest.param(angry(20, tone="positive"), id="praise"),
        pytest.param(angry(3), id="too few texts"),
        pytest.param(
            angry(4)
            + [said(f"glad{n}", CRISIS + n * HOUR / 20, tone="positive", author=f"g{n}") for n in range(40)],
            id="a launch with four who grumble",
        ),
        pytest.param(angry(20, mentions=(mention("acme"),), tone="negative"), id="a rival named neutrally"),
    ],
)
def test_harmless_spikes_wake_nobody(harmless: list[Document]) -> None:
    assert check(usual() + harmless) == ()


def test_words_of_crisis_stand_in_for_a_tone_nobody_gave() -> None:
    calm = [replace(each, tone=None, intent=None, mentions=(mention("nimbo"),)) for each in usual()]
    bad = [
        replace(
            each,
            tone=None,
            intent=None,
            mentions=(mention("nimbo"),),
            text="Quelle arnaque, j’ai été débité !",
        )
        for each in angry()
    ]

    (change,) = check(calm + bad)

    assert change.state == "alert"
    assert change.buzz.words == ("arnaque", "débité")


def test_complaints_in_our_own_community_count_like_mentions() -> None:
    complaints = angry(mentions=(), tone="neutral", intent="complaint", owner="nimbo", source="nimbo-forum")

    (change,) = check(usual() + complaints)

    assert change.organisation == "nimbo"


def test_without_a_week_of_past_nothing_is_said() -> None:
    young = reading()[: 5 * 24]

    assert check(usual() + angry(), outcomes=young) == ()


def test_nothing_is_known_of_hours_nobody_read() -> None:
    start = END - 10 * HOUR
    first, last = (outcome(at=start + n * HOUR, covered_from=start + (n - 1) * HOUR) for n in (2, 8))

    covered = cover_hours((first, last), start=start, hours=10)

    assert [hour for hour, is_covered in enumerate(covered) if is_covered] == [1, 7]


def test_an_alert_is_told_once_and_then_its_end() -> None:
    index = MemoryIndex(usual() + angry(), reading(END + 40 * HOUR))

    changes = list(replay(index, watchlist(), since=END - 6 * HOUR, until=END + 40 * HOUR))

    assert [each.state for each in changes] == ["alert", "over"]
    assert CRISIS < changes[0].told_at <= CRISIS + 2 * HOUR
    assert changes[0].latency <= 2 * HOUR


def test_more_of_the_same_within_the_cool_down_is_no_second_alert() -> None:
    later = [
        replace(each, id=f"again{each.id}", author=f"x{each.author}")
        for each in angry(4, at=CRISIS + 26 * HOUR)
    ]
    index = MemoryIndex(usual() + angry() + later, reading(END + 30 * HOUR))

    changes = list(replay(index, watchlist(), since=END - 6 * HOUR, until=END + 30 * HOUR))

    assert [each.state for each in changes if each.state != "over"] == ["alert"]


def test_an_alert_that_grows_much_worse_turns_red_once() -> None:
    index = MemoryIndex(usual() + angry(6) + worse(), reading(END + 9 * HOUR))

    changes = list(replay(index, watchlist(), since=END - 6 * HOUR, until=END + 9 * HOUR))

    assert [each.state for each in changes] == ["alert", "red"]


def worse() -> list[Document]:
    return [
        replace(each, id=f"worse{each.id}", author=f"worse-{each.author}")
        for each in angry(50, at=CRISIS + 2 * HOUR)
    ]


def test_what_was_read_late_is_judged_for_its_own_hours() -> None:
    gap = range(12)
    late = [replace(each, first_seen=END) for each in angry(at=END - 11 * HOUR)]
    before = [Vigil(organisation="nimbo", checked=END - 12 * HOUR)]
    now = END + timedelta(minutes=1)

    (change,) = check(usual(END - 12 * HOUR) + late, now, outcomes=reading(without=gap), vigils=before)

    assert change.state == "alert"
    assert change.latency > 10 * HOUR


def test_what_a_run_reads_is_judged_by_that_run() -> None:
    just_read = [replace(each, first_seen=END) for each in angry()]

    (change,) = check(usual() + just_read, END)

    assert change.state == "alert"
    assert set(change.buzz.documents) == {each.id for each in just_read}


def test_quiet_hours_hold_back_alerts_but_red_ones() -> None:
    floors = Alerts(quiet_from=time(22), quiet_until=time(7))
    night = END.replace(hour=2)
    buzz = Buzz(organisation="nimbo", at=night)
    states = {
        state: may_leave(
            Change(organisation="nimbo", state=state, told_at=night, buzz=buzz),
            floors,
            at=night,
            timezone="Europe/Paris",
        )
        for state in ("alert", "red", "over")
    }

    assert states == {"alert": False, "red": True, "over": False}
    assert not is_quiet(floors, END, timezone="Europe/Paris")
    assert not is_quiet(Alerts(), night, timezone="Europe/Paris")


def test_the_document_and_the_query_agree_on_what_speaks_badly() -> None:
    documents = [
        said("a", END),
        said("b", END, tone="positive", intent="complaint"),
        said("c", END, tone="neutral", intent="malfunction"),
        said("d", END, tone="neutral"),
        document("e", owner="nimbo", tone="negative", intent="other"),
        document("f", owner="nimbo", tone="negative", intent="spam"),
        said("g", END, author_is_staff=True),
    ]
    found = {each.id for each in MemoryIndex(documents).scan(speaking_badly("nimbo"))}

    assert found == {each.id for each in documents if speaks_badly(each, "nimbo")} == {"a", "c", "e"}


def test_words_of_crisis_are_counted_by_text() -> None:
    texts = ("Arnaque ! arnaque", "Une arnaque, remboursez", "I want a refund", "Rien à dire")

    words = crisis_words(document(str(n), text=text) for n, text in enumerate(texts))

    assert words == ("arnaque",)


# kept in the ledger


def test_a_check_is_kept_and_repeated_without_telling_twice(tmp_path: Path) -> None:
    index = MemoryIndex(usual() + angry(), reading())
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        first = check_alerts(index, watchlist(), ledger, now=END)
        again = check_alerts(index, watchlist(), ledger, now=END)
        set_back = check_alerts(index, watchlist(), ledger, now=END - 5 * HOUR)

        assert [each.state for each in first.changes] == ["alert"]
        assert again.changes == set_back.changes == ()
        assert read_changes(ledger, since=END, until=END + HOUR) == first.changes
        assert {each.organisation: each.state for each in load_vigils(ledger)}["nimbo"] == "alert"


def test_alerts_switched_off_judge_nothing(tmp_path: Path) -> None:
    watch = watchlist(alerts=Alerts(enabled=False))
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        checked = check_alerts(MemoryIndex(usual() + angry(), reading()), watch, ledger, now=END)

        assert checked.changes == ()


def test_a_digest_shows_an_alert_told_since_the_last_one_first_and_once(tmp_path: Path) -> None:
    index = MemoryIndex(usual() + angry(), reading())
    watch, messages = watchlist(language="en"), load_messages("en")
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        check_alerts(index, watch, ledger, now=END)
        first = print_digest(index, watch, ledger, now=END, messages=messages)
        second = print_digest(index, watch, ledger, now=END + 24 * HOUR, messages=messages)
        voice = Voice(language="en", timezone="Europe/Paris", messages=messages)
        (alarm,) = read_alarms(ledger, watch, voice, since=END, until=END + HOUR)

    assert "8 texts by 8 authors speaking badly of Nimbo" in alarm.reason
    assert alarm.reason in " ".join(first.renderings["text"].decode().split())
    assert "speaking badly" not in second.renderings["text"].decode()
