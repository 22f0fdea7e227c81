"""Retry-After: short waits are waited for, long ones are left to a later run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.middlewares.retry_after import LONGEST, read_retry_after
from tests.conftest import NOW
from tests.crawling import Watch, rss
from tests.web import Answer, Asked, Web

FRESH = ("/a", "Alpha", "Fri, 20 Nov 2026 05:00:00 GMT")


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta(0)),
        ("Fri, 20 Nov 2026 07:10:00 GMT", timedelta(minutes=10)),
        ("Fri, 20 Nov 2026 06:00:00 GMT", timedelta(0)),
        ("99999999999999999999", LONGEST),
        ("soon", None),
        ("-5", None),
        ("١٢", None),
        ("", None),
    ],
)
def test_a_wait_is_read_from_seconds_or_a_date(header: str, wait: timedelta | None) -> None:
    assert read_retry_after(header, now=NOW) == wait


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(folder=tmp_path)


def test_a_short_wait_is_kept_and_the_feed_is_read_in_the_same_run(web: Web, watch: Watch) -> None:
    answers = [Answer(status=429, headers={"Retry-After": "1"}), Answer(body=rss(FRESH))]
    web.answer("/feed", lambda _: answers.pop(0))
    watch.add("blog", web.url("/feed"))

    outcome = watch.read(NOW).outcomes["blog"]

    refused, read = web.asked("/feed")
    assert outcome.state == "ok"
    assert read.at - refused.at >= 0.95


def test_a_long_wait_ends_the_source_and_sets_when_it_is_read_next(web: Web, watch: Watch) -> None:
    web.status("/feed", 503, headers={"Retry-After": "7200"})
    watch.add("blog", web.url("/feed"))

    outcome = watch.read(NOW).outcomes["blog"]

    assert outcome.state == "failed"
    assert outcome.next_due is not None
    assert outcome.next_due >= NOW + timedelta(seconds=7200)
    assert len(web.asked("/feed")) == 1


def test_the_other_sources_of_a_host_that_asked_to_wait_are_left_alone(web: Web, watch: Watch) -> None:
    def refuse(_: Asked) -> Answer:
        return Answer(status=429, headers={"Retry-After": "3600"})

    for name in ("one", "two", "three"):
        web.answer(f"/{name}", refuse)
        watch.add(name, web.url(f"/{name}"))
    web.page("/feed", rss(FRESH), host="127.0.0.2")
    watch.add("elsewhere", web.url("/feed", host="127.0.0.2"))

    outcomes = watch.read(NOW).outcomes

    assert sum(len(web.asked(f"/{name}")) for name in ("one", "two", "three")) == 1
    assert {outcomes[name].state for name in ("one", "two", "three")} == {"failed"}
    assert outcomes["elsewhere"].state == "ok"
