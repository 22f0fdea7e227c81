"""Readers of communities: what they ask for, in which order, and what they make of refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy import Request
from scrapy.http import TextResponse

from crawlers.archive import Archive
from crawlers.run import start_crawl
from tests.conftest import NOW
from tests.crawling import Watch, listen
from tests.demo_web import Reading, answer_from
from tests.golden import DATA
from tests.web import Answer, Asked, Web
from watchlists.demo.clock import day_start
from watchlists.demo.sites import Sites
from watchlists.demo.world import World
from watchlists.model import Source, SourceKind

HOUR = timedelta(hours=1)
Page = tuple[int, Any, dict[str, str]]


class Api:
    """Answers by path, or by path and query, in process."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}

    def put(self, path: str, data: Any, *, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, data, named)

    def golden(self, path: str, name: str) -> None:
        self.put(path, json.loads((DATA / name).read_text(encoding="utf-8")))

    def __call__(self, request: Request, now: datetime) -> TextResponse:
        parts = urlsplit(request.url)
        found = self.pages.get(f"{parts.path}?{parts.query}") or self.pages.get(parts.path)
        status, data, headers = found or (404, {"error": "not found"}, {})
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        return TextResponse(request.url, status=status, body=body, headers=headers, request=request)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive.db") as opened:
        yield opened


@pytest.fixture
def reader(api: Api, archive: Archive) -> Callable[..., Reading]:
    """A source of a kind, on the API."""

    def make(kind: SourceKind, url: str, **keys: Any) -> Reading:
        environ = {"PLACE_TOKEN": "secret"}
        source = Source(id=kind, kind=kind, url=url, **keys)
        return Reading(source=source, archive=archive, ask=api, environ=environ)

    return make


def topic_list(*topics: tuple[int, int, int, datetime], more: str = "") -> dict[str, Any]:
    """Number, posts, likes and last activity of each."""
    listed = [
        {"id": id, "posts_count": posts, "like_count": likes, "bumped_at": at.isoformat(), "views": 10}
        for id, posts, likes, at in topics
    ]
    return {"topic_list": {"topics": listed, "more_topics_url": more or None}}


def topic(id: int, posts: range, stream: range) -> dict[str, Any]:
    """A topic that shows some of its posts."""
    shown = [post(id, number) for number in posts]
    return {
        "id": id,
        "title": f"Topic {id}",
        "slug": "topic",
        "posts_count": len(stream),
        "views": 10,
        "post_stream": {"posts": shown, "stream": [id * 10_000 + number for number in stream]},
    }


def post(id: int, number: int) -> dict[str, Any]:
    return {
        "id": id * 10_000 + number,
        "post_number": number,
        "topic_id": id,
        "topic_slug": "topic",
        "username": f"user{number % 50}",
        "cooked": f"<p>Words of post {number}, and some more of them.</p>" * 5,
        "created_at": (NOW - timedelta(days=6) + timedelta(seconds=number)).isoformat(),
        "actions_summary": [],
        "version": 1,
    }


class TestDiscourse:
    @pytest.mark.slow
    def test_a_thread_of_5000_posts_is_read_over_several_runs_and_in_little_memory(
        self, tmp_path: Path
    ) -> None:
        watch = Watch(folder=tmp_path, crawl={"delay": 0.001})
        whole = range(1, 5001)

        def batch(asked: Asked) -> Answer:
            ids = parse_qs(urlsplit(asked.path).query)["post_ids[]"]
            posts = [post(7, int(id) - 70_000) for id in ids]
            return Answer(body=json.dumps({"post_stream": {"posts": posts}, "id": 7}).encode())

        with Web() as web:
            web.page("/latest.json", json.dumps(topic_list((7, 5000, 0, NOW - HOUR))).encode())
            web.page("/t/7.json", json.dumps(topic(7, range(1, 21), whole)).encode())
            web.answer("/t/7/posts.json", batch)
            watch.add("forum", web.url("/"), kind="discourse", every="1h", page_budget=100)
            states, sizes, largest = [], [], 0
            for run in range(4):
                process = start_crawl(watch.job(NOW + run * HOUR))
                events, _ = listen(process)
                largest = max(largest, peak_memory(process.pid))
                process.wait()
                states.append(next(event.state for event in events if hasattr(event, "state")))
                with Archive.open(watch.archive, readonly=True) as archive:
                    sizes.append(archive.count())
            batches = web.asked("/t/7/posts.json") or [r for r in web.requests if "posts.json" in r.path]

        assert states == ["partial", "partial", "ok", "unchanged"]
        assert sizes[0] < sizes[1] < sizes[2] == sizes[3] == 5000
        assert len({request.path for request in batches}) == len(batches) == 249
        assert largest < 300 * 1024
        with Archive.open(watch.archive, readonly=True) as archive:
            seen = archive.sightings(archive.item_ids())
        assert all(sighting.is_backfill for each in seen.values() for sighting in each)

    def test_small_print_is_no_post_and_is_not_asked_for_again(
        self, api: Api, reader: Callable[..., Reading]
    ) -> None:
        thread = topic(7, range(1, 2), range(1, 3))
        api.put("/latest.json", topic_list((7, 2, 0, NOW)))
        api.put("/t/7.json", thread)
        api.put("/t/7/posts.json", {"post_stream": {"posts": [{**post(7, 2), "post_type": 3}]}})
        reading = reader("discourse", "https://forum.example/")
        reading.read(NOW)
        api.put("/latest.json", topic_list((7, 2, 1, NOW + HOUR)))

        reading.read(NOW + HOUR)

        assert reading.paths == ["latest.json", "t/7.json"]
        assert reading.archive.count() == 1

    def test_a_category_is_found_by_its_name_once(self, api: Api, reader: Callable[..., Reading]) -> None:
        sub = {"id": 9, "slug": "aide", "name": "Aide"}
        listing = {"category_list": {"categories": [{"id": 1, "slug": "x", "subcategory_list": [sub]}]}}
        api.put("/categories.json", listing)
        api.put("/c/aide/9.json", topic_list())
        reading = reader("discourse", "https://forum.example/", target="aide")

        first = (reading.read(NOW).state, reading.paths)
        second = (reading.read(NOW + HOUR).state, reading.paths)

        assert first == ("ok", ["categories.json?include_subcategories=true", "about.json", "c/aide/9.json"])
        assert second == ("unchanged", ["c/aide/9.json"])

    @pytest.mark.parametrize(
        ("status", "body", "state"),
        [
            (403, b'{"errors": ["You need to be logged in"], "error_type": "not_logged_in"}', "walled"),
            (
                200,
                b"<html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform></script>",
                "walled",
            ),
            (200, b"<html><form action=/login><input type=password></form></html>", "walled"),
            (200, b"<html><p>Welcome to our shop</p></html>", "failed"),
            (500, b"", "failed"),
        ],
        ids=["log-in", "bots", "log-in page", "another page", "error"],
    )
    def test_a_wall_is_told_from_a_failure(
        self, api: Api, reader: Callable[..., Reading], status: int, body: bytes, state: str
    ) -> None:
        api.put("/latest.json", body, status=status)

        outcome = reader("discourse", "https://forum.example/").read(NOW)

        assert outcome.state == state
        assert outcome.reason

    def test_a_topic_closed_to_us_is_neither_read_nor_called_deleted(
        self, api: Api, reader: Callable[..., Reading]
    ) -> None:
        api.put("/latest.json", topic_list((7, 1, 0, NOW)))
        api.put("/t/7.json", topic(7, range(1, 2), range(1, 2)))
        reading = reader("discourse", "https://forum.example/")
        reading.read(NOW)
        api.put("/latest.json", topic_list((7, 2, 0, NOW + HOUR)))
        api.put("/t/7.json", {"errors": ["no"]}, status=403)

        reading.read(NOW + HOUR)

        assert [item.deleted for item in reading.archive.items(reading.archive.item_ids())] == [None]

    def test_the_feed_and_the_api_give_the_same_items(self, archive: Archive) -> None:
        place = World.load().place("pedaline-forum")
        ask = answer_from(Sites(world=World.load()))
        feed = Source(id="feed", kind="feed", url=f"{place.root}/posts.rss")
        native = Source(id="api", kind="discourse", url=f"{place.root}/")
        now = day_start(40)
        Reading(source=feed, archive=archive, ask=ask).read(now)
        from_feed = set(archive.item_ids())

        Reading(source=native, archive=archive, ask=ask).read(now + HOUR)

        seen = archive.sightings(from_feed).values()
        assert len(seen) == len(from_feed) > 20
        assert all({sighting.source for sighting in each} == {"feed", "api"} for each in seen)


class TestMastodon:
    def test_an_account_is_looked_up_once_a_day_and_its_followers_are_kept(self, archive: Archive) -> None:
        place = World.load().place("fediroue")
        handle = place.threads[0].messages[0].by
        source = Source(id="account", kind="mastodon", url=f"{place.root}/@{handle}")
        reading = Reading(source=source, archive=archive, ask=answer_from(Sites(world=World.load())))
        now = day_start(40) + 3 * HOUR
        reading.read(now)
        first = reading.paths

        reading.read(now + HOUR)

        written = [m for t in place.threads for m in t.messages if m.by == handle and m.exists(now)]
        own = [
            i for i in archive.items(archive.item_ids()) if i.permalink.startswith(f"{place.root}/@{handle}/")
        ]
        (sample,) = archive.community_samples("account", since=now, until=now + HOUR)
        assert first[0].startswith("api/v1/accounts/lookup")
        assert "lookup" not in reading.paths[0]
        assert len(own) == len(written)
        assert sample.followers == place.members_by_handle[handle].followers

    def test_the_feed_of_a_hashtag_and_the_api_give_the_same_items(self, archive: Archive) -> None:
        place = World.load().place("fediroue")
        ask = answer_from(Sites(world=World.load()))
        now = day_start(40)
        Reading(source=Source(id="feed", url=f"{place.root}{place.feed}"), archive=archive, ask=ask).read(now)
        from_feed = archive.count()
        native = Source(id="api", kind="mastodon", url=f"{place.root}/", target="#velopartage")

        Reading(source=native, archive=archive, ask=ask).read(now + HOUR)

        seen = archive.sightings(archive.item_ids()).values()
        assert sum({s.source for s in each} == {"feed", "api"} for each in seen) == from_feed

    def test_a_server_that_gives_the_same_page_for_ever_is_left(
        self, api: Api, reader: Callable[..., Reading]
    ) -> None:
        page = json.loads((DATA / "mastodon/timeline.json").read_text(encoding="utf-8"))
        api.put("/api/v1/timelines/tag/velo", page)
        reading = reader("mastodon", "https://ici.example/tags/velo")

        reading.read(NOW)

        lists = [path for path in reading.paths if "timelines" in path]
        assert len(lists) == 2

    def test_an_unknown_account_is_a_failure_in_words(self, reader: Callable[..., Reading]) -> None:
        outcome = reader("mastodon", "https://m.example/@nobody").read(NOW)

        assert (outcome.state, outcome.reason) == ("failed", "this server knows no account “nobody”")


class TestLemmy:
    def test_comments_are_read_once_and_again_when_their_number_changes(
        self, api: Api, reader: Callable[..., Reading]
    ) -> None:
        api.golden("/api/v3/post/list", "lemmy/posts.json")
        api.golden("/api/v3/comment/list", "lemmy/comments.json")
        api.put(
            "/api/v3/community", {"community_view": {"counts": {"subscribers": 31, "users_active_month": 4}}}
        )
        reading = reader("lemmy", "https://ici.example/c/velo")
        first = reading.read(NOW)
        second = (reading.read(NOW + timedelta(minutes=5)).state, reading.paths)

        (sample,) = reading.archive.community_samples("lemmy", since=NOW, until=NOW + HOUR)
        assert (first.state, first.new) == ("ok", 3)
        assert second == ("unchanged", ["api/v3/post/list?sort=New&limit=50&community_name=velo"])
        assert (sample.subscribers, sample.active_users) == (31, 4)

    def test_a_comment_that_is_gone_is_marked(self, api: Api, reader: Callable[..., Reading]) -> None:
        api.golden("/api/v3/post/list", "lemmy/posts.json")
        api.golden("/api/v3/comment/list", "lemmy/comments.json")
        reading = reader("lemmy", "https://ici.example/c/velo")
        reading.read(NOW)
        posts = json.loads((DATA / "lemmy/posts.json").read_text(encoding="utf-8"))
        posts["posts"][0]["counts"]["comments"] = 1
        comments = json.loads((DATA / "lemmy/comments.json").read_text(encoding="utf-8"))
        api.put("/api/v3/post/list", posts)
        api.put("/api/v3/comment/list", {"comments": comments["comments"][:1]})
        api.put("/api/v3/comment", {"error": "couldnt_find_comment"}, status=400)

        reading.read(NOW + HOUR)

        gone = [i.permalink for i in reading.archive.items(reading.archive.item_ids()) if i.deleted]
        assert gone == ["https://ici.example/comment/32"]


class TestBluesky:
    def test_posts_and_answers_are_one_conversation(self, api: Api, reader: Callable[..., Reading]) -> None:
        thread = json.loads((DATA / "bluesky/thread.json").read_text(encoding="utf-8"))
        own = thread["thread"]["post"]
        boost = {"post": {**own, "uri": "at://did:plc:z/app.bsky.feed.post/9"}, "reason": {"by": {}}}
        api.put("/xrpc/app.bsky.feed.getAuthorFeed", {"feed": [boost, {"post": own}]})
        api.put("/xrpc/app.bsky.feed.getPostThread", thread)
        api.put("/xrpc/app.bsky.actor.getProfile", {"followersCount": 812})
        reading = reader("bluesky", "https://appview.example/profile/acme.example")

        first = reading.read(NOW)
        second = reading.read(NOW + timedelta(minutes=5))

        items = list(reading.archive.items(reading.archive.item_ids()))
        (sample,) = reading.archive.community_samples("bluesky", since=NOW, until=NOW + HOUR)
        assert (first.state, first.new, second.state, len(reading.requests)) == ("ok", 2, "unchanged", 1)
        assert len({item.thread_id for item in items}) == 1
        assert {item.parent_id for item in items} == {None, items[0].thread_id}
        assert sample.followers == 812
        assert reading.archive.resolve("at://did:plc:aaa/app.bsky.feed.post/3k1") == items[0].thread_id

    def test_a_post_not_found_is_gone(self, api: Api, reader: Callable[..., Reading]) -> None:
        thread = json.loads((DATA / "bluesky/thread.json").read_text(encoding="utf-8"))
        own = {**thread["thread"]["post"], "replyCount": 0}
        other = {**own, "uri": "at://did:plc:aaa/app.bsky.feed.post/3k0"}
        other["record"] = {**own["record"], "createdAt": "2026-11-18T09:00:00Z"}
        api.put("/xrpc/app.bsky.feed.getAuthorFeed", {"feed": [{"post": own}, {"post": other}]})
        reading = reader("bluesky", "https://appview.example/profile/acme.example")
        reading.read(NOW)
        api.put("/xrpc/app.bsky.feed.getAuthorFeed", {"feed": [{"post": other}]})
        api.put("/xrpc/app.bsky.feed.getPostThread", {"error": "NotFound"}, status=400)

        reading.read(NOW + timedelta(minutes=5))

        gone = [i.permalink for i in reading.archive.items(reading.archive.item_ids()) if i.deleted]
        assert gone == ["https://bsky.app/profile/acme.example/post/3k1"]


class TestHackerNews:
    def test_what_is_said_of_a_query_comes_with_its_conversations(
        self, api: Api, reader: Callable[..., Reading]
    ) -> None:
        story = {
            "objectID": "500",
            "author": "mdash",
            "title": "Acme",
            "created_at_i": 1795078800,
            "num_comments": 3,
        }
        said = {"objectID": "700", "author": "kit", "comment_text": "Acme again", "created_at_i": 1795078900}
        hits = [story, {**said, "parent_id": 690, "story_id": 600}]
        api.put("/api/v1/search_by_date", {"hits": hits, "page": 0, "nbPages": 1})
        api.golden("/api/v1/items/500", "hackernews/item.json")
        reading = reader("hackernews", "https://links.example/", target="acme")

        first = reading.read(NOW)
        second = reading.read(NOW + timedelta(minutes=5))

        assert (first.new, second.state, len(reading.requests)) == (5, "unchanged", 1)
        assert reading.archive.resolve("https://links.example/item?id=700")


class TestStackExchange:
    def test_answers_of_many_questions_are_asked_for_at_once(
        self, api: Api, reader: Callable[..., Reading]
    ) -> None:
        questions = json.loads((DATA / "stackexchange/questions.json").read_text(encoding="utf-8"))
        second = {
            **questions["items"][0],
            "question_id": 72,
            "link": "https://stackoverflow.com/questions/72/b",
        }
        questions["items"].append(second)
        answers = json.loads((DATA / "stackexchange/answers.json").read_text(encoding="utf-8"))
        del answers["backoff"]
        api.put("/2.3/questions", questions)
        api.put("/2.3/questions/70;72/answers", answers)
        reading = reader(
            "stackexchange",
            "https://x.example/2.3?site=stackoverflow",
            target="acme",
            token_env="PLACE_TOKEN",
        )

        first = reading.read(NOW)
        asked = [path.partition("?")[0] for path in reading.paths]
        second_run = reading.read(NOW + timedelta(minutes=5))

        assert (first.state, first.new, asked) == ("ok", 3, ["2.3/questions", "2.3/questions/70;72/answers"])
        assert "key=secret" in reading.requests[0].url
        assert (second_run.state, len(reading.requests)) == ("unchanged", 1)

    @pytest.mark.parametrize("field", [{"backoff": 30}, {"quota_remaining": 0}], ids=["pause", "quota"])
    def test_a_pause_or_a_used_up_quota_ends_the_run(
        self, api: Api, reader: Callable[..., Reading], field: dict[str, int]
    ) -> None:
        questions = json.loads((DATA / "stackexchange/questions.json").read_text(encoding="utf-8"))
        api.put("/2.3/questions", {**questions, **field, "has_more": True})
        api.golden("/2.3/questions/70/answers", "stackexchange/answers.json")
        reading = reader("stackexchange", "https://x.example/2.3?site=stackoverflow")

        outcome = reading.read(NOW)

        assert (outcome.state, outcome.seen, len(reading.requests)) == ("partial", 1, 1)

    def test_a_refusal_is_a_wall_with_the_words_of_the_api(
        self, api: Api, reader: Callable[..., Reading]
    ) -> None:
        refusal = {"error_id": 502, "error_message": "more requests available in 7200 seconds"}
        api.put("/2.3/questions", refusal, status=400)

        outcome = reader("stackexchange", "https://x.example/2.3?site=stackoverflow").read(NOW)

        assert outcome.state == "walled"
        assert "7200 seconds" in outcome.reason
        assert outcome.next_due == NOW + 2 * HOUR


class TestGitHub:
    def repository(self, api: Api) -> None:
        for name, path in (("releases", "releases"), ("issues", "issues"), ("comments", "issues/comments")):
            api.golden(f"/repos/acme/app/{path}", f"github/{name}.json")
        api.put("/repos/acme/app", {"stargazers_count": 40, "subscribers_count": 7})

    def test_releases_issues_and_comments_are_read_with_the_token(
        self, api: Api, reader: Callable[..., Reading]
    ) -> None:
        self.repository(api)
        reading = reader("github", "https://code.example/repos/acme/app", token_env="PLACE_TOKEN")

        first = reading.read(NOW)
        asked = {request.headers.get("Authorization") for request in reading.requests}
        second = reading.read(NOW + timedelta(minutes=5))

        (sample,) = reading.archive.community_samples("github", since=NOW, until=NOW + HOUR)
        assert (first.state, first.new, asked) == ("ok", 3, {b"Bearer secret"})
        assert (second.state, second.new, second.changed) == ("unchanged", 0, 0)
        assert (sample.followers, sample.subscribers) == (40, 7)

    def test_a_used_up_quota_is_a_wall_until_it_is_new(
        self, api: Api, reader: Callable[..., Reading]
    ) -> None:
        headers = {
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": "1795161600",
            "Date": "Fri, 20 Nov 2026 07:00:00 GMT",
        }
        for path in ("releases", "issues", "issues/comments", ""):
            named = {name.replace("-", "_"): value for name, value in headers.items()}
            api.put(f"/repos/acme/app/{path}".rstrip("/"), {"message": "rate limit"}, status=403, **named)

        outcome = reader("github", "https://code.example/repos/acme/app").read(NOW)

        assert outcome.state == "walled"
        assert "quota" in outcome.reason
        assert outcome.next_due == NOW + HOUR

    def test_an_issue_that_is_gone_is_marked_when_its_counts_are_due(
        self, api: Api, reader: Callable[..., Reading]
    ) -> None:
        self.repository(api)
        issues = json.loads((DATA / "github/issues.json").read_text(encoding="utf-8"))
        issues[0]["created_at"] = (NOW - timedelta(minutes=10)).isoformat()
        api.put("/repos/acme/app/issues", issues)
        reading = reader("github", "https://code.example/repos/acme/app")
        reading.read(NOW)
        api.put("/repos/acme/app/issues", [])
        api.put("/repos/acme/app/issues/comments", [])

        reading.read(NOW + 2 * HOUR)

        gone = {item.native_id for item in reading.archive.items(reading.archive.item_ids()) if item.deleted}
        assert "issue:7" in gone


def peak_memory(pid: int) -> int:
    """Most memory a process had, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
