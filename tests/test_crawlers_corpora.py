"""Public feeds and pages, served on loopback and read by the real spider."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.parsers.feed import parse_feed
from crawlers.parsers.parsed_feed import NotAFeed
from tests.conftest import NOW
from tests.crawling import Crawled, Watch, rss
from tests.web import Web
from watchlists.model import Source

pytestmark = [pytest.mark.corpora, pytest.mark.slow]

GOOD = rss(("/a", "Alpha", "Fri, 20 Nov 2026 05:00:00 GMT"))


def host(number: int) -> str:
    """One of many hosts of this machine."""
    return f"127.1.{number // 250}.{1 + number % 250}"


def expected_ids(body: bytes, url: str, content_type: str) -> set[str] | None:
    """The ids a feed's entries have, or None when it is no feed."""
    source = Source(id="feed", url=url)
    try:
        feed = parse_feed(body, url=url, source=source, now=NOW, content_type=content_type)
    except NotAFeed:
        return None
    return {item.id for item in feed.items}


def read_all(web: Web, watch: Watch, feeds: Iterable[tuple[bytes, str]]) -> dict[str, set[str] | None]:
    """Serve each feed on a host of its own; what each should give."""
    truth: dict[str, set[str] | None] = {}
    for number, (body, content_type) in enumerate(feeds):
        headers = {"Content-Type": content_type} if content_type else {}
        web.page("/feed", body, host=host(number), headers=headers)
        url = web.url("/feed", host=host(number))
        watch.add(f"feed-{number}", url)
        truth[f"feed-{number}"] = expected_ids(body, url, content_type)
    return truth


def check_all(crawled: Crawled, truth: dict[str, set[str] | None], watch: Watch) -> None:
    """Every source got its outcome, every entry was kept once, nothing broke."""
    outcomes = crawled.outcomes
    assert crawled.code == 0
    assert watch.crash_log() == ""
    assert outcomes.keys() == watch.sources.keys()
    assert not [outcome.reason for outcome in outcomes.values() if "unexpected error" in outcome.reason]
    assert {id for id, ids in truth.items() if ids is None} == {
        id for id, outcome in outcomes.items() if outcome.state == "failed"
    }
    assert outcomes["good"].state == "ok"
    # Entries of one feed that share a GUID may be one item, so "at most" alone would hide a loss.
    short = {
        id: (len(ids), outcomes[id].seen)
        for id, ids in truth.items()
        if ids and len(ids) != outcomes[id].seen
    }
    assert short == {}


@pytest.mark.parametrize("name", ["feedparser-suite", "gofeed-testdata"])
def test_public_feeds_are_archived_entry_by_entry(corpora: Path, tmp_path: Path, name: str) -> None:
    from benchmarks.quality.feeds import read_feedparser, read_gofeed, unpack

    read = {"feedparser-suite": read_feedparser, "gofeed-testdata": read_gofeed}[name]
    cases = list(read(unpack(corpora / name / f"{name}.tar.gz")))
    with Web() as web:
        watch = Watch(folder=tmp_path, crawl={"delay": 0.01})
        truth = read_all(web, watch, ((case.body, case.content_type) for case in cases))
        web.page("/good", GOOD)
        watch.add("good", web.url("/good"))

        check_all(watch.read(NOW), truth, watch)


@pytest.mark.parametrize("name", ["readability-pages", "newspaper4k-fixtures", "trafilatura-eval"])
def test_public_pages_complete_the_teasers_that_link_to_them(
    corpora: Path, tmp_path: Path, name: str
) -> None:
    from benchmarks.quality.articles import read_newspaper, read_readability, read_trafilatura, unpack

    readers = {
        "readability-pages": read_readability,
        "newspaper4k-fixtures": read_newspaper,
        "trafilatura-eval": read_trafilatura,
    }
    cases = list(readers[name](unpack(corpora / name / f"{name}.tar.gz")))
    with Web() as web:
        watch = Watch(folder=tmp_path, crawl={"delay": 0.01, "page_budget": 5000})
        entries = []
        for number, case in enumerate(cases):
            web.page("/page", case.body, host=host(number), headers={"Content-Type": "text/html"})
            date = f"{NOW - timedelta(minutes=number):%a, %d %b %Y %H:%M:%S GMT}"
            entries.append((web.url("/page", host=host(number)), f"Teaser {number}", date))
        web.page("/feed", rss(*entries, host=""))
        watch.add("press", web.url("/feed"), full_text="always")
        for number in range(len(cases)):  # what allows their hosts' private addresses
            watch.add(f"host-{number}", web.url("/none", host=host(number)), enabled=False)

        crawled = watch.read(NOW)

    outcome = crawled.outcomes["press"]
    texts = [item.html for item in watch.items().values()]
    assert "unexpected error" not in outcome.reason
    assert (outcome.new, len(texts)) == (len(cases), len(cases))
    # The others have less text than the teaser, or none: lists, tables, walls.
    assert sum("Some words about it" not in text for text in texts) > 0.7 * len(texts)
