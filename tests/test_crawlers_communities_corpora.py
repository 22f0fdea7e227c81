"""Real answers of communities' APIs, captured by others, served on loopback to the real spiders."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawlers.archive import Archive
from crawlers.items import Item
from tests.crawling import Crawled, Watch
from tests.web import Answer, Asked, Web

pytestmark = pytest.mark.corpora
NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
"""Later than every capture."""
EARLIER = NOW.replace(year=2020)
"""Still within ten years of the oldest ones."""
CRAWL = {"delay": 0.001, "history_days": 3650}


@dataclass(frozen=True)
class Replay:
    """What a crawl of captures gave."""

    crawled: Crawled
    items: dict[str, list[Item]]
    """By source."""


def members(corpora: Path, name: str) -> dict[str, bytes]:
    """The files of a set that is one archive."""
    with tarfile.open(corpora / name / f"{name}.tar.gz") as archive:
        found = {each.name: archive.extractfile(each) for each in archive.getmembers() if each.isfile()}
        return {path: file.read() for path, file in found.items() if file}


def replay(watch: Watch, *, now: datetime = NOW) -> Replay:
    """Crawl once, to the end."""
    crawled = watch.read(now)
    assert crawled.error is None, crawled.error
    with Archive.open(watch.archive, readonly=True) as archive:
        seen = archive.sightings(archive.item_ids())
        items: dict[str, list[Item]] = {source: [] for source in watch.sources}
        for item in archive.items(seen):
            for sighting in seen[item.id]:
                items[sighting.source].append(item)
    return Replay(crawled=crawled, items=items)


def assert_complete(items: list[Item], *, but_texts: bool = False) -> None:
    """Text, author, date and address of at least 99 of 100."""
    for present in (
        [bool(item.html or item.title or item.links) or but_texts for item in items],
        [item.author is not None for item in items],
        [item.published is not None and not item.published_raw for item in items],
        [item.permalink.startswith("http") for item in items],
    ):
        assert sum(present) >= 0.99 * len(items)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(folder=tmp_path, crawl=dict(CRAWL))


def test_discourse_captures(corpora: Path, web: Web, watch: Watch) -> None:
    files = members(corpora, "perceval-captures")
    start = "tests/data/discourse/discourse_"
    web.page("/latest.json", files[f"{start}topics.json"], host="127.0.0.2")
    web.page("/latest.json", files[f"{start}topics_pinned.json"], host="127.0.0.3")
    topics = {number: json.loads(files[f"{start}topic_{number}.json"]) for number in (1148, 1149, 1150)}
    for host in ("127.0.0.2", "127.0.0.3"):
        for number, topic in topics.items():
            web.page(f"/t/{number}.json", json.dumps(topic).encode(), host=host)
            web.page(f"/t/{number}/posts.json", files[f"{start}posts.json"], host=host)
        watch.add(f"d{host[-1]}", web.url("/", host=host), kind="discourse")
    fixtures = corpora / "discourse-fixtures/discourse__discourse_api/spec/fixtures"
    old = json.loads((fixtures / "topic.json").read_bytes())
    web.page("/latest.json", (fixtures / "latest.json").read_bytes(), host="127.0.0.4")
    web.page(f"/t/{old['id']}.json", (fixtures / "topic.json").read_bytes(), host="127.0.0.4")
    watch.add("d4", web.url(f"/t/{old['id']}", host="127.0.0.4"), kind="discourse")
    watch.add("d5", web.url("/c/test/1", host="127.0.0.5"), kind="discourse")
    web.page("/c/test/1.json", (fixtures / "category_latest_topics.json").read_bytes(), host="127.0.0.5")

    found = replay(watch, now=EARLIER)

    wanted = {
        post["id"]: next((a["count"] for a in post["actions_summary"] if a["id"] == 2), 0)
        for topic in topics.values()
        for post in topic["post_stream"]["posts"]
    }
    got = {int(item.native_id or 0): item.engagement.upvotes for item in found.items["d2"]}
    assert wanted.items() <= got.items()
    assert found.items["d3"]
    assert len(found.items["d4"]) == len(old["post_stream"]["posts"])
    for source, items in found.items.items():
        assert_complete(items)
        assert found.crawled.outcomes[source].state in {"ok", "partial", "silent"}


def recorded_timelines(files: dict[str, bytes]) -> Iterator[tuple[str, bytes, str]]:
    """Every list of statuses: its recording, its body, its Link header."""
    for path, data in files.items():
        for exchange in (
            yaml.load(data, Loader=yaml.CSafeLoader)["interactions"] if path.endswith(".yaml") else ()
        ):
            address = exchange["request"]["uri"].partition("?")[0]
            text = exchange["response"]["body"]["string"]
            body = text if isinstance(text, bytes) else text.encode()
            if exchange["request"]["method"] != "GET" or not body.startswith(b'[{"id"'):
                continue
            if "/timelines/" in address or re.search(r"/accounts/\d+/statuses$", address):
                headers = {name.lower(): value for name, value in exchange["response"]["headers"].items()}
                yield path, body, ", ".join(headers.get("link", []))


def test_mastodon_captures(corpora: Path, web: Web, watch: Watch) -> None:
    recorded = list(recorded_timelines(members(corpora, "mastodon-cassettes")))
    wanted: dict[str, dict[str, Any]] = {}
    for number, (_, body, _) in enumerate(recorded):
        host, id = f"127.0.1.{number}", f"m{number}"
        web.page("/api/v1/timelines/tag/x", body, host=host)
        watch.add(id, web.url("/", host=host), kind="mastodon", target="#x")
        wanted[id] = {
            status["url"] or status["uri"]: status
            for status in json.loads(body)
            if not status.get("reblog") and status.get("visibility", "public") in {"public", "unlisted"}
        }

    found = replay(watch)

    assert len(recorded) > 20
    for id, statuses in wanted.items():
        items = {address: item for item in found.items[id] for address in (item.permalink, *item.aliases)}
        assert_complete(found.items[id], but_texts=True)
        assert found.crawled.outcomes[id].state in {"ok", "partial", "silent"}
        for url, status in statuses.items():
            item = items[url]
            assert item.html == status["content"]
            assert item.engagement.upvotes is not None


def test_mastodon_counts_are_those_of_the_capture(corpora: Path) -> None:
    from crawlers.parsers.mastodon import MastodonTimeline, locate
    from crawlers.parsers.timeline import Reply
    from watchlists.model import Source

    place = locate("http://localhost:3000/tags/x", None)
    timeline = MastodonTimeline(source=Source(id="m", kind="mastodon", url=place.root), place=place)
    pages = 0
    for _, body, link in recorded_timelines(members(corpora, "mastodon-cassettes")):
        page = timeline.parse_list(Reply(url=timeline.list_url, body=body, now=NOW, link=link))
        statuses = {status["id"]: status for status in json.loads(body)}
        pages += bool(page.next_url)

        for post in page.posts:
            status, counts = statuses[post.key], post.item.engagement
            shown = tuple(status.get(f"{name}_count") for name in ("favourites", "replies", "reblogs"))
            assert (counts.upvotes, counts.replies, counts.shares) == shown
    assert pages > 20


def test_stack_exchange_captures(corpora: Path, web: Web, watch: Watch) -> None:
    files = members(corpora, "perceval-captures")
    start = "tests/data/stackexchange/stackexchange_question"
    for number, name in enumerate(("", "_page", "_page_2", "_backoff_page")):
        host = f"127.0.0.{number + 2}"
        for path in ("/2.3/questions", "/2.3/questions/1/answers"):
            web.page(path, files[f"{start}{name}"], host=host)
        url = web.url("/2.3?site=stackoverflow", host=host)
        watch.add(f"s{number}", url, kind="stackexchange", page_budget=5)

    found = replay(watch)

    for number, name in enumerate(("", "_page", "_page_2", "_backoff_page")):
        questions = json.loads(files[f"{start}{name}"])["items"]
        items = {item.native_id: item for item in found.items[f"s{number}"]}
        assert_complete(list(items.values()), but_texts=True)  # the captures have no texts
        for question in questions:
            counts = items[f"q{question['question_id']}"].engagement
            shown = (question["up_vote_count"], question["down_vote_count"], question["view_count"])
            assert (counts.upvotes, counts.downvotes, counts.views) == shown
    assert found.crawled.outcomes["s3"].state == "partial"


def test_github_captures(corpora: Path, web: Web, watch: Watch) -> None:
    files = members(corpora, "perceval-captures")
    start = "tests/data/github/github_"
    issues = [*json.loads(files[f"{start}issue_1"]), *json.loads(files[f"{start}issue_2"])]
    comments = [
        *json.loads(files[f"{start}issue_comments_1"]),
        *json.loads(files[f"{start}issue_comments_2"]),
    ]
    web.page("/repos/o/r/issues", json.dumps(issues).encode())
    web.page("/repos/o/r/issues/comments", json.dumps(comments).encode())
    web.page("/repos/o/r", files[f"{start}repo"])
    watch.add("g", web.url("/repos/o/r"), kind="github", target="issues")

    found = replay(watch)

    items = {item.permalink: item for item in found.items["g"]}
    assert_complete(list(items.values()))
    for node in (*issues, *comments):
        if "pull_request" in node or "/pull/" in node["html_url"]:
            continue
        counts = items[node["html_url"]].engagement
        assert (counts.upvotes, counts.downvotes) == (node["reactions"]["+1"], node["reactions"]["-1"])


def test_hacker_news_captures(corpora: Path, web: Web, watch: Watch) -> None:
    recorded = json.loads((corpora / "hn-fixtures/test/fixtures/fixtures.json").read_bytes())
    replies = [each["reply"] for each in recorded if "hits" in each["reply"]]
    for number, reply in enumerate(replies):
        host = f"127.0.0.{number + 2}"
        web.page("/api/v1/search_by_date", json.dumps({**reply, "nbPages": 1}).encode(), host=host)
        watch.add(f"h{number}", web.url("/", host=host), kind="hackernews")
    tree = next(each["reply"] for each in recorded if "/items/" in each["url"])

    def item(_: Asked) -> Answer:
        return Answer(body=json.dumps(tree).encode())

    story = {
        "objectID": "1",
        "author": "pg",
        "title": "Y Combinator",
        "created_at_i": 1760418111,
        "num_comments": 1,
    }
    web.page(
        "/api/v1/search_by_date", json.dumps({"hits": [story], "nbPages": 1}).encode(), host="127.0.0.99"
    )
    web.answer("/api/v1/items/1", item, host="127.0.0.99")
    watch.add("tree", web.url("/", host="127.0.0.99"), kind="hackernews", target="combinator")

    found = replay(watch)

    for number, reply in enumerate(replies):
        (hit,), (got,) = reply["hits"], found.items[f"h{number}"]
        counts = got.engagement
        assert_complete([got])
        assert counts.upvotes == hit["points"]
        assert counts.replies == (hit["num_comments"] if not hit["parent_id"] else None)
    assert {item.native_id for item in found.items["tree"]} >= {"1", str(tree["id"])}


def test_bluesky_captures(corpora: Path, web: Web, watch: Watch) -> None:
    files = members(corpora, "bluesky")
    body = next(
        data for path, data in files.items() if path.endswith("thread_view_post_with_embed_media.json")
    )
    post = json.loads(body)["thread"]["post"]
    web.page("/xrpc/app.bsky.feed.getAuthorFeed", json.dumps({"feed": [{"post": post}]}).encode())
    web.page("/xrpc/app.bsky.feed.getPostThread", body)
    watch.add("b", web.url("/profile/test.marshal.dev"), kind="bluesky")

    (item, *_) = replay(watch).items["b"]

    assert item.html in {f"<p>{post['record']['text']}</p>", post["record"]["text"]}
    assert item.engagement.upvotes == post["likeCount"]
    assert item.author is not None
