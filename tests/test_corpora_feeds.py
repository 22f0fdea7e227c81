"""Public feeds and pages through whole runs: nothing breaks, all that is well-formed is kept once.

Without the public sets the same is held by a few feeds of our own. A sample of each set is read each time;
VEILLEUR_CAMPAIGN=full reads all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from crawlers.parsers.feed import parse_feed
from crawlers.parsers.parsed_feed import NotAFeed
from tests.archived import MORNING
from tests.crawling import Watch, rss
from tests.cycling import facts, left_behind, run
from tests.web import Web
from watchlists.model import Source

pytestmark = pytest.mark.slow

Each = TypeVar("Each")
SAMPLE = 80
"""Feeds or pages of a set that are read where not all are."""

DATE = "Fri, 20 Nov 2026 05:00:00 GMT"
GOOD = rss(("/a", "Alpha", DATE), ("/b", "Beta", DATE), host="https://good.example")
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A feed as a server gives it."""

    body: bytes
    content_type: str = ""


def sample(cases: Sequence[Each]) -> Sequence[Each]:
    """Every n-th, so that all parts of a set are met; all in a campaign."""
    if os.environ.get("VEILLEUR_CAMPAIGN") == "full":
        return cases
    return cases[:: max(1, len(cases) // SAMPLE)]


def host(number: int) -> str:
    """One of many hosts of this machine."""
    return f"127.2.{number // 250}.{1 + number % 250}"


def entry_ids(feed: Served, url: str) -> set[str] | None:
    """The ids of a feed's entries; None when it is no feed."""
    source = Source(id="feed", url=url)
    try:
        read = parse_feed(feed.body, url=url, source=source, now=MORNING, content_type=feed.content_type)
    except NotAFeed:
        return None
    return {item.id for item in read.items}


def check_feeds(folder: Path, feeds: Iterable[Served]) -> None:
    """Serve each feed on a host of its own, read them in two runs, hold what is kept against it."""
    truth: dict[str, set[str] | None] = {}
    watch = Watch(folder=folder, crawl={"delay": 0.01})
    with Web() as web:
        for number, feed in enumerate(feeds):
            headers = {"Content-Type": feed.content_type} if feed.content_type else {}
            web.page("/feed", feed.body, host=host(number), headers=headers)
            url = web.url("/feed", host=host(number))
            watch.add(f"f{number}", url)
            truth[f"f{number}"] = entry_ids(feed, url)
        web.page("/good", GOOD, etag='"1"')
        watch.add("good", web.url("/good"))
        first = run(watch)
        again = run(watch, MORNING + timedelta(days=2))

    check_outcomes(watch, facts(first), truth)
    assert "Traceback" not in first.stderr + again.stderr
    assert facts(again)["outcomes"]["good"]["state"] == "unchanged"
    assert facts(again)["new"] == 0
    left = left_behind(folder)
    assert left.complaints == ()
    assert left.indexed == left.documents
    assert len({id for id, _ in left.documents}) == len(left.items)


def check_outcomes(watch: Watch, told: dict[str, dict], truth: dict[str, set[str] | None]) -> None:  # type: ignore[type-arg]
    """Every source has its outcome; feeds were read entry by entry, the others failed with a reason."""
    outcomes = told["outcomes"]
    assert watch.crash_log() == ""
    assert outcomes.keys() == watch.sources.keys()
    assert outcomes["good"]["new"] == 2
    assert {id for id, ids in truth.items() if ids is None} == {
        id for id, each in outcomes.items() if each["state"] == "failed"
    }
    assert all(each["reason"] for each in outcomes.values() if each["state"] == "failed")
    assert not [each["reason"] for each in outcomes.values() if "unexpected error" in each["reason"]]
    seen = {id: outcomes[id]["seen"] for id, ids in truth.items() if ids}
    assert seen == {id: len(ids) for id, ids in truth.items() if ids}


def test_feeds_of_our_own_of_every_format_go_through_a_run(tmp_path: Path) -> None:
    files = sorted(
        path for name in ("feed", "jsonfeed") for path in (DATA / name).iterdir() if path.is_file()
    )
    feeds = [Served(body=path.read_bytes()) for path in files if path.stem != "expected"]
    broken = [
        Served(body=GOOD.replace(b"good.", b"half.")[: len(GOOD) // 2]),
        Served(body=b"\x00\xff\xfe"),
        Served(body=b""),
        Served(body=b"{}"),
    ]

    check_feeds(tmp_path, [*feeds, *broken])


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["feedparser-suite", "gofeed-testdata"])
def test_public_feeds_go_through_a_run(corpora: Path, tmp_path: Path, name: str) -> None:
    from benchmarks.quality.feeds import read_feedparser, read_gofeed, unpack

    read = {"feedparser-suite": read_feedparser, "gofeed-testdata": read_gofeed}[name]
    cases = list(read(unpack(corpora / name / f"{name}.tar.gz")))

    check_feeds(tmp_path, [Served(body=case.body, content_type=case.content_type) for case in sample(cases)])


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["readability-pages", "newspaper4k-fixtures", "trafilatura-eval"])
def test_public_pages_go_through_a_run(corpora: Path, tmp_path: Path, name: str) -> None:
    from benchmarks.quality.articles import read_newspaper, read_readability, read_trafilatura, unpack

    readers = {
        "readability-pages": read_readability,
        "newspaper4k-fixtures": read_newspaper,
        "trafilatura-eval": read_trafilatura,
    }
    cases = sample(list(readers[name](unpack(corpora / name / f"{name}.tar.gz"))))
    watch = Watch(folder=tmp_path, crawl={"delay": 0.01, "page_budget": 5000})
    with Web() as web:
        entries = []
        for number, case in enumerate(cases):
            web.page("/page", case.body, host=host(number), headers={"Content-Type": "text/html"})
            date = f"{MORNING - timedelta(minutes=number):%a, %d %b %Y %H:%M:%S GMT}"
            entries.append((web.url("/page", host=host(number)), f"Teaser {number}", date))
            watch.add(f"h{number}", web.url("/none", host=host(number)), enabled=False)  # allows the host
        web.page("/feed", rss(*entries, host=""))
        web.page("/good", GOOD)
        watch.add("press", web.url("/feed"), full_text="always")
        watch.add("good", web.url("/good", host="127.0.0.2"))
        done = run(watch)

    told = facts(done)
    assert "Traceback" not in done.stderr
    assert "unexpected error" not in told["outcomes"]["press"]["reason"]
    assert told["outcomes"]["good"]["new"] == 2
    assert told["outcomes"]["press"]["new"] == len(cases)
    left = left_behind(tmp_path)
    assert len(left.items) == len(cases) + 2
    assert left.complaints == ()
    assert left.indexed == left.documents
    assert len(left.documents) == len(left.items)
