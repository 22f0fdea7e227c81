"""How a thread was answered."""

from __future__ import annotations

from datetime import timedelta

from crawlers.items import Author, Item
from pipelines.threads import measure_thread
from tests.conftest import NOW


def post(id: str, minutes: int | None, author: Author | None, **values: object) -> Item:
    published = None if minutes is None else NOW + timedelta(minutes=minutes)
    fields = {"kind": "post", "permalink": f"https://forum.example/{id}", "fetched": NOW, **values}
    return Item(id=id, published=published, author=author, **fields)  # type: ignore[arg-type]


ASKER = Author(name="Ada")
OPENER = post("t", 0, ASKER)


def is_staff(item: Item) -> bool:
    return item.author is not None and item.author.is_staff is True


def test_the_first_reply_is_by_another_than_the_asker_bots_left_out() -> None:
    items = [
        OPENER,
        post("bot", 1, Author(name="welcome", is_bot=True)),
        post("self", 2, Author(name="ada ")),
        post("peer", 30, Author(name="Bob")),
        post("team", 90, Author(name="Cleo", is_staff=True)),
    ]

    measures = measure_thread(OPENER, items, is_staff=is_staff)

    assert (measures.replies, measures.repliers, measures.staff_replies) == (3, 2, 1)
    assert (measures.first_reply_minutes, measures.first_staff_reply_minutes) == (30, 90)
    assert measures.last_activity == NOW + timedelta(minutes=90)


def test_a_thread_without_answer_has_no_first_reply() -> None:
    measures = measure_thread(OPENER, [OPENER], is_staff=is_staff)

    assert (measures.replies, measures.first_reply_minutes, measures.is_solved) == (0, None, None)


def test_an_accepted_answer_solves_the_thread() -> None:
    items = [OPENER, post("a", 5, Author(name="Bob"), is_accepted=True)]

    assert measure_thread(OPENER, items, is_staff=is_staff).is_solved is True


def test_a_reply_dated_before_the_question_came_at_once() -> None:
    items = [OPENER, post("a", -5, Author(name="Bob"))]

    assert measure_thread(OPENER, items, is_staff=is_staff).first_reply_minutes == 0
