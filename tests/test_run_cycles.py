"""Runs one after the other: one thing met in several ways is one item; only what moved is done again."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from crawlers.archive import Archive
from pipelines.document import Document
from pipelines.reading import Reader
from search.folder import WatchFolder, opened_index
from search.run import RunRequest, run_cycle
from search.summary import RunSummary
from tests.archived import MORNING
from tests.crawling import Watch, rss
from tests.cycling import all_end, facts, left_behind, start
from tests.web import Web
from watchlists.load import load_watchlist
from watchlists.query_parser import parse_query

pytestmark = pytest.mark.slow

DATE = "Fri, 20 Nov 2026 05:00:00 GMT"
HOUR = timedelta(hours=1)
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">
<channel><title>Blog</title><link>%(site)s</link>
<item><title>%(title)s</title><link>%(link)s</link><guid isPermaLink="false">%(guid)s</guid>
<pubDate>%(date)s</pubDate><slash:comments>%(comments)d</slash:comments>
<description>%(text)s</description></item></channel></rss>"""
TEXT = "Globex opened its new workshop in Lyon today, and many people came to see it. " * 12


@dataclass(slots=True)
class Watched:
    """A watch whose runs take place in this process, each with a crawl child of its own."""

    watch: Watch
    organisations: str = ""
    read: list[str] = field(default_factory=list)
    """Ids of the items whose words were read, in order."""

    @property
    def files(self) -> WatchFolder:
        return WatchFolder(root=self.watch.folder)

    def run(self, now: datetime) -> RunSummary:
        """One run; `read` begins anew."""
        path = self.watch.write()
        path.write_text(path.read_text(encoding="utf-8") + self.organisations, encoding="utf-8")
        self.read.clear()
        return run_cycle(self.files, load_watchlist(path), RunRequest(now=now))

    def found(self, query: str, now: datetime) -> list[Document]:
        """Documents of the index that a query finds."""
        settings = load_watchlist(self.files.watchlist).index
        with opened_index(self.files, settings, environ={}) as index:
            return [hit.document for hit in index.search(parse_query(query, now=now)).hits]


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """An empty watch that notes whose words are read."""
    watched = Watched(watch=Watch(folder=tmp_path))
    read = Reader.read

    def noting(self: Reader, tasks: list) -> object:  # type: ignore[type-arg]
        watched.read.extend(task.item.id for task in tasks)
        return read(self, tasks)

    monkeypatch.setattr(Reader, "read", noting)
    return watched


@pytest.fixture
def web() -> Iterator[Web]:
    """A loopback web."""
    with Web() as running:
        yield running


def serve_post(web: Web, path: str = "/feed", **values: object) -> None:
    """A feed of one post, its ETag made from what it holds."""
    post = {
        "site": web.url("/"),
        "link": web.url("/2026/workshop"),
        "guid": "post-12",
        "title": "A new workshop",
        "date": DATE,
        "comments": 2,
        "text": TEXT,
    } | values
    web.page(path, (FEED % post).encode(), etag=f'"{hash(tuple(post.values()))}"')


def test_a_post_met_by_feed_page_and_second_address_is_one_item_with_its_sightings(
    web: Web, watched: Watched
) -> None:
    serve_post(web, link=web.url("/?p=12"), text="Globex opened its workshop, read more…")
    serve_post(
        web, "/second", link=web.url("/2026/workshop?utm_source=rss#top"), text="Globex opened, read more…"
    )
    page = (
        f"<!doctype html><html lang=en><head><title>A new workshop</title>"
        f'<link rel="canonical" href="{web.url("/2026/workshop")}"></head>'
        f"<body><article><h1>A new workshop</h1><p>{TEXT}</p><p>{TEXT}</p></article></body></html>"
    ).encode()
    web.page("/", page)
    web.page("/2026/workshop", page)
    watched.watch.add("feed", web.url("/feed"), full_text="always", every="1h")

    watched.run(MORNING)
    watched.watch.add("second", web.url("/second"), full_text="always", every="1h")
    watched.run(MORNING + 2 * HOUR)
    watched.run(MORNING + 4 * HOUR)

    left = left_behind(watched.watch.folder)
    assert len(left.items) == len(left.documents) == 1
    assert {source for _, source, _ in left.sightings} == {"feed", "second"}
    assert left.indexed == left.documents
    with closing(Archive.open(watched.files.archive, readonly=True)) as archive:
        (id,) = archive.item_ids()
        ways = ("/?p=12", "/2026/workshop", "/2026/workshop?utm_source=rss")
        assert [archive.resolve(web.url(way)) for way in ways] == [id] * 3
    assert watched.found("workshop", MORNING + 4 * HOUR)[0].sources == ("feed", "second")


def test_a_name_added_on_a_later_day_is_found_in_all_history(web: Web, watched: Watched) -> None:
    serve_post(web)
    others = [(f"/other/{number}", f"Nothing about them, {number}", DATE) for number in range(6)]
    web.page("/others", rss(*others), etag='"1"')
    watched.watch.add("feed", web.url("/feed"), every="1h")
    watched.watch.add("others", web.url("/others", host="127.0.0.2"), every="1h")
    watched.organisations = '[[organisation]]\nid = "acme"\nname = "Acme"\nrole = "competitor"\n'
    later = MORNING + timedelta(days=30)

    watched.run(MORNING)
    before = watched.found("organisation:acme", MORNING)
    watched.organisations += 'aliases = ["Globex"]\n'
    watched.run(later)

    assert before == []
    assert [document.title for document in watched.found("organisation:acme", later)] == ["A new workshop"]
    assert len(watched.read) == 1
    left = left_behind(watched.watch.folder)
    assert left.indexed == left.documents


def test_changed_counts_reach_the_index_without_language_work(web: Web, watched: Watched) -> None:
    serve_post(web)
    watched.watch.add("feed", web.url("/feed"), every="1h")
    watched.run(MORNING)
    serve_post(web, comments=40)

    summary = watched.run(MORNING + 2 * HOUR)

    (document,) = watched.found("workshop", MORNING + 2 * HOUR)
    assert document.replies == 40
    assert watched.read == []
    assert summary.indexed == 1


def test_an_edited_post_reaches_the_index_and_it_alone_is_read_again(web: Web, watched: Watched) -> None:
    serve_post(web)
    web.page("/others", rss(("/other", "Another", DATE)), etag='"1"')
    watched.watch.add("feed", web.url("/feed"), every="1h")
    watched.watch.add("others", web.url("/others", host="127.0.0.2"), every="1h")
    watched.run(MORNING)
    serve_post(web, title="A new workshop, corrected")

    watched.run(MORNING + 2 * HOUR)
    again = list(watched.read)
    watched.run(MORNING + 4 * HOUR)

    (document,) = watched.found("corrected", MORNING + 4 * HOUR)
    assert again == [document.id]
    assert watched.read == []
    with closing(Archive.open(watched.files.archive, readonly=True)) as archive:
        assert [each.item.title for each in archive.revisions(document.id)] == [
            "A new workshop",
            "A new workshop, corrected",
        ]


def test_a_run_again_at_once_asks_for_nothing(web: Web, watched: Watched) -> None:
    serve_post(web)
    web.robots("User-agent: *\nAllow: /\n")
    watched.watch.add("feed", web.url("/feed"))
    watched.run(MORNING)
    web.forget()

    summary = watched.run(MORNING)

    assert web.requests == []
    assert (summary.requests, summary.understood, summary.indexed, summary.exit_code) == (0, 0, 0, 0)


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "container-stop"])
def test_a_run_told_to_end_keeps_what_is_done_and_says_so(
    web: Web, tmp_path: Path, told: signal.Signals
) -> None:
    asked = Event()
    serve_post(web)
    web.stream("/slow", lambda: _hold(web, asked))
    watch = Watch(folder=tmp_path)
    watch.add("feed", web.url("/feed"))
    watch.add("slow", web.url("/slow", host="127.0.0.2"))
    watch.write()

    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # tests run by nohup ignore it, and pass that on
    with start(tmp_path, "run", "--json", "--now", MORNING.isoformat()) as process:
        signal.signal(signal.SIGINT, before)
        assert asked.wait(60)
        assert process.stdout is not None
        _until_archived(watch)
        os.kill(process.pid, told)
        out, err = process.communicate()

    assert process.returncode == 130, err
    summary = facts(subprocess.CompletedProcess(process.args, process.returncode, out, err))
    assert summary["stopped"]
    assert {id: each["state"] for id, each in summary["outcomes"].items()} == {
        "feed": "ok",
        "slow": "not_due",
    }
    assert all_end(tmp_path, within=5.0)
    left = left_behind(tmp_path)
    assert len(left.items) == 1
    assert left.complaints == ()


def _until_archived(watch: Watch) -> None:
    """Wait for the first item."""
    pause = Event()
    for _ in range(600):
        if watch.items():
            return
        pause.wait(0.1)


def _hold(web: Web, asked: Event) -> Iterator[bytes]:
    """A body that says when it is asked for, and keeps its reader waiting until the web goes down."""
    asked.set()
    while not web.closing.wait(0.1):
        yield b" "
