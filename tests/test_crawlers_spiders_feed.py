"""The feed spider over real HTTP: what is asked, what is kept, what is remembered."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.archive import Archive
from crawlers.archive.states import FetchState
from tests.conftest import NOW
from tests.crawling import Watch, rss
from tests.web import Answer, Asked, Web

pytestmark = pytest.mark.slow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW = ("/a", "Alpha", "Fri, 20 Nov 2026 05:00:00 GMT")
OLD = ("/b", "Beta", "Thu, 19 Nov 2026 05:00:00 GMT")
OLDER = ("/c", "Gamma", "Wed, 18 Nov 2026 05:00:00 GMT")
PARAGRAPH = "<p>" + "The whole story is told here, sentence after sentence, with care. " * 12 + "</p>"


@pytest.fixture
def web() -> Iterator[Web]:
    """A fresh loopback web."""
    with Web() as running:
        yield running


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    """An empty watch."""
    return Watch(folder=tmp_path, crawl={"delay": 0.01})


def remembered(watch: Watch, source: str = "blog") -> FetchState:
    """What the archive knows of a source."""
    with Archive.open(watch.archive, readonly=True) as archive:
        state = archive.fetch_state(source)
    assert state is not None
    return state


def teasers(web: Web, *paths: str) -> bytes:
    """A feed whose entries only begin."""
    items = "".join(
        f"<item><link>{web.url(path)}</link><title>Story {path}</title><pubDate>{NEW[2]}</pubDate>"
        f"<description>It begins here… Read more</description></item>"
        for path in paths
    )
    channel = f"<title>T</title><link>{web.url()}</link>{items}"
    return f'<rss version="2.0"><channel>{channel}</channel></rss>'.encode()


def article(title: str) -> bytes:
    """A page with a whole text."""
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title></head><body><main><article>"
        f"<h1>{title}</h1>{PARAGRAPH * 3}</article></main></body></html>"
    ).encode()


def test_the_first_read_is_history(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(NEW, OLD))
    watch.add("blog", web.url("/feed"))

    outcome = watch.read(NOW).outcomes["blog"]

    with Archive.open(watch.archive, readonly=True) as archive:
        seen = archive.sightings(tuple(archive.item_ids()))
    sightings = [sighting for each in seen.values() for sighting in each]
    assert [sighting.is_backfill for sighting in sightings] == [True, True]
    assert {sighting.position for sighting in sightings} == {0, 1}
    assert (outcome.covered_from, outcome.covered_until) == (NOW.replace(day=19, hour=5), NOW)


def test_entries_of_later_reads_are_news(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(OLD))
    watch.add("blog", web.url("/feed"), every="1h")
    watch.read(NOW - DAY)
    web.page("/feed", rss(NEW, OLD))

    outcome = watch.read(NOW).outcomes["blog"]

    with Archive.open(watch.archive, readonly=True) as archive:
        seen = archive.sightings([watch.items()["Alpha"].id])
    assert [sighting.is_backfill for each in seen.values() for sighting in each] == [False]
    assert (outcome.new, outcome.seen, outcome.possible_gap) == (1, 2, False)
    assert outcome.covered_from == NOW - DAY


@pytest.mark.parametrize(
    ("header", "sent", "value"),
    [
        ("etag", "if-none-match", 'W/"odd, but theirs"'),
        ("modified", "if-modified-since", "Thu, 19 Nov 2026 05:00:00 +0000 (UTC)"),
    ],
)
def test_validators_go_back_exactly_as_received(
    web: Web, watch: Watch, header: str, sent: str, value: str
) -> None:
    web.page("/feed", rss(NEW), **{header: value})
    watch.add("blog", web.url("/feed"), every="1h")
    watch.read(NOW - HOUR)

    outcome = watch.read(NOW).outcomes["blog"]

    assert web.asked("/feed")[-1].headers[sent] == value
    assert (outcome.state, outcome.new, outcome.seen) == ("unchanged", 0, 0)
    assert outcome.covered_from == NOW - HOUR


def test_the_same_bytes_again_count_as_unchanged(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(NEW))
    watch.add("blog", web.url("/feed"), every="1h")
    watch.read(NOW - HOUR)

    assert watch.read(NOW).outcomes["blog"].state == "unchanged"


def test_a_permanent_redirect_updates_the_address(web: Web, watch: Watch) -> None:
    web.redirect("/old", "/middle", status=301)
    web.redirect("/middle", "/feed", status=308)
    web.page("/feed", rss(NEW), etag='"1"')
    watch.add("blog", web.url("/old"), every="1h")
    watch.read(NOW - HOUR)
    web.forget()

    outcome = watch.read(NOW).outcomes["blog"]

    assert remembered(watch).url == web.url("/feed")
    assert [asked.path for asked in web.requests] == ["/feed"]
    assert outcome.state == "unchanged"


def test_a_chain_with_one_passing_redirect_does_not(web: Web, watch: Watch) -> None:
    web.redirect("/old", "/middle", status=301)
    web.redirect("/middle", "/feed", status=302)
    web.page("/feed", rss(NEW), etag='"1"')
    watch.add("blog", web.url("/old"), every="1h")
    watch.read(NOW - HOUR)
    web.forget()

    outcome = watch.read(NOW).outcomes["blog"]

    assert remembered(watch).url == web.url("/old")
    assert [asked.path for asked in web.requests] == ["/old", "/middle", "/feed"]
    assert outcome.state == "unchanged"


def test_validators_go_only_to_the_address_they_came_from(web: Web, watch: Watch) -> None:
    web.redirect("/feed", "/one", status=302)
    web.page("/one", rss(OLD), etag='"same"')
    watch.add("blog", web.url("/feed"), every="1h")
    watch.read(NOW - HOUR)
    web.redirect("/feed", "/two", status=302)
    web.page("/two", rss(NEW), etag='"same"')
    web.forget()

    assert watch.read(NOW).outcomes["blog"].new == 1
    assert all("if-none-match" not in asked.headers for asked in web.requests)


def test_an_address_changed_in_the_watchlist_is_read_afresh(web: Web, watch: Watch) -> None:
    web.redirect("/old", "/feed")
    web.page("/feed", rss(OLD), etag='"1"')
    web.page("/other", rss(NEW))
    watch.add("blog", web.url("/old"))
    watch.read(NOW - HOUR)
    watch.add("blog", web.url("/other"))

    assert watch.read(NOW).outcomes["blog"].new == 1
    assert remembered(watch).url == web.url("/other")


def test_a_feed_that_is_gone_is_not_asked_for_again_unless_forced(web: Web, watch: Watch) -> None:
    web.status("/feed", 410)
    watch.add("blog", web.url("/feed"))
    first = watch.read(NOW - 30 * DAY).outcomes["blog"]
    web.forget()

    later = watch.read(NOW).outcomes["blog"]
    asked = len(web.requests)
    web.page("/feed", rss(NEW))
    forced = watch.read(NOW, force=True).outcomes["blog"]

    assert (first.state, later.state, asked) == ("gone", "gone", 0)
    assert later.reason == first.reason
    assert (forced.state, remembered(watch).disabled) == ("ok", "")


def test_failures_back_off_and_a_good_read_ends_that(web: Web, watch: Watch) -> None:
    web.status("/feed", 500)
    watch.add("blog", web.url("/feed"))
    dues = []
    now = NOW
    for _ in range(3):
        watch.read(now)
        state = remembered(watch)
        assert state.next_due is not None
        dues.append(state.next_due - now)
        now = state.next_due
    web.page("/feed", rss(NEW))

    assert dues == [HOUR, 2 * HOUR, 4 * HOUR]
    assert watch.read(now).outcomes["blog"].state == "ok"
    assert remembered(watch).failures == 0


def test_a_new_page_of_entries_that_misses_the_last_one_is_a_possible_gap(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(OLDER))
    watch.add("blog", web.url("/feed"), every="1h")
    watch.read(NOW - DAY)
    web.page("/feed", rss(NEW))

    outcome = watch.read(NOW).outcomes["blog"]

    assert outcome.possible_gap
    assert outcome.covered_from == NOW.replace(hour=5)


def test_a_source_without_news_for_long_is_silent(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(("/x", "Long ago", "Sun, 01 Nov 2026 05:00:00 GMT")), etag='"1"')
    watch.add("blog", web.url("/feed"), every="1h")
    watch.read(NOW.replace(day=2))

    outcome = watch.read(NOW).outcomes["blog"]

    assert outcome.state == "silent"
    assert outcome.reason == "no new entry for 19 days"


@pytest.mark.parametrize("date", ["Fri, 20 Nov 2026 07:00:00 GMT", ""], ids=["this-very-second", "undated"])
def test_what_came_since_the_last_reading_ends_a_silence_whatever_its_date(
    web: Web, watch: Watch, date: str
) -> None:
    old = ("/x", "Long ago", "Sun, 01 Nov 2026 05:00:00 GMT")
    web.page("/feed", rss(old))
    watch.add("blog", web.url("/feed"), every="1h")
    watch.read(NOW - DAY)
    web.page("/feed", rss(("/y", "Now", date), old))
    watch.read(NOW)

    outcome = watch.read(NOW + DAY).outcomes["blog"]

    assert outcome.state == "unchanged"
    assert outcome.newest == NOW


def test_the_pace_follows_the_habit_and_the_feed_s_own_wish_lengthens_it(web: Web, watch: Watch) -> None:
    entries = [(f"/{hour}", f"Entry {hour}", f"Fri, 20 Nov 2026 {hour:02}:00:00 GMT") for hour in range(7)]
    web.page("/plain", rss(*entries), host="127.0.0.2")
    web.page("/asks", rss(*entries, more="<ttl>180</ttl>"), host="127.0.0.3")
    web.page("/fresh", rss(*entries), host="127.0.0.4", headers={"Cache-Control": "max-age=7200"})
    for number, name in enumerate(("plain", "asks", "fresh"), start=2):
        watch.add(name, web.url(f"/{name}", host=f"127.0.0.{number}"))

    outcomes = watch.read(NOW).outcomes

    waits = {name: outcome.next_due - NOW for name, outcome in outcomes.items() if outcome.next_due}
    assert waits == {"plain": HOUR / 2, "asks": 3 * HOUR, "fresh": 2 * HOUR}


def test_future_and_absent_dates_become_the_time_of_the_read(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(("/f", "From the future", "Sat, 20 Nov 2038 05:00:00 GMT"), ("/n", "Undated", "")))
    watch.add("blog", web.url("/feed"))

    watch.read(NOW)

    items = watch.items()
    assert {item.published for item in items.values()} == {NOW}
    assert "2038" in items["From the future"].published_raw
    assert remembered(watch).newest is None


def test_teasers_are_completed_from_their_pages_once(web: Web, watch: Watch) -> None:
    web.page("/feed", teasers(web, "/one", "/two"))
    web.page("/one", article("Story /one"), etag='"1"')
    web.page("/two", article("Story /two"))
    watch.add("blog", web.url("/feed"), full_text="auto", every="1h")

    first = watch.read(NOW - HOUR).outcomes["blog"]
    web.page("/feed", teasers(web, "/one", "/two") + b"<!-- touched -->")
    watch.read(NOW)

    items = watch.items()
    assert all("sentence after sentence" in item.html and not item.is_teaser for item in items.values())
    assert (first.new, first.changed) == (2, 0)
    assert len(web.asked("/one")) == len(web.asked("/two")) == 1


def test_a_first_read_does_not_fetch_the_pages_of_long_ago(web: Web, watch: Watch) -> None:
    old = teasers(web, "/one").replace(NEW[2].encode(), b"Thu, 01 Oct 2026 05:00:00 GMT")
    web.page("/feed", old)
    watch.add("blog", web.url("/feed"), full_text="auto")

    watch.read(NOW)

    assert web.asked("/one") == []
    assert watch.items()["Story /one"].is_teaser


def test_pages_beyond_the_budget_are_for_the_next_run_though_the_feed_is_unchanged(
    web: Web, watch: Watch
) -> None:
    paths = [f"/{number}" for number in range(5)]
    web.page("/feed", teasers(web, *paths), etag='"1"')
    for path in paths:
        web.page(path, article(f"Story {path}"))
    watch.add("blog", web.url("/feed"), full_text="auto", every="1h", page_budget=3)

    states = [watch.read(NOW + number * HOUR).outcomes["blog"] for number in range(4)]

    assert [state.state for state in states] == ["partial", "partial", "ok", "unchanged"]
    assert "budget of 3" in states[0].reason
    assert not any(item.is_teaser for item in watch.items().values())
    assert [len(web.asked(path)) for path in paths] == [1] * 5


def test_a_page_that_robots_txt_refuses_leaves_the_teaser_and_is_not_tried_again(
    web: Web, watch: Watch
) -> None:
    web.robots("User-agent: *\nDisallow: /one\n")
    web.page("/feed", teasers(web, "/one"), etag='"1"')
    watch.add("blog", web.url("/feed"), full_text="auto", every="1h")

    first, second = (watch.read(NOW + number * HOUR).outcomes["blog"] for number in range(2))

    assert (first.state, second.state) == ("partial", "unchanged")
    assert "/one" in first.reason
    assert watch.items()["Story /one"].is_teaser
    assert web.asked("/one") == []


def test_a_page_that_fails_is_tried_in_three_runs(web: Web, watch: Watch) -> None:
    web.page("/feed", teasers(web, "/one"), etag='"1"')
    web.status("/one", 500)
    watch.add("blog", web.url("/feed"), full_text="auto", every="1h")

    states = [watch.read(NOW + number * HOUR).outcomes["blog"].state for number in range(5)]

    assert states == ["partial", "partial", "partial", "unchanged", "unchanged"]


def test_the_next_page_of_a_feed_is_followed_on_a_first_read_as_far_as_history_goes(
    web: Web, watch: Watch
) -> None:
    def page(number: int) -> bytes:
        items = [
            {"id": f"{number}", "url": f"https://example.org/{number}", "title": f"Page {number}",
             "content_html": "<p>Text</p>", "date_published": (NOW - number * 3 * DAY).isoformat()}
        ]  # fmt: skip
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": items}
        return json.dumps({**feed, "next_url": web.url(f"/feed?page={number + 1}")}).encode()

    def answer(asked: Asked) -> Answer:
        number = int(asked.path.partition("page=")[2] or 1)
        return Answer(body=page(number), headers={"Content-Type": "application/feed+json"})

    web.answer("/feed", answer)
    watch.add("blog", web.url("/feed"))

    watch.read(NOW)

    assert watch.items().keys() == {"Page 1", "Page 2", "Page 3"}


def test_the_same_feed_as_two_sources_is_sighted_in_both(web: Web, watch: Watch) -> None:
    web.page("/feed", rss(NEW), etag='"1"')
    watch.add("one", web.url("/feed"))
    watch.add("two", web.url("/feed?for=two"))

    outcomes = watch.read(NOW).outcomes

    with Archive.open(watch.archive, readonly=True) as archive:
        (sightings,) = archive.sightings(tuple(archive.item_ids())).values()
    assert {sighting.source for sighting in sightings} == {"one", "two"}
    assert {outcome.seen for outcome in outcomes.values()} == {1}


def test_a_feed_is_read_by_plain_scrapy_without_a_watch(web: Web, tmp_path: Path) -> None:
    web.page("/feed", teasers(web, "/one"))
    web.page("/one", article("Story /one"))
    out = tmp_path / "out.jsonl"
    command = [
        sys.executable,
        "-m",
        "scrapy",
        "crawl",
        "feed",
        "-a",
        f"url={web.url('/feed')}",
        "-O",
        str(out),
    ]
    settings = ["-s", "VEILLEUR_ALLOW_PRIVATE=127.0.0.1", "-s", "DOWNLOAD_DELAY=0.01"]

    done = subprocess.run(
        [*command, *settings], cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    (item,) = map(json.loads, out.read_text().splitlines())
    assert item["title"] == "Story /one"
    assert "sentence after sentence" in item["html"]
