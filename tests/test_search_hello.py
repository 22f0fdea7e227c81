"""What the desk has to say of its workers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from search.cluster.hello import HELLO, Hello, remark_on, watchlist_print
from tests.conftest import NOW
from watchlists.messages import load_messages
from watchlists.model import Delivery, Source, Watchlist

WATCH = Watchlist(name="t", sources=(Source(id="blog", url="https://blog.example/"),))


def hello(number: int, of: int = 2, **values: object) -> Hello:
    known = Hello(
        worker=f"w{number}",
        host=f"host{number}",
        number=number,
        of=of,
        at=NOW,
        until=1,
        sources=1,
        watchlist=watchlist_print(WATCH),
    )
    return replace(known, **values)  # type: ignore[arg-type]


def said(*hellos: Hello) -> list[str]:
    return [each.fill(str) for each in remark_on(hellos, watchlist=WATCH, now=NOW)]


def test_nothing_is_said_where_all_is_well() -> None:
    assert said(hello(1), hello(2)) == []


@pytest.mark.parametrize(
    ("hellos", "words"),
    [
        (
            (hello(1), hello(2, at=NOW - timedelta(days=2))),
            "host2 (2/2): not heard of since 2026-11-18 07:00 UTC",
        ),
        ((hello(1),), "Nobody reads share 2/2"),
        ((hello(1), hello(2), hello(2, worker="x", host="twin")), "host2 (2/2) and twin both read share 2/2"),
        ((hello(1), hello(2, at=NOW + timedelta(minutes=9))), "host2 (2/2): its clock is 9 minutes ahead"),
        ((hello(1), hello(2, watchlist="other")), "host2 (2/2): its watchlist.toml differs"),
        ((hello(1), hello(2), *(hello(n, 4, at=NOW + timedelta(minutes=1)) for n in (3, 4))), "among 4 now"),
    ],
    ids=["silent", "nobody", "twice", "ahead", "behind", "shared out anew"],
)
def test_what_is_wrong_is_said_with_who_and_what_to_do(hellos: tuple[Hello, ...], words: str) -> None:
    assert any(words in each for each in said(*hellos))


def test_a_worker_whose_share_another_took_over_is_not_mourned() -> None:
    replaced = hello(2, worker="old", host="dead", at=NOW - timedelta(days=9))

    assert said(hello(1), hello(2), replaced) == []


def test_workers_of_an_earlier_division_are_forgotten_once_they_stop() -> None:
    former = hello(2, 2, worker="old", at=NOW - timedelta(days=9))

    assert said(hello(1, 1), former) == []


def test_a_watchlists_print_follows_what_is_read_and_not_what_is_sent() -> None:
    more = replace(WATCH, sources=(*WATCH.sources, Source(id="b", url="https://b.example/")))

    assert watchlist_print(WATCH) != watchlist_print(more)
    assert watchlist_print(WATCH) == watchlist_print(replace(WATCH, delivery=Delivery(folder="elsewhere")))


def test_a_hello_comes_back_as_it_was_said() -> None:
    assert HELLO.validate_json(HELLO.dump_json(hello(1))) == hello(1)


def test_every_remark_has_its_french() -> None:
    everything = (
        hello(1, at=NOW - timedelta(days=2)),
        hello(2, watchlist="other", at=NOW + timedelta(minutes=9)),
        hello(2, worker="x"),
        hello(3, 4),
    )
    french = load_messages("fr")

    remarks = list(remark_on(everything, watchlist=WATCH, now=NOW))

    assert len({each.text for each in remarks}) == 6
    assert all(french.gettext(each.text) != each.text for each in remarks)
