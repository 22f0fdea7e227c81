"""A crawl as a whole: real child process, real Scrapy, real HTTP on loopback."""

from __future__ import annotations

import gzip
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from crawlers.archive import Archive
from crawlers.items import Outcome, OutcomeState
from crawlers.locks import hold_lock
from crawlers.progress import Progress
from crawlers.run import JOBS, start_crawl
from tests.conftest import NOW
from tests.crawling import Crawled, Watch, listen, rss
from tests.web import Answer, Asked, Web
from watchlists.errors import CrawlBroken, LockHeld

pytestmark = pytest.mark.slow

FRESH = ("/a", "Alpha", "Fri, 20 Nov 2026 05:00:00 GMT")
OLDER = ("/b", "Beta", "Thu, 19 Nov 2026 05:00:00 GMT")


@pytest.fixture
def web() -> Iterator[Web]:
    """A fresh loopback web."""
    with Web() as running:
        yield running


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    """An empty watch."""
    return Watch(folder=tmp_path)


def zeros() -> Iterator[bytes]:
    """A body that never ends."""
    while True:
        yield b"<!-- " + b"0" * 65536 + b" -->"


def dark_and_bright(web: Web, watch: Watch) -> None:
    """One good source among every kind of bad one, each on a host of its own."""
    bomb = gzip.compress(b"0" * 50_000_000)
    web.page("/good", rss(FRESH, OLDER), host="127.0.0.2", etag='"1"')
    web.stream("/endless", zeros)
    web.page("/bomb", bomb, headers={"Content-Encoding": "gzip"})
    web.page("/page", b"<!doctype html><html><title>Hello</title><body>No feed here.</body></html>")
    web.page("/nothing", b"")
    web.status("/reset", 0)
    web.status("/removed", 410)
    web.status("/wall", 403)
    web.status("/broken", 500)
    web.redirect("/circle", "/circle")
    web.redirect("/inward", f"http://127.0.0.99:{web.port}/good", status=302)
    web.redirect("/file", "file:///etc/passwd", status=302)
    web.robots("User-agent: *\nDisallow: /private\n", host="127.0.0.12")
    watch.add("good", web.url("/good", host="127.0.0.2"))
    names = (
        "endless",
        "bomb",
        "page",
        "nothing",
        "reset",
        "removed",
        "wall",
        "broken",
        "circle",
        "inward",
        "file",
    )
    for number, name in enumerate(names, start=20):
        watch.add(name, web.url(f"/{name}", host=f"127.0.0.{number}"))
    watch.add("robots", web.url("/private/feed", host="127.0.0.12"))
    watch.add("loopback", web.url("/good", host="127.0.0.98"), allow_private=False)
    watch.add("odd", f"http://localhost:{web.port}/good", allow_private=False)
    watch.add("closed", "http://127.0.0.3:9/feed")
    watch.add("unknown", "http://nowhere.invalid/feed", allow_private=False)
    watch.add("tls", f"https://127.0.0.4:{web.port}/good")
    watch.add("asleep", web.url("/good", host="127.0.0.5"), enabled=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """One crawl of a web where almost everything goes wrong, and that web."""

    crawled: Crawled
    watch: Watch
    web: Web
    requests: tuple[Asked, ...]
    """Those of that crawl."""


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    """That crawl, once for all tests that look at it."""
    with Web() as web:
        watch = Watch(folder=tmp_path_factory.mktemp("watch"))
        dark_and_bright(web, watch)
        crawled = watch.read(NOW)
        yield Troubled(crawled=crawled, watch=watch, web=web, requests=tuple(web.requests))


def test_every_enabled_source_gets_exactly_one_outcome(troubled: Troubled) -> None:
    crawled, watch = troubled.crawled, troubled.watch

    assert crawled.code == 0
    assert crawled.outcomes.keys() == watch.sources.keys() - {"asleep"}


def test_outcomes_are_in_the_archive_as_told(troubled: Troubled) -> None:
    crawled, watch = troubled.crawled, troubled.watch

    with Archive.open(watch.archive, readonly=True) as archive:
        kept = archive.outcomes(since=NOW, until=NOW + timedelta(seconds=1))

    assert {outcome.source: outcome for outcome in kept} == crawled.outcomes


def test_the_good_source_is_read_whatever_happens_to_the_others(troubled: Troubled) -> None:
    crawled, watch = troubled.crawled, troubled.watch

    assert crawled.outcomes["good"].state == "ok"
    assert crawled.outcomes["good"].new == 2
    assert watch.items().keys() == {"Alpha", "Beta"}
    assert crawled.landed == {item.id for item in watch.items().values()}


@pytest.mark.parametrize(
    ("source", "state", "words"),
    [
        ("endless", "failed", "larger than we accept"),
        ("bomb", "failed", "larger than we accept"),
        ("page", "failed", "HTML"),
        ("nothing", "failed", "empty"),
        ("reset", "failed", "broke the answer off"),
        ("removed", "gone", "410"),
        ("wall", "walled", "403"),
        ("broken", "failed", "500"),
        ("circle", "failed", "in circles"),
        ("inward", "failed", "127.0.0.99"),
        ("file", "failed", "302"),
        ("robots", "blocked_by_robots", "/private"),
        ("loopback", "failed", "private network"),
        ("odd", "failed", "private network"),
        ("closed", "failed", "refuses connections"),
        ("unknown", "failed", "name does not exist"),
    ],
)
def test_failures_are_told_apart(troubled: Troubled, source: str, state: OutcomeState, words: str) -> None:
    outcome = troubled.crawled.outcomes[source]

    assert outcome.state == state
    assert words in outcome.reason


def test_refused_addresses_are_never_connected_to(troubled: Troubled) -> None:

    assert not {asked.host for asked in troubled.requests} & {"127.0.0.99", "127.0.0.98", "localhost"}


def test_what_robots_txt_refuses_is_not_asked_for(troubled: Troubled) -> None:

    assert [asked.path for asked in troubled.requests if asked.host == "127.0.0.12"] == ["/robots.txt"]


def test_requests_say_who_we_are_and_where_to_complain(troubled: Troubled) -> None:
    agents = {asked.headers["user-agent"] for asked in troubled.requests}

    assert agents == {"Veilleur/0.1.0 (+https://example.org/contact)"}


def test_a_second_run_at_once_asks_nothing_at_all(troubled: Troubled) -> None:
    watch, web = troubled.watch, troubled.web
    web.forget()

    again = watch.read(NOW)

    assert web.requests == []
    assert {outcome.state for outcome in again.outcomes.values()} == {"not_due", "gone"}
    assert "2 failed" not in again.outcomes["broken"].reason
    assert "1 failed" in again.outcomes["broken"].reason


def test_sources_of_one_host_share_its_delay(web: Web, watch: Watch) -> None:
    watch.crawl["delay"] = 0.5
    for number in range(3):
        web.page(f"/{number}", rss((f"/{number}", f"Entry {number}", FRESH[2])))
        watch.add(f"source-{number}", web.url(f"/{number}"))

    crawled = watch.read(NOW)

    times = [asked.at for asked in web.requests]
    assert len(times) == 4  # robots.txt once, then the three
    # A busy machine hears a request late, never early: one gap may look shorter, their sum hardly.
    assert all(later - earlier >= 0.3 for earlier, later in pairwise(times))
    assert times[-1] - times[0] >= 3 * 0.5 - 0.1
    assert any("waiting" in stages for stages in crawled.stages.values())


def test_hosts_are_read_side_by_side(web: Web, watch: Watch) -> None:
    watch.crawl["delay"] = 1.0
    for number in range(30):
        host = f"127.0.1.{number + 1}"
        web.page("/feed", rss((f"/{number}", f"Entry {number}", FRESH[2])), host=host)
        watch.add(f"source-{number}", web.url("/feed", host=host))

    watch.read(NOW)

    times = [asked.at for asked in web.requests]
    assert len(times) == 60
    assert max(times) - min(times) < 15  # one after the other they would take a minute


def test_a_longer_delay_of_one_source_is_kept_though_the_host_is_fast(web: Web, watch: Watch) -> None:
    web.robots("User-agent: *\nAllow: /\n")
    web.page("/feed", rss(FRESH))
    watch.add("slow", web.url("/feed"), delay=0.6)

    watch.read(NOW)

    first, second = web.requests
    assert second.at - first.at >= 0.5


def test_proxy_variables_of_the_environment_have_no_effect(
    web: Web, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.page("/feed", rss(FRESH))
    watch.add("source", web.url("/feed"))

    assert watch.read(NOW).outcomes["source"].state == "ok"


def test_the_proxy_a_watch_names_gets_every_request(web: Web, watch: Watch) -> None:
    asked_for: list[str] = []

    def forward(asked: Asked) -> Answer:
        asked_for.append(asked.path)
        return Answer(body=rss(FRESH)) if asked.path.endswith("/feed") else Answer(status=404)

    for path in ("http://feeds.example.org/robots.txt", "http://feeds.example.org/feed"):
        web.answer(path, forward)
    watch.crawl["proxy"] = f"http://127.0.0.1:{web.port}"
    watch.add("source", "http://feeds.example.org/feed", allow_private=False)

    crawled = watch.read(NOW)

    assert crawled.outcomes["source"].state == "ok"
    assert asked_for == ["http://feeds.example.org/robots.txt", "http://feeds.example.org/feed"]


def test_names_with_addresses_of_our_own_are_reached_there(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(FRESH), host="blog.fictional.example")
    watch.hosts.append(("blog.fictional.example", "127.0.0.40", web.port))
    watch.add("source", "http://blog.fictional.example/feed", allow_private=False)

    assert watch.read(NOW).outcomes["source"].state == "ok"


def test_a_site_that_asks_for_a_long_pause_is_left_alone_until_then(web: Web, watch: Watch) -> None:
    web.status("/feed", 429, headers={"Retry-After": "172800"})
    watch.add("source", web.url("/feed"))

    outcome = watch.read(NOW).outcomes["source"]

    assert (outcome.state, len(web.asked("/feed"))) == ("failed", 1)
    assert outcome.next_due == NOW + timedelta(days=2)


def test_named_sources_alone_are_read(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(FRESH))
    watch.add("one", web.url("/feed"))
    watch.add("two", web.url("/feed", host="127.0.0.2"))

    assert watch.read(NOW, "two").outcomes.keys() == {"two"}


def test_a_broken_watchlist_is_trouble_told_in_three_parts(watch: Watch) -> None:
    watch.add("source", "file:///etc/passwd")

    crawled = watch.read(NOW)

    assert crawled.code == 1
    assert crawled.error is not None
    assert crawled.error.what
    assert crawled.error.remedy


def test_two_crawls_of_one_archive_do_not_meet(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(FRESH))
    watch.add("source", web.url("/feed"))

    with hold_lock(watch.archive.with_name("archive.lock")):
        crawled = watch.read(NOW)

    assert isinstance(crawled.error, LockHeld)
    assert crawled.error.exit_code == 0
    assert web.requests == []


def test_a_stopped_crawl_keeps_what_it_has_and_tells_what_it_has_not(web: Web, watch: Watch) -> None:
    web.page("/good", rss(FRESH))
    web.stream("/slow", lambda: _drip(web))
    watch.add("good", web.url("/good", host="127.0.0.2"))
    watch.add("slow", web.url("/slow", host="127.0.0.3"))
    process = start_crawl(watch.job(NOW))

    outcomes: dict[str, Outcome] = {}
    for event in process.events():
        if isinstance(event, Outcome):
            outcomes[event.source] = event
            process.stop()

    assert process.wait() == 0
    assert outcomes["good"].state == "ok"
    assert outcomes["slow"].state == "not_due"
    assert "stopped" in outcomes["slow"].reason


def test_a_child_that_dies_is_told_and_what_it_had_read_is_kept(web: Web, watch: Watch) -> None:
    web.page("/good", rss(FRESH, OLDER), host="127.0.0.2")
    web.stream("/slow", lambda: _drip(web))
    watch.add("good", web.url("/good", host="127.0.0.2"))
    watch.add("slow", web.url("/slow", host="127.0.0.3"))
    process = start_crawl(watch.job(NOW))

    events = process.events()
    next(event for event in events if isinstance(event, Outcome))
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(CrawlBroken) as told:
        list(events)

    assert process.wait() == -signal.SIGKILL
    assert "crawl.log" in told.value.remedy
    assert set(watch.items()) == {"Alpha", "Beta"}


def test_a_crawl_whose_parent_is_killed_ends_within_a_second(web: Web, watch: Watch) -> None:
    web.stream("/slow", lambda: _drip(web))
    watch.add("slow", web.url("/slow"))
    parent = (
        "import sys\nfrom crawlers.run import JOBS, start_crawl\n"
        "process = start_crawl(JOBS.validate_json(sys.argv[1]))\n"
        "print(process.pid, flush=True)\nfor event in process.events(): print(event, flush=True)\n"
    )
    job = JOBS.dump_json(watch.job(NOW)).decode()
    with subprocess.Popen([sys.executable, "-c", parent, job], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        child = int(killed.stdout.readline())
        while "fetching" not in killed.stdout.readline():
            pass
        killed.kill()

    assert _ends(child, within=1.0)


def test_one_child_does_several_jobs_one_after_the_other(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(OLDER), etag='"1"')
    watch.add("source", web.url("/feed"), every="1h")
    process = start_crawl(watch.job(NOW - timedelta(hours=2)))
    first = [event for event in process.events() if isinstance(event, Outcome)]
    web.page("/feed", rss(FRESH, OLDER), etag='"2"')

    process.send(watch.job(NOW - timedelta(hours=1)))
    second = [event for event in process.events() if isinstance(event, Outcome)]
    process.send(watch.job(NOW))
    third = [event for event in process.events() if isinstance(event, Outcome)]

    assert process.wait() == 0
    assert [outcome.state for (outcome,) in (first, second, third)] == ["ok", "ok", "unchanged"]
    assert [outcome.new for (outcome,) in (first, second, third)] == [1, 1, 0]
    assert list(process.events()) == []


def test_a_job_that_cannot_be_done_does_not_end_the_child(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(FRESH))
    watch.add("source", web.url("/feed"), every="1h")
    process = start_crawl(watch.job(NOW - timedelta(hours=1)))
    listen(process)
    good = watch.job(NOW)
    good.watchlist.rename(good.watchlist.with_name("aside.toml"))

    process.send(good)
    _, error = listen(process)
    watch.write()
    process.send(good)
    events, _ = listen(process)

    assert process.wait() == 0
    assert error is not None
    assert [event.state for event in events if isinstance(event, Outcome)] == ["unchanged"]


def test_ctrl_c_is_left_to_the_parent(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(FRESH))
    watch.add("source", web.url("/feed"))
    process = start_crawl(watch.job(NOW))

    outcomes = []
    for event in process.events():
        if isinstance(event, Progress):
            os.kill(process.pid, signal.SIGINT)
        if isinstance(event, Outcome):
            outcomes.append(event.state)

    assert (process.wait(), outcomes) == (0, ["ok"])


def test_the_log_is_put_aside_when_it_has_grown(web: Web, watch: Watch) -> None:
    watch.add("source", web.url("/feed"))
    watch.archive.parent.mkdir()
    log = watch.archive.with_name("crawl.log")
    log.write_bytes(b"x" * 1_000_001)

    watch.read(NOW)

    assert log.stat().st_size < 100_000
    assert log.with_name("crawl.log.1").stat().st_size == 1_000_001
    assert log.stat().st_mode & 0o077 == 0


def test_nothing_unexpected_is_logged(troubled: Troubled) -> None:
    assert troubled.watch.crash_log() == ""


def _drip(web: Web) -> Iterator[bytes]:
    while not web.closing.wait(0.05):
        yield b" "


def _ends(pid: int, *, within: float) -> bool:
    """Whether a process that is not our child ends in time."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], within)[0])
    finally:
        os.close(watched)


def test_what_is_not_due_does_not_hide_how_the_last_reading_went(
    troubled: Troubled,
) -> None:
    crawled, watch = troubled.crawled, troubled.watch
    watch.read(NOW + timedelta(minutes=5))

    with Archive.open(watch.archive, readonly=True) as archive:
        last = archive.last_outcomes()

    assert {id: outcome.state for id, outcome in last.items()} == {
        id: outcome.state for id, outcome in crawled.outcomes.items()
    }
