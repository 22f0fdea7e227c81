"""What works: medians by hour of the week in the watch's timezone, with floors and intervals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.document import Document
from search.insights.reception import Cell, Facet, Reception, measure_cell, measure_reception
from search.insights.scope import Scope
from search.window import Window
from tests.documents import document
from tests.memory_index import MemoryIndex
from tests.morning import ACME, WINDOW, watchlist

MONDAY = datetime(2026, 9, 7, 16, 30, tzinfo=UTC)
"""18:30 in Paris, in summer."""
WEEK = timedelta(days=7)
SINCE, END = MONDAY - WEEK, datetime(2026, 12, 1, tzinfo=UTC)
QUARTER = Window(start=SINCE, end=END, timezone="Europe/Paris")


def post(number: int, at: datetime, reception: float | None, **values: object) -> Document:
    defaults: dict[str, object] = {"kind": "article", "source": "acme-blog", "owner": "acme"}
    return document(f"post{number:03}", published=at, engagement_vs_norm=reception, **{**defaults, **values})


def measure(documents: list[Document]) -> Reception:
    scope = Scope(index=MemoryIndex(documents), watchlist=watchlist(), window=QUARTER)
    return measure_reception(scope, ACME, since=SINCE, until=END)


def cell(measured: Reception, facet: Facet, value: str) -> Cell:
    return next(each for each in measured.of(facet) if each.value == value)


def test_hours_are_those_of_the_watch_across_the_change_of_clock() -> None:
    """Mondays at 18:30 in Paris: 16:30 UTC in summer, 17:30 UTC from 26 October on."""
    posts = [post(n, MONDAY + n * WEEK + timedelta(hours=n >= 7), 2.0) for n in range(10)]

    measured = measure(posts)

    assert [(each.value, each.posts) for each in measured.of("slot")] == [("018", 10)]
    assert [(each.value, each.posts) for each in measured.of("weekday")] == [("0", 10)]
    assert [(each.value, each.posts) for each in measured.of("hour")] == [("18", 10)]


def test_four_posts_are_counted_and_five_have_a_median() -> None:
    few = measure([post(n, MONDAY, 1.0 + n) for n in range(4)])
    enough = measure([post(n, MONDAY, 1.0 + n) for n in range(5)])

    assert (cell(few, "kind", "article").posts, cell(few, "kind", "article").middle) == (4, None)
    assert cell(enough, "kind", "article").middle == 3.0
    assert cell(enough, "kind", "article").interval is None


def test_a_slot_is_good_when_chance_does_not_explain_its_reception() -> None:
    glad = [post(n, MONDAY + n * WEEK + timedelta(hours=n >= 7), 1.5 + n / 10) for n in range(8)]
    mixed = [post(20 + n, MONDAY + timedelta(days=1, weeks=n), 0.2 if n % 2 else 6.0) for n in range(7)]

    measured = measure([*glad, *mixed])

    assert cell(measured, "slot", "018").is_good
    assert not cell(measured, "weekday", "1").is_good
    assert [each.value for each in measured.best_slots] == ["018"]
    assert cell(measured, "slot", "018").chance == pytest.approx(1 / 2**8)


def test_the_more_hours_are_compared_the_more_an_hour_must_show() -> None:
    """Five posts of five above the usual: one in thirty-two, enough for one hour and not for two."""
    five = [post(n, MONDAY + n * WEEK, 2.0) for n in range(5)]
    others = [post(20 + n, MONDAY + timedelta(days=1, weeks=n), 0.5) for n in range(5)]

    assert cell(measure(five), "slot", "018").is_good
    assert not cell(measure([*five, *others]), "slot", "018").is_good


def test_without_a_good_slot_good_days_or_hours_are_told() -> None:
    posts = [post(n, MONDAY + timedelta(hours=n % 4, weeks=n), 2.0) for n in range(7)]

    measured = measure(posts)

    assert not any(each.is_good for each in measured.of("slot"))
    assert [(each.facet, each.value) for each in measured.best_slots] == [("weekday", "0")]


def test_posts_without_counts_replies_bots_and_spam_are_left_out() -> None:
    measured = measure(
        [
            post(1, MONDAY, 2.0),
            post(2, MONDAY, None),
            post(3, MONDAY, 9.0, parent="post001"),
            post(4, MONDAY, 9.0, author_is_bot=True),
            post(5, MONDAY, 9.0, intent="spam"),
            post(6, MONDAY, 9.0, owner="bolide", source="bolide-news"),
            post(7, MONDAY - 2 * WEEK, 9.0),
        ]
    )

    assert (measured.posts, measured.unknown) == (1, 2)


def test_subjects_topics_and_places_have_cells_of_their_own() -> None:
    measured = measure(
        [
            post(1, MONDAY, 2.0, topics=("velo-cargo",), subject="Abonnements", kind="video"),
            post(2, MONDAY, 4.0, topics=("velo-cargo",), source="acme-forum"),
        ]
    )

    assert {(each.facet, each.value, each.posts) for each in measured.cells} >= {
        ("topic", "velo-cargo", 2),
        ("subject", "Abonnements", 1),
        ("kind", "video", 1),
        ("place", "acme-forum", 1),
    }


def test_a_place_without_posts_has_no_cells() -> None:
    scope = Scope(index=MemoryIndex(), watchlist=watchlist(), window=WINDOW)

    measured = measure_reception(scope, ACME, since=SINCE, until=END)

    assert (measured.posts, measured.cells, measured.best_slots) == (0, (), ())


@pytest.mark.parametrize("number", [0, 1, 4])
def test_too_few_have_no_median(number: int) -> None:
    assert measure_cell("kind", "article", [5.0] * number).middle is None


def test_thousands_of_posts_are_no_trouble() -> None:
    many = measure_cell("kind", "article", [1.2] * 900 + [0.8] * 900 + [1.0] * 500)

    assert many.chance == pytest.approx(0.509, abs=0.001)  # a half, and half of the middle term
    assert many.posts == 2300
