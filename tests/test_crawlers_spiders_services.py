"""Services, crawled over loopback in a real child process: a first run, then one in an unchanged world."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.archive import Archive
from crawlers.items import Item, Outcome
from tests.conftest import NOW
from tests.crawling import Watch
from tests.golden import DATA
from tests.web import Answer, Asked, Web

LATER = NOW + timedelta(days=1)
HOME = "http://127.0.0.1"
VIDEO = "guid:www.youtube.com:yt:video:abcDEF12345"


def read(name: str) -> bytes:
    return (DATA / name).read_bytes()


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    monkeypatch.setenv("A_TOKEN", "secret-token")
    return Watch(folder=tmp_path)


def local(web: Web, name: str, *hosts: str) -> bytes:
    """A golden page whose places are on loopback."""
    body = read(name)
    for host in hosts:
        body = body.replace(f"https://{host}".encode(), web.url("").rstrip("/").encode())
    return body


def items_of(watch: Watch, source: str) -> list[Item]:
    with Archive.open(watch.archive, readonly=True) as archive:
        seen = archive.sightings(archive.item_ids())
        mine = [id for id, sightings in seen.items() if any(each.source == source for each in sightings)]
        return sorted(archive.items(mine), key=lambda item: item.permalink)


def read_all(watch: Watch, *, at: timedelta = timedelta()) -> dict[str, Outcome]:
    crawled = watch.read(NOW + at, force=True)
    assert crawled.error is None
    return crawled.outcomes


def test_a_page_is_kept_and_its_changes_are_news(web: Web, watch: Watch) -> None:
    web.page("/tarifs", read("page/prices.html"))
    watch.add("prices", web.url("/tarifs"), kind="page")

    first = read_all(watch)["prices"]
    same = read_all(watch, at=timedelta(hours=6))["prices"]
    web.page("/tarifs", read("page/prices-later.html"))
    moved = read_all(watch, at=timedelta(days=1))["prices"]

    assert (first.state, first.new) == ("ok", 1)
    assert (same.state, same.new, same.changed) == ("unchanged", 0, 0)
    assert (moved.new, moved.changed) == (1, 1)
    page, change = items_of(watch, "prices")
    assert change.title == "Changed: Tarifs"
    assert "<ins>Photon Pro : 15 €" in change.html
    with Archive.open(watch.archive, readonly=True) as archive:
        assert len(archive.revisions(page.id)) == 2


def test_a_sitemap_leads_to_new_pages_only_and_to_each_once(web: Web, watch: Watch) -> None:
    web.page("/news.xml", local(web, "sitemap/news.xml", "www.gazette.example"))
    web.page("/photon-augmente-ses-prix", read("article/panne.html"))
    watch.add("gazette", web.url("/news.xml"), kind="sitemap", full_text="auto")

    first = read_all(watch)["gazette"]
    web.forget()
    second = read_all(watch, at=timedelta(hours=6))["gazette"]

    assert (first.state, first.new) == ("ok", 1)
    (article,) = items_of(watch, "gazette")
    assert article.permalink == web.url("/photon-augmente-ses-prix")
    assert article.html
    assert (second.state, second.new) == ("unchanged", 0)
    assert [asked.path for asked in web.requests] == ["/news.xml"]


def test_a_blog_is_read_by_its_api_and_its_comments_belong_to_their_posts(web: Web, watch: Watch) -> None:
    web.page("/wp-json/wp/v2/posts", local(web, "wordpress/posts.json", "blog.lumen.example"))
    web.page("/wp-json/wp/v2/comments", local(web, "wordpress/comments.json", "blog.lumen.example"))
    watch.add("blog", web.url("/"), kind="wordpress")

    first = read_all(watch)["blog"]
    web.forget()
    second = read_all(watch, at=timedelta(hours=6))["blog"]

    assert (first.state, first.new) == ("ok", 3)
    post, question, answer = items_of(watch, "blog")
    assert question.thread_id == answer.thread_id == post.id
    assert answer.parent_id == question.id
    assert (second.state, second.new, second.changed) == ("unchanged", 0, 0)
    assert len(web.requests) == 2


def test_a_blog_whose_api_is_closed_is_read_by_its_feed_and_the_same_post_is_one(
    web: Web, watch: Watch
) -> None:
    link = web.url("/2026/11/version-5/")
    feed = f"""<rss version="2.0"><channel><title>B</title><item><title>La version 5</title>
        <link>{link}</link><guid isPermaLink="false">{web.url("/?p=41")}</guid>
        <pubDate>Thu, 19 Nov 2026 17:00:00 +0000</pubDate>
        <description>Elle est là.</description></item></channel></rss>"""
    web.status("/wp-json/wp/v2/posts", 401)
    web.page("/feed/", feed.encode())
    watch.add("blog", web.url("/"), kind="wordpress")

    closed = read_all(watch)["blog"]
    web.page("/wp-json/wp/v2/posts", local(web, "wordpress/posts.json", "blog.lumen.example"))
    opened = read_all(watch, at=timedelta(days=1))["blog"]

    assert (closed.state, closed.new) == ("ok", 1)
    assert opened.new == 0
    assert len(items_of(watch, "blog")) == 1


def test_a_channel_is_read_and_a_post_that_disappears_is_marked(web: Web, watch: Watch) -> None:
    page = local(web, "telegram/channel.html", "t.me")
    between = page.replace(b"photon_news/118", b"photon_news/119")
    web.page("/s/photon_news", between)
    watch.add("tg", web.url("/s/photon_news"), kind="telegram")
    read_all(watch)
    web.page("/s/photon_news", page)

    second = read_all(watch, at=timedelta(days=1))["tg"]

    assert second.new == 1
    found = {item.permalink.rpartition("/")[2]: item for item in items_of(watch, "tg")}
    assert found["119"].deleted is not None
    assert found["121"].deleted is None
    assert found["121"].engagement.views == 842
    with Archive.open(watch.archive, readonly=True) as archive:
        samples = archive.community_samples(
            "tg", since=NOW - timedelta(days=1), until=LATER + timedelta(days=1)
        )
    assert [sample.subscribers for sample in samples] == [12400, 12400]


def test_a_channel_without_preview_is_walled(web: Web, watch: Watch) -> None:
    web.page("/s/photon_news", b"<html><body>Preview channel</body></html>")
    watch.add("tg", web.url("/s/photon_news"), kind="telegram")

    outcome = read_all(watch)["tg"]

    assert outcome.state == "walled"
    assert "shows no posts to the public" in outcome.reason


def test_a_folder_of_newsletters_is_read_once(watch: Watch, tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "news.mbox").write_bytes(read("mailbox/news.mbox"))
    watch.add("letters", str(folder), kind="mailbox")

    first = read_all(watch)["letters"]
    second = read_all(watch, at=timedelta(hours=6))["letters"]

    assert (first.state, first.new) == ("ok", 3)
    assert (second.new, second.changed, second.seen) == (0, 0, 0)
    found = {item.title: item for item in items_of(watch, "letters")}
    letter = found["7 nouveautés de novembre"]
    question, answer = found["[photon-users] Export"], found["Re: [photon-users] Export"]
    assert letter.thread_id == letter.id
    assert answer.thread_id == answer.parent_id == question.id


def test_a_mailbox_that_is_not_there_is_told(watch: Watch, tmp_path: Path) -> None:
    watch.add("letters", str(tmp_path / "nowhere"), kind="mailbox")

    outcome = read_all(watch)["letters"]

    assert outcome.state == "failed"
    assert "There is no mailbox" in outcome.reason


def serve_youtube(web: Web) -> None:
    channel = {
        "items": [
            {
                "id": "UC",
                "statistics": {"subscriberCount": "5120"},
                "contentDetails": {"relatedPlaylists": {"uploads": "UUphoton"}},
            }
        ]
    }
    playlist = {
        "items": [
            {"contentDetails": {"videoId": "abcDEF12345"}},
            {"contentDetails": {"videoId": "zyxWVU98765"}},
        ]
    }
    comments = json.loads(read("youtube/comments.json"))
    del comments["nextPageToken"]
    web.page("/youtube/v3/channels", json.dumps(channel).encode())
    web.page("/youtube/v3/playlistItems", json.dumps(playlist).encode())
    web.page("/youtube/v3/videos", read("youtube/videos.json"))
    web.page("/youtube/v3/commentThreads", json.dumps(comments).encode())


def test_a_youtube_channel_is_read_with_its_comments_and_size(web: Web, watch: Watch) -> None:
    serve_youtube(web)
    watch.add("tube", web.url("/youtube/v3"), kind="youtube", target="@photon", token_env="A_TOKEN")

    first = read_all(watch)["tube"]
    keys = {asked.headers.get("x-goog-api-key") for asked in web.requests if "youtube" in asked.path}
    web.forget()
    second = read_all(watch, at=timedelta(hours=1))["tube"]

    assert (first.state, first.new) == ("ok", 4)
    assert keys == {"secret-token"}
    assert [asked.path.partition("?")[0] for asked in web.requests] == [
        "/youtube/v3/playlistItems",
        "/youtube/v3/videos",
    ]
    assert (second.new, second.changed) == (0, 0)
    assert not any("secret-token" in asked.path for asked in web.requests)
    with Archive.open(watch.archive, readonly=True) as archive:
        (sample,) = archive.community_samples("tube", since=NOW - timedelta(days=1), until=LATER)
    assert sample.subscribers == 5120


def test_a_youtube_video_that_is_gone_is_marked(web: Web, watch: Watch) -> None:
    serve_youtube(web)
    watch.add("tube", web.url("/youtube/v3"), kind="youtube", target="@photon", token_env="A_TOKEN")
    read_all(watch)
    web.page("/youtube/v3/videos", b'{"items": []}')

    read_all(watch, at=timedelta(days=1))

    with Archive.open(watch.archive, readonly=True) as archive:
        video = archive.item(archive.resolve(VIDEO) or "")
    assert video is not None
    assert video.deleted is not None


@pytest.mark.parametrize(
    ("token", "answer", "told"),
    [
        ("NO_SUCH", (200, b"{}"), ("walled", "API key")),
        ("A_TOKEN", (403, b'{"error": {"reason": "quotaExceeded"}}'), ("failed", "quota")),
        ("A_TOKEN", (400, b'{"error": {"reason": "badRequest"}}'), ("walled", "refuses the API key")),
    ],
    ids=["no-key", "quota", "bad-key"],
)
def test_a_missing_key_and_a_used_up_quota_are_told_apart(
    web: Web, watch: Watch, token: str, answer: tuple[int, bytes], told: tuple[str, str]
) -> None:
    web.answer("/youtube/v3/channels", lambda _: Answer(status=answer[0], body=answer[1]))
    watch.add("tube", web.url("/youtube/v3"), kind="youtube", target="@photon", token_env=token)

    outcome = read_all(watch)["tube"]

    assert outcome.state == told[0]
    assert told[1] in outcome.reason


def serve_reddit(web: Web) -> None:
    thread = json.loads(read("reddit/thread.json"))
    listing = {"kind": "Listing", "data": {"after": None, "children": thread[0]["data"]["children"]}}
    late = {
        "kind": "t1",
        "data": {
            "name": "t1_c4",
            "id": "c4",
            "link_id": "t3_1abc",
            "parent_id": "t3_1abc",
            "author": "noe",
            "permalink": "/r/photon/comments/1abc/export_crash/c4/",
            "body": "Same here",
            "score": 2,
            "created_utc": 1795111400.0,
            "edited": False,
        },
    }
    more = {"json": {"errors": [], "data": {"things": [late]}}}
    web.page("/r/photon/new", json.dumps(listing).encode())
    web.page("/comments/1abc", json.dumps(thread).encode())
    web.page("/api/morechildren", json.dumps(more).encode())


def test_a_subreddit_is_read_with_every_comment(web: Web, watch: Watch) -> None:
    serve_reddit(web)
    watch.add("sub", web.url("/r/photon"), kind="reddit", token_env="A_TOKEN")

    first = read_all(watch)["sub"]
    asked = {each.headers.get("authorization") for each in web.requests if each.path != "/robots.txt"}
    web.forget()
    second = read_all(watch, at=timedelta(hours=1))["sub"]

    assert (first.state, first.new) == ("ok", 4)
    assert asked == {"Bearer secret-token"}
    assert (second.new, second.changed) == (0, 0)
    assert [each.path.partition("?")[0] for each in web.requests] == ["/r/photon/new"]


def test_an_application_gets_its_session_first(
    web: Web, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "name:secret")
    serve_reddit(web)

    def open_session(asked: Asked) -> Answer:
        is_known = asked.body == b"grant_type=client_credentials" and asked.method == "POST"
        return Answer(body=b'{"access_token": "of-an-hour"}' if is_known else b"{}")

    web.answer("/api/v1/access_token", open_session)
    watch.add("sub", web.url("/r/photon"), kind="reddit", token_env="A_TOKEN")

    outcome = read_all(watch)["sub"]

    assert (outcome.state, outcome.new) == ("ok", 4)
    assert web.asked("/r/photon/new?limit=100&raw_json=1")[0].headers["authorization"] == "Bearer of-an-hour"


def test_reddit_without_an_application_obeys_its_robots(web: Web, watch: Watch) -> None:
    web.robots("User-agent: *\nDisallow: /\n")
    watch.add("sub", web.url("/r/photon"), kind="reddit")

    outcome = read_all(watch)["sub"]

    assert outcome.state == "blocked_by_robots"
    assert [asked.path for asked in web.requests] == ["/robots.txt"]


def test_reviews_and_incidents_are_read(web: Web, watch: Watch) -> None:
    web.page("/fr/rss/customerreviews/page=1/id=1234567/sortby=mostrecent/json", read("reviews/store.json"))
    web.page("/fr/rss/customerreviews/page=2/id=1234567/sortby=mostrecent/json", b'{"feed": {}}')
    web.page("/api/v2/incidents.json", read("status/incidents.json"))
    web.page("/api/v2/scheduled-maintenances.json", b'{"scheduled_maintenances": []}')
    watch.add("stars", web.url("/fr/app/photon/id1234567"), kind="reviews")
    watch.add("status", web.url("/"), kind="status")

    first = read_all(watch)
    second = read_all(watch, at=timedelta(hours=6))

    assert (first["status"].state, first["status"].new) == ("ok", 2)
    assert first["stars"].new == 2
    assert [item.engagement.rating for item in items_of(watch, "stars")] == [5.0, 2.0]
    assert {outcome.new for outcome in second.values()} == {0}


def test_a_status_page_without_api_is_read_by_the_feed_it_names(web: Web, watch: Watch) -> None:
    feed = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>S</title><entry><id>tag:s,2026:1</id>
        <title>Late posts</title><link href="/incidents/1"/><updated>2026-11-19T10:00:00Z</updated>
        <content>Resolved</content></entry></feed>"""
    page = (
        b'<html><head><link rel="alternate" type="application/atom+xml" href="/history.atom"></head></html>'
    )
    web.page("/status", page)
    web.page("/history.atom", feed)
    watch.add("status", web.url("/status"), kind="status")

    outcome = read_all(watch)["status"]

    assert (outcome.state, outcome.new) == ("ok", 1)
