"""The demo world: what it shows at a time, how it answers over HTTP, and that what is planted is there."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from http.client import HTTPConnection
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from watchlists.demo.clock import DAYS, FIRST_DAY, LAST_DAY, Clock, day_of, day_start, moment
from watchlists.demo.conversations import Message, Thread
from watchlists.demo.folder import write_demo_watch
from watchlists.demo.growth import read_growth
from watchlists.demo.place import Limit, Place, Post
from watchlists.demo.server import DemoServer, Meter, serve
from watchlists.demo.sites import Sites, build
from watchlists.demo.truth import Truth
from watchlists.demo.world import World
from watchlists.load import load_watchlist

END = day_start(DAYS + 1)
MINUTE = timedelta(minutes=1)


@cache
def world() -> World:
    return World.load()


@cache
def truth() -> Truth:
    return Truth.load()


def text(place: Place, target: str, now: datetime) -> str:
    answer = build(place, target, now)
    return answer.body.decode() if answer.status == 200 else ""


def data(place: Place, target: str, now: datetime) -> Any:
    return json.loads(text(place, target, now))


def posts() -> Iterator[tuple[Place, Post]]:
    return ((place, post) for place in world().places for post in place.posts)


def messages() -> Iterator[tuple[Place, Thread, Message]]:
    return ((p, t, m) for p in world().places for t in p.threads for m in t.messages)


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def thread_page(place: Place, thread: Thread, message: Message, now: datetime) -> bool:
    """Whether the engine of a place shows a message at a time, asked the way that engine is asked."""
    if place.engine == "discourse":
        found = build(place, f"/t/{thread.number}/posts.json?post_ids[]={message.number}", now)
        return found.status == 200 and bool(json.loads(found.body)["post_stream"]["posts"])
    if place.engine == "phpbb":
        return build(place, f"/viewtopic.php?p={message.number}", now).status == 302
    if place.engine == "hackernews":
        return bool(data(place, f"/v0/item/{message.number}.json", now))
    number = (int(message.at.timestamp() * 1000) << 16) + message.number
    return build(place, f"/api/v1/statuses/{number}", now).status == 200


class TestContent:
    def test_forty_days_end_on_the_twentieth_of_november_and_hold_one_day_of_25_hours(self) -> None:
        lengths = [day_start(day + 1) - day_start(day) for day in range(1, DAYS + 1)]

        assert (DAYS, FIRST_DAY.isoformat(), LAST_DAY.isoformat()) == (40, "2026-10-12", "2026-11-20")
        assert [n for n, length in enumerate(lengths, 1) if length != timedelta(hours=24)] == [14]
        assert lengths[13] == timedelta(hours=25)

    def test_there_are_hundreds_of_texts_and_none_is_written_twice_but_the_agency_copies(self) -> None:
        bodies = Counter(post.revisions[0].html for _, post in posts())
        bodies.update(message.html for *_, message in messages() if message.html)

        assert bodies.total() > 450
        assert [count for count in bodies.values() if count > 1] == [5]

    def test_everything_is_under_a_megabyte(self) -> None:
        folder = files("watchlists.demo") / "content"

        assert sum(len(path.read_bytes()) for path in folder.iterdir()) < 1_000_000

    def test_loading_twice_gives_the_same_world(self) -> None:
        assert World.load() == world()

    def test_all_that_happens_happens_within_the_forty_days(self) -> None:
        born = [post.published for _, post in posts()] + [message.at for *_, message in messages()]

        assert min(born) >= day_start(1)
        assert max(born) < END

    def test_answers_come_after_what_they_answer(self) -> None:
        for place, thread, message in messages():
            assert message.reply_to is None or message.reply_to < message.position, (place.id, thread.number)

    def test_each_host_serves_one_place(self) -> None:
        assert len(world().hosts) == len(world().places)
        assert all(host.endswith(".example") for host in world().hosts)


class TestWhatIsShown:
    def test_a_post_is_in_feed_and_page_from_its_minute_on_and_not_before(self) -> None:
        for place, post in posts():
            path = urlsplit(place.url(post)).path
            before, after = post.published - MINUTE, post.published

            assert build(place, path, before).status == 404, post.slug
            assert path not in text(place, place.feed, before), post.slug
            assert build(place, path, after).status == 200, post.slug
            assert path in text(place, place.feed, after), post.slug

    def test_a_message_is_there_from_its_minute_until_it_is_deleted(self) -> None:
        for place, thread, message in messages():
            assert not thread_page(place, thread, message, message.at - MINUTE), (place.id, thread.number)
            assert thread_page(place, thread, message, message.at), (place.id, thread.number)
            gone = message.deleted is not None
            assert thread_page(place, thread, message, END) is not gone, (place.id, thread.number)

    def test_an_edit_shows_only_after_its_time(self) -> None:
        place, at = world().place("blog-pedaline"), moment("2026-11-19T19:45")

        assert "nous remboursons" not in text(place, "/2026/version-6-2/", at - MINUTE)
        assert "nous remboursons" in text(place, "/2026/version-6-2/", at)
        assert "nous remboursons" in text(place, "/feed", at)

    def test_a_feed_shows_the_latest_entries_and_pages_lead_to_all(self) -> None:
        place = world().place("gazette-mobilites")
        links: list[str] = []
        target: str | None = place.feed
        while target:
            channel = ET.fromstring(text(place, target, END)).find("channel")
            assert channel is not None
            items = channel.findall("item")
            assert len(items) <= place.entries_shown
            links += [item.findtext("link", "") for item in items]
            following = channel.find("{http://www.w3.org/2005/Atom}link[@rel='next']")
            target = path_of(following.attrib["href"]) if following is not None else None

        assert len(links) == len(set(links)) == len(place.posts)

    def test_every_feed_is_well_formed_every_day(self) -> None:
        for place in world().places:
            for day in range(2, DAYS + 2):
                body = text(place, place.feed, day_start(day))
                assert json.loads(body) if place.format == "json" else ET.fromstring(body) is not None

    def test_media_give_a_teaser_in_the_feed_and_the_whole_text_on_the_page(self) -> None:
        place = world().place("kerbside")
        now = moment("2026-11-19T18:20")

        assert "until I see my money" not in text(place, place.feed, now - MINUTE)
        assert "says that it is looking into it" not in text(place, place.feed, now)
        assert "says that it is looking into it" in text(place, "/2026/pedaline-deposits", now)

    def test_the_short_address_of_a_post_leads_to_its_permalink(self) -> None:
        place = world().place("gazette-mobilites")
        post = place.posts[0]

        answer = build(place, f"/?p={post.number}", END)

        assert (answer.status, answer.headers) == (301, (("Location", place.url(post)),))

    def test_a_count_ripens_with_age(self) -> None:
        born = datetime(2026, 11, 1, tzinfo=UTC)
        growth = read_growth(20, born=born)
        assert growth is not None

        counts = [growth.at(born + timedelta(hours=hours)) for hours in (0, 1, 3, 6, 24, 72, 500)]

        assert counts == [0, 4, 9, 13, 18, 20, 20]


class TestEngines:
    def test_a_discourse_topic_holds_twenty_posts_and_the_ids_of_all(self) -> None:
        place = world().place("bulle-forum")

        topic = data(place, "/t/2315.json", END)
        stream = topic["post_stream"]["stream"]
        rest = "&".join(f"post_ids[]={number}" for number in stream[20:])
        others = data(place, f"/t/2315/posts.json?{rest}", END)["post_stream"]["posts"]

        assert (topic["posts_count"], len(stream), len(topic["post_stream"]["posts"])) == (26, 26, 20)
        assert [post["id"] for post in others] == stream[20:]
        assert topic["post_stream"]["posts"][0]["moderator"] is True

    def test_discourse_lists_lead_to_every_topic_once(self) -> None:
        place = world().place("pedaline-forum")
        found: list[int] = []
        target = "/latest.json"
        while target:
            listing = data(place, target, END)["topic_list"]
            found += [topic["id"] for topic in listing["topics"]]
            more = listing.get("more_topics_url", "")
            target = more.replace("/latest?", "/latest.json?")

        assert sorted(found) == sorted(t.number for t in place.threads if not t.messages[0].deleted)

    def test_discourse_says_not_found_in_json(self) -> None:
        answer = build(world().place("pedaline-forum"), "/t/438.json", moment("2026-11-07T07:55"))

        assert answer.status == 404
        assert json.loads(answer.body)["error_type"] == "not_found"

    def test_an_accepted_answer_is_accepted_from_its_time_on(self) -> None:
        place, at = world().place("bulle-forum"), moment("2026-10-15T11:00")

        assert data(place, "/t/2301.json", at - MINUTE)["has_accepted_answer"] is False
        assert data(place, "/t/2301.json", at)["accepted_answer"] == {
            "post_number": 2,
            "username": "Baptiste",
        }

    def test_mastodon_pages_lead_to_every_status_once(self) -> None:
        place = world().place("fediroue")
        found: list[str] = []
        target = "/api/v1/timelines/public?limit=7"
        while target:
            answer = build(place, target, END)
            found += [status["id"] for status in json.loads(answer.body)]
            links = dict(re.findall(r'<([^>]+)>; rel="(\w+)"', dict(answer.headers).get("Link", "")))
            following = {rel: url for url, rel in links.items()}.get("next", "")
            target = path_of(following) if following else ""

        assert len(found) == len(set(found)) == sum(len(t.shown(END)) for t in place.threads)

    def test_a_mastodon_context_holds_what_answers_a_status(self) -> None:
        place = world().place("fediroue")
        account = data(place, "/api/v1/accounts/lookup?acct=joss", END)
        theirs = data(place, f"/api/v1/accounts/{account['id']}/statuses?exclude_replies=true", END)

        context = data(place, f"/api/v1/statuses/{theirs[0]['id']}/context", END)

        assert len(context["descendants"]) == 7
        assert theirs[0]["favourites_count"] == 420

    def test_phpbb_shows_ten_posts_a_page_and_the_way_to_the_next(self) -> None:
        place = world().place("ratelier")
        first = text(place, "/viewtopic.php?t=7758", END)
        second = text(place, "/viewtopic.php?t=7758&start=10", END)

        assert (first.count('class="post has-profile'), second.count('class="post has-profile')) == (10, 6)
        assert 'rel="next"' in first
        assert 'rel="next"' not in second
        assert "Modérateur" in second

    def test_hacker_news_search_filters_by_tags_words_and_numbers(self) -> None:
        place, since = world().place("pitstop"), int(day_start(39).timestamp())
        query = f"/api/v1/search_by_date?tags=story&numericFilters=created_at_i>{since},points>500"

        hits = data(place, query, END)["hits"]

        assert [hit["title"] for hit in hits] == ["Guidon: a co-operative network for cycling groups"]
        assert data(place, "/api/v1/search?query=guidon&tags=(story,comment)", END)["nbHits"] >= 1

    def test_a_hacker_news_tree_holds_every_comment(self) -> None:
        place = world().place("pitstop")
        thread = next(t for t in place.threads if t.number == 38480)

        def size(item: dict[str, Any]) -> int:
            return 1 + sum(size(child) for child in item["children"])

        assert size(data(place, f"/api/v1/items/{thread.messages[0].number}", END)) == len(thread.messages)

    @pytest.mark.parametrize(
        "target", ["/%00", "/t/999999999999999999999.json", "/?page=-1", "/api/v1/search?page=x"]
    )
    def test_no_request_breaks_an_engine(self, target: str) -> None:
        for place in world().places:
            assert build(place, target, END).status in {200, 404}


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with serve(world(), Clock(moment("2026-11-19T12:00"))) as running:
        yield running


@pytest.fixture
def get(server: DemoServer) -> Iterator[Callable[..., Reply]]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)

    def ask(host: str, target: str, method: str = "GET", **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, headers={"Host": host, **named})
        answer = connection.getresponse()
        return Reply(answer.status, dict(answer.getheaders()), answer.read())

    yield ask
    connection.close()


Get = Callable[..., Reply]


class TestServer:
    def test_a_validator_stays_while_nothing_changes_and_changes_with_the_content(
        self, server: DemoServer, get: Get
    ) -> None:
        server.clock.now = moment("2026-11-19T10:29")
        before = get("blog.pedaline.example", "/feed")
        again = get("blog.pedaline.example", "/feed")
        server.clock.now = moment("2026-11-19T10:30")
        after = get("blog.pedaline.example", "/feed")

        assert before.headers["ETag"] == again.headers["ETag"]
        assert before.body == again.body
        assert after.headers["ETag"] != before.headers["ETag"]
        assert after.headers["Last-Modified"] == "Thu, 19 Nov 2026 09:30:00 GMT"

    def test_what_the_client_has_is_not_sent_again(self, get: Get) -> None:
        first = get("kerbside.example", "/feeds/all.atom")

        by_tag = get("kerbside.example", "/feeds/all.atom", If_None_Match=first.headers["ETag"])
        by_date = get("kerbside.example", "/feeds/all.atom", If_Modified_Since=first.headers["Last-Modified"])
        other = get("kerbside.example", "/feeds/all.atom", If_None_Match='"other"')
        odd = get("kerbside.example", "/feeds/all.atom", If_Modified_Since="yesterday")

        assert [reply.status for reply in (first, by_tag, by_date, other, odd)] == [200, 304, 304, 200, 200]
        assert by_tag.body == b""

    def test_one_host_compresses_for_those_who_can_read_it(self, get: Get) -> None:
        plain = get("news.spokeshare.example", "/rss.xml")
        zipped = get("news.spokeshare.example", "/rss.xml", Accept_Encoding="gzip")

        assert "Content-Encoding" not in plain.headers
        assert zipped.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(zipped.body) == plain.body
        assert zipped.headers["ETag"] != plain.headers["ETag"]

    def test_head_sends_no_body(self, get: Get) -> None:
        reply = get("blog.pedaline.example", "/feed", "HEAD")

        assert (reply.status, reply.body) == (200, b"")
        assert int(reply.headers["Content-Length"]) > 1_000

    def test_an_unknown_host_is_no_part_of_the_web(self, get: Get) -> None:
        assert get("elsewhere.example", "/").status == 421

    def test_every_host_says_what_robots_may_read(self, get: Get) -> None:
        rules = {
            host: get(host, "/robots.txt").body.decode() for host in world().hosts if "commuter" not in host
        }
        closed = [host for host, rule in rules.items() if "Disallow: /\n" in rule]

        assert closed == [world().place(truth().blocked).host.name]

    def test_the_log_tells_what_was_asked(self, server: DemoServer, get: Get) -> None:
        get("roulibre.example", "/journal/feed.json")

        last = server.requests[-1]
        assert (last.host, last.target, last.status) == ("roulibre.example", "/journal/feed.json", 200)
        assert last.now == server.clock.now

    def test_a_limited_host_answers_429_with_the_time_to_wait(self, get: Get) -> None:
        limit = world().place("pitstop").host.limit
        assert limit is not None

        replies = [get("pitstop.example", "/rss") for _ in range(limit.requests + 1)]

        assert [reply.status for reply in replies[:-1]] == [200] * limit.requests
        assert replies[-1].status == 429
        assert 1 <= int(replies[-1].headers["Retry-After"]) <= limit.seconds + 1

    def test_a_meter_lets_pass_again_when_the_window_has_gone_by(self) -> None:
        times = iter([0.0, 1.0, 2.0, 10.5])
        meter = Meter(seconds=lambda: next(times))

        waits = [meter.wait("host", Limit(requests=2, seconds=10)) for _ in range(4)]

        assert waits == [0, 0, 9, 0]


class TestFaults:
    @pytest.mark.parametrize("outage", truth().outages, ids=lambda outage: outage.start.date().isoformat())
    def test_a_failing_host_fails_in_its_time_only(self, outage: Any) -> None:
        sites, place = Sites(world=world()), world().place(outage.place)
        times = (outage.start - MINUTE, outage.start, outage.end - MINUTE, outage.end)

        answers = [sites.answer(place.host.name, place.feed, at) for at in times]

        assert [answer.status for answer in answers] == [200, 503, 503, 200]
        assert "Retry-After" in dict(answers[1].headers)

    def test_a_closed_feed_is_gone_for_good(self) -> None:
        sites, closed = Sites(world=world()), truth().closed
        place = world().place(closed.place)

        assert sites.answer(place.host.name, place.feed, closed.start - MINUTE).status == 200
        assert sites.answer(place.host.name, place.feed, closed.start).status == 410
        assert sites.answer(place.host.name, place.feed, END).status == 410

    def test_a_moved_feed_is_served_at_its_old_address_until_it_moves(self) -> None:
        sites, move = Sites(world=world()), truth().moved
        host, old, new = urlsplit(move.old).netloc, urlsplit(move.old).path, urlsplit(move.new).path

        before = sites.answer(host, old, move.at - MINUTE)
        after = sites.answer(host, old, move.at)

        assert (before.status, before.body) == (200, sites.answer(host, new, move.at - MINUTE).body)
        assert (after.status, dict(after.headers)) == (301, {"Location": move.new})

    def test_one_host_is_slow(self) -> None:
        assert [place.id for place in world().places if place.host.delay] == [truth().slow]

    def test_a_silent_source_still_answers(self) -> None:
        silence = truth().silence
        place = world().place(silence.place)

        assert max(post.published for post in place.posts) == silence.last.at
        assert silence.two_weeks - silence.last.at == timedelta(days=14)
        assert "dernier-carnet" in text(place, place.feed, END)


class TestTruth:
    def test_the_crisis_is_as_planned_hour_by_hour(self) -> None:
        crisis, found = truth().crisis, world().planted(truth().crisis.plant)
        hours = Counter(each.at.replace(minute=0) for each in found)

        assert (len(found), len({each.author for each in found})) == (crisis.count, crisis.authors)
        assert (found[0].ref, found[0].at) == (crisis.first, crisis.starts)
        assert [(hour, hours[hour]) for hour, _ in crisis.per_hour] == list(crisis.per_hour)
        assert {each.ref.partition("/")[0] for each in found} >= set(crisis.places)
        assert crisis.origin.at < crisis.starts < crisis.acknowledged.at < crisis.over

    def test_nobody_speaks_of_debited_deposits_before_the_crisis(self) -> None:
        now = truth().crisis.starts - MINUTE
        told = [
            place.id
            for place in world().places
            if re.search("250.€|débitée?s? à tort|€250", _all(place, now))
        ]

        assert told == []

    def test_the_rising_subject_is_spoken_of_on_its_days_alone(self) -> None:
        rising = truth().rising
        spoken = Counter(day_of(at) for at, words in _spoken() if "cargo" in words.casefold())

        assert sorted(spoken.items()) == list(rising.per_day)
        assert rising.starts == world().planted(rising.plant)[0].at
        assert day_of(rising.starts) == rising.day

    def test_the_new_platform_is_linked_to_from_its_first_minute_and_not_before(self) -> None:
        platform = truth().platform
        for id, at in platform.citing:
            assert platform.domain not in _all(world().place(id), at - MINUTE), id
            assert f"http://{platform.domain}/" in _all(world().place(id), at), id

        others = {place.id for place in world().places} - {id for id, _ in platform.citing}
        assert not [id for id in others if platform.domain in _all(world().place(id), END)]
        assert day_of(platform.first.at) == platform.day

    @pytest.mark.parametrize("plant", ["platform", "rising", *(spike.plant for spike in truth().harmless)])
    def test_a_plant_has_its_count_of_texts_and_authors(self, plant: str) -> None:
        planned: tuple[Any, ...] = (truth().platform, truth().rising, *truth().harmless)
        plans = {each.plant: each for each in planned}
        found = world().planted(plant)

        assert len(found) == plans[plant].count
        assert len({each.author for each in found}) == plans[plant].authors

    @pytest.mark.parametrize("spike", truth().harmless, ids=lambda spike: spike.plant)
    def test_a_harmless_spike_has_its_dates(self, spike: Any) -> None:
        found = world().planted(spike.plant)

        assert (found[0].at, found[-1].at) == (spike.start, spike.end)

    def test_messages_are_taken_down_when_planned(self) -> None:
        plan = {(spam.ref, spam.at, spam.deleted) for spam in truth().spam}
        plan |= {(message.ref, message.at, message.deleted) for message in truth().deleted}
        removed = {
            (f"{place.id}/{thread.number}#{message.position}", message.at, message.deleted)
            for place, thread, message in messages()
            if message.deleted
        }

        assert removed == plan

    def test_messages_are_edited_when_planned(self) -> None:
        edits = {
            (f"{place.id}/{thread.number}#{message.position}", message.edited)
            for place, thread, message in messages()
            if message.edited
        }

        assert edits == {(each.ref, each.at) for each in truth().edited}
        place, at = world().place("spoke-forum"), truth().edited[0].at
        before, after = (text(place, "/t/902.json", now) for now in (at - MINUTE, at))
        assert "nineteen batteries in all" not in before
        assert "nineteen batteries in all" in after

    def test_the_exploding_thread_has_the_planned_counts(self) -> None:
        id, number = truth().exploding.removesuffix("#1").split("/")
        thread = next(t for t in world().place(id).threads if t.number == int(number))

        for at, likes in truth().exploding_counts:
            assert data(world().place(id), f"/v0/item/{thread.messages[0].number}.json", at)["score"] == likes

    def test_first_replies_come_when_planned(self) -> None:
        for plan in truth().replies:
            place = world().place(plan.place)
            thread = next(t for t in place.threads if t.number == plan.thread)
            answers = [
                m for m in thread.messages if m.by != thread.messages[0].by and not _person(place, m).is_bot
            ]
            team = [m for m in answers if _person(place, m).is_staff]

            assert (_minutes(thread, answers), _minutes(thread, team)) == (plan.first, plan.staff), plan

    def test_every_thread_a_member_opens_is_in_the_plan_of_replies(self) -> None:
        planned = {(plan.place, plan.thread) for plan in truth().replies}
        opened = {
            (place.id, thread.number)
            for place in world().places
            if place.engine == "discourse"
            for thread in place.threads
            if not _person(place, thread.messages[0]).is_staff and not thread.messages[0].deleted
        }

        assert planned == opened

    def test_plants_are_never_served(self) -> None:
        assert not [
            place.id
            for place in world().places
            if re.search('"plant"|rival-launch|crisis-origin', _all(place, END))
        ]


def _person(place: Place, message: Message) -> Any:
    return place.members_by_handle[message.by]


def _minutes(thread: Thread, answers: list[Message]) -> int | None:
    return int((answers[0].at - thread.opened).total_seconds() // 60) if answers else None


def _spoken() -> Iterator[tuple[datetime, str]]:
    for _, post in posts():
        yield post.published, f"{post.revisions[0].title} {post.revisions[0].html}"
    for _, thread, message in messages():
        yield message.at, f"{thread.title if message.position == 1 else ''} {message.html}"


def _all(place: Place, now: datetime) -> str:
    """Everything a place serves at a time, put together."""
    pages = [text(place, urlsplit(place.url(post)).path, now) for post in place.posts]
    return "".join((*pages, *_conversations(place, now)))


def _conversations(place: Place, now: datetime) -> Iterator[str]:
    if place.engine == "discourse":
        yield from (text(place, f"/t/{thread.number}", now) for thread in place.threads)
    if place.engine == "phpbb":
        pages = ((thread, start) for thread in place.threads for start in (0, 10, 20))
        yield from (
            text(place, f"/viewtopic.php?t={thread.number}&start={start}", now) for thread, start in pages
        )
    if place.engine == "mastodon":
        yield text(place, "/api/v1/timelines/public?limit=40", now)
        yield text(place, place.feed, now)
    if place.engine == "hackernews":
        yield text(place, "/api/v1/search?hitsPerPage=500", now)


class TestFolder:
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_the_demo_watchlist_is_valid_and_reads_the_demo_web(self, tmp_path: Path, language: str) -> None:
        path = write_demo_watch(tmp_path / "watch", port=4321, language=language)

        watchlist = load_watchlist(path)

        assert path == tmp_path / "watch" / "watchlist.toml"
        assert watchlist.language == language
        assert {(entry.host, entry.address, entry.port) for entry in watchlist.crawl.hosts} == {
            (host, "127.0.0.1", 4321) for host in world().hosts
        }
        assert {source.id for source in watchlist.sources} == {place.id for place in world().places}

    def test_every_source_of_the_watchlist_is_served_at_the_beginning(self, tmp_path: Path) -> None:
        watchlist = load_watchlist(write_demo_watch(tmp_path, port=1, language="fr"))
        sites = Sites(world=world())
        statuses = {
            source.id: sites.answer(urlsplit(source.url).netloc, path_of(source.url), day_start(4)).status
            for source in watchlist.sources
        }

        assert set(statuses.values()) == {200}
