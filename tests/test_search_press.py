"""Every document is in exactly one digest, and every digest reads as it was written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from search.books.ledger import Ledger
from search.press.edition import build_edition
from search.press.printing import Printed, print_digest, recompute, reprint
from search.render.json import read_json
from search.window import day_window
from tests.documents import document, mention
from tests.memory_index import MemoryIndex
from tests.morning import ACME, END, SOURCES, history, news, outcomes, watchlist
from watchlists.messages import load_messages

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FRENCH = load_messages("fr")
WATCH = watchlist()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "ledger.db")


def print_at(index: MemoryIndex, ledger: Ledger, now: datetime) -> Printed:
    return print_digest(index, WATCH, ledger, now=now, messages=FRENCH)


def every_hour(start: datetime, hours: int) -> list[datetime]:
    return [start + number * HOUR for number in range(hours)]


@pytest.mark.parametrize(
    "start",
    [datetime(2026, 10, 22, 5, 30, tzinfo=UTC), datetime(2027, 3, 25, 5, 30, tzinfo=UTC)],
    ids=["autumn", "spring"],
)
def test_each_document_is_in_exactly_one_digest_across_a_clock_change(
    start: datetime, ledger: Ledger
) -> None:
    index = MemoryIndex()
    counted = 0
    for number, moment in enumerate(every_hour(start, 6 * 24)):
        index.put([document(f"d{number:03}", published=moment - HOUR / 2, first_seen=moment)])
        index.commit()
        if moment.hour == 6:
            counted += read_json(print_at(index, ledger, moment + HOUR / 4).renderings["json"]).documents
    last = print_at(index, ledger, moment + HOUR)

    assert counted + read_json(last.renderings["json"]).documents == 6 * 24
    assert len(ledger.told_since(start - DAY)) == 6 * 24


def test_what_was_indexed_after_its_digest_is_in_the_next_one(ledger: Ledger) -> None:
    index = MemoryIndex([document("before", first_seen=END - 2 * HOUR)])
    print_at(index, ledger, END)
    index.put([document("missed", title="Read then, indexed late", first_seen=END - HOUR)])
    index.commit()

    tomorrow = print_at(index, ledger, END + DAY)

    assert read_json(tomorrow.renderings["json"]).documents == 1


def test_what_was_read_before_the_first_digest_is_never_told(ledger: Ledger) -> None:
    index = MemoryIndex([document("early", first_seen=END - 2 * DAY), document("now", first_seen=END - HOUR)])

    assert read_json(print_at(index, ledger, END).renderings["json"]).documents == 1
    assert read_json(print_at(index, ledger, END + DAY).renderings["json"]).documents == 0


@pytest.mark.parametrize("shift", [DAY, -DAY], ids=["forward", "back"])
def test_a_clock_moved_by_a_day_loses_and_repeats_nothing(shift: timedelta, ledger: Ledger) -> None:
    index = MemoryIndex()
    counted = 0
    for day in range(6):
        is_wrong = day == 2
        morning = END + day * DAY + (shift if is_wrong else timedelta())
        index.put([document(f"day{day}", published=END, first_seen=morning - HOUR)])
        index.commit()
        printed = print_at(index, ledger, morning)
        counted += read_json(printed.renderings["json"]).documents if printed.is_new else 0

    assert counted == 6
    assert len(ledger.told_since(END - 3 * DAY)) == 6


def test_asked_again_without_news_the_kept_page_is_shown(ledger: Ledger) -> None:
    index = MemoryIndex([*history(), *news()], outcomes())
    first = print_at(index, ledger, END)

    again = print_at(index, ledger, END + 2 * HOUR)

    assert first.is_new
    assert not again.is_new
    assert again.renderings == first.renderings
    assert again.name == "2026-11-20"


def test_asked_again_with_news_a_second_edition_tells_only_that(ledger: Ledger) -> None:
    index = MemoryIndex([*history(), *news()], outcomes())
    first = print_at(index, ledger, END)
    index.put([document("noon", title="À midi", first_seen=END + HOUR, mentions=(mention("acme"),))])
    index.commit()

    second = print_at(index, ledger, END + 2 * HOUR)

    assert read_json(second.renderings["json"]).stories[0].id == "noon"
    assert read_json(second.renderings["json"]).documents == 1
    assert second.name == "2026-11-20-100000"
    assert first.kept is not None
    assert reprint(ledger, first.kept).renderings == first.renderings


def test_thirty_days_read_as_sent_and_recompute_to_the_same_stories(ledger: Ledger) -> None:
    index = MemoryIndex([], outcomes())
    printed = []
    for day in range(30):
        morning = END + day * DAY
        fresh = [
            document(
                f"d{day:02}{n}",
                title=f"Jour {day}, sujet {n}",
                source=SOURCES[(day + n) % len(SOURCES)].id,
                author=f"a{(day * n) % 5}",
                published=morning - n * HOUR - HOUR,
                mentions=(mention(ACME.id),) if n % 2 else (),
                story=f"s{day}{n // 2}",
            )
            for n in range(day % 7)
        ]
        index.put(fresh)
        index.commit()
        printed.append(print_at(index, ledger, morning))

    for each in printed:
        assert each.kept is not None
        assert reprint(ledger, each.kept).renderings == each.renderings
        rebuilt = recompute(
            index, WATCH, ledger, asked=each.kept, now=END + 40 * DAY, messages=FRENCH
        ).renderings["json"]
        then, now = read_json(each.renderings["json"]), read_json(rebuilt)
        assert [story.id for story in now.stories] == [story.id for story in then.stories]
        assert now.documents == then.documents
        assert [block.chart for block in now.competitors] == [block.chart for block in then.competitors]
        assert "recomposée" in now.note
        assert then.note == ""


def test_a_day_without_digest_can_be_computed_and_is_not_kept(ledger: Ledger) -> None:
    index = MemoryIndex([*history(), *news()], outcomes())
    window = day_window(END.date(), hour=WATCH.delivery.hour, timezone=WATCH.timezone)

    printed = recompute(index, WATCH, ledger, asked=window, now=END + 10 * DAY, messages=FRENCH)

    assert printed.kept is None
    assert printed.name == "2026-11-20-recomputed"
    assert b"aucun digest" in printed.renderings["text"]
    assert ledger.last() is None


def test_a_recomputed_page_knows_nothing_of_what_came_after() -> None:
    index = MemoryIndex([*history(), *news()], outcomes())
    window = day_window(END.date(), hour=WATCH.delivery.hour, timezone=WATCH.timezone)
    before = build_edition(index, WATCH, window=window, now=END, messages=FRENCH)

    reply = document(
        "answer", kind="reply", source="nimbo-forum", owner="nimbo", thread="panne", parent="panne"
    )
    later = [document("after", first_seen=END + HOUR, phrases=("vélo cargo pliant",)), reply]
    index.put([later[0], document("x", first_seen=END)])
    index.commit()

    assert build_edition(index, WATCH, window=window, now=END, messages=FRENCH) == before
