"""Golden pairs of the communities' APIs: an answer in the documented shape, and the items it must give."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from crawlers.items import Item
from crawlers.parsers import bluesky, discourse, github, hackernews, lemmy, mastodon, stackexchange
from crawlers.parsers.payload import Node, NotData, read_list, read_object
from crawlers.parsers.timeline import Reply
from crawlers.parsers.walls import WallMet
from crawlers.urls import item_id
from tests.conftest import NOW
from tests.golden import DATA, as_json, read_golden
from watchlists.model import Source, SourceKind

HN = "https://news.ycombinator.com"


def source(kind: SourceKind, url: str, target: str | None = None) -> Source:
    return Source(id="place", kind=kind, url=url, target=target)


def reply(name: str, url: str = "https://api.example/x") -> Reply:
    return Reply(url=url, body=(DATA / name).read_bytes(), now=NOW)


def opening(permalink: str, *aliases: str) -> Item:
    return Item(id=item_id(permalink), kind="post", permalink=permalink, aliases=aliases, fetched=NOW)


def discourse_topic(answer: Reply) -> Iterable[Item]:
    place = source("discourse", "https://forum.example/")
    root = "https://forum.example"
    return discourse.parse_topic(answer.body, url=answer.url, root=root, source=place, now=NOW).items


def mastodon_timeline(answer: Reply) -> Iterable[Item]:
    place = mastodon.locate("https://ici.example/tags/velo", None)
    timeline = mastodon.MastodonTimeline(source=source("mastodon", place.root), place=place)
    return [post.item for post in timeline.parse_list(answer).posts]


def lemmy_posts(answer: Reply) -> Iterable[Item]:
    timeline = lemmy.locate(source("lemmy", "https://ici.example/c/velo"))
    return [post.item for post in timeline.parse_list(answer).posts]


def lemmy_comments(answer: Reply) -> Iterable[Item]:
    timeline = lemmy.locate(source("lemmy", "https://ici.example/c/velo"))
    return timeline.parse_thread(answer, opening=opening("https://ici.example/post/20"))


def bluesky_thread(answer: Reply) -> Iterable[Item]:
    timeline = bluesky.locate(source("bluesky", "https://bsky.app/profile/acme.example"))
    return timeline.parse_thread(answer, opening=opening("https://bsky.app/profile/acme.example/post/3k1"))


def hackernews_item(answer: Reply) -> Iterable[Item]:
    timeline = hackernews.locate(source("hackernews", HN, "acme"))
    return timeline.parse_thread(answer, opening=opening(f"{HN}/item?id=500"))


def stackexchange_questions(answer: Reply) -> Iterable[Item]:
    place = stackexchange.locate(source("stackexchange", "https://stackoverflow.com/questions/tagged/acme"))
    batch = place.parse(answer)
    return [*(question.item for question in batch.questions), *batch.answers]


def github_parts(part: str) -> Callable[[Reply], Iterable[Item]]:
    repository = github.locate(source("github", "https://github.com/acme/app"))
    assert repository is not None
    parse: dict[str, Callable[[Reply], github.Page]] = {
        "releases": repository.parse_releases,
        "issues": repository.parse_issues,
        "comments": repository.parse_comments,
    }
    return lambda answer: parse[part](answer).items


GOLDEN: dict[str, Callable[[Reply], Iterable[Item]]] = {
    "discourse/topic": discourse_topic,
    "mastodon/timeline": mastodon_timeline,
    "lemmy/posts": lemmy_posts,
    "lemmy/comments": lemmy_comments,
    "bluesky/thread": bluesky_thread,
    "hackernews/item": hackernews_item,
    "stackexchange/questions": stackexchange_questions,
    "stackexchange/answers": stackexchange_questions,
    "github/releases": github_parts("releases"),
    "github/issues": github_parts("issues"),
    "github/comments": github_parts("comments"),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_an_answer_in_the_documented_shape_gives_the_golden_items(name: str) -> None:
    items = GOLDEN[name](reply(f"{name}.json"))

    assert [as_json(item) for item in items] == read_golden(f"{name}.expected.json")


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"a":', b"[[[[", b'"x"', b"\xff\xfe", b"[" * 20_000]
)
def test_an_answer_of_another_shape_is_an_error_in_words_or_nothing(name: str, body: bytes) -> None:
    try:
        items = list(GOLDEN[name](Reply(url="https://api.example/x", body=body, now=NOW)))
    except NotData:
        items = []

    assert items == []


HOSTILE: list[Any] = [
    None,
    True,
    -1,
    1e308,
    "x" * 9_000,
    "\ud800",
    "javascript:alert(1)",
    [],
    {},
    [None],
    {"a": {}},
]


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_field_can_hold_what_breaks_a_parser(name: str, value: Any) -> None:
    answer = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    for changed in _each_change(answer, value):
        body = json.dumps(changed).encode()
        try:
            items = list(GOLDEN[name](Reply(url="https://api.example/x", body=body, now=NOW)))
        except (NotData, WallMet):
            continue
        assert all(item.published and item.permalink.startswith("http") for item in items)


def _each_change(value: Any, other: Any) -> Iterable[Any]:
    """The answer with one value after the other replaced."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from ({**value, key: changed} for changed in (other, *_each_change(inner, other)))
    elif isinstance(value, list):
        for place, inner in enumerate(value[:2]):
            yield from ([*value[:place], each, *value[place + 1 :]] for each in _each_change(inner, other))


@pytest.mark.parametrize(
    ("page", "wall"),
    [
        (b"<html><title>Just a moment...</title>", "bots"),
        (b"<html><form><input name=p type=password></form>", "log-in"),
        (b"<html><title>Before you continue to the site</title>", "cookies"),
    ],
)
def test_a_wall_where_data_was_expected_is_named(page: bytes, wall: str) -> None:
    with pytest.raises(WallMet) as raised:
        read_object(page, url="https://forum.example/latest.json")

    assert raised.value.wall == wall


def test_a_page_that_is_no_wall_is_said_to_be_a_page() -> None:
    with pytest.raises(NotData, match="web page"):
        read_list(b"<html><p>hello</p>", url="https://forum.example/latest.json")


def test_what_an_api_does_not_show_is_none_and_never_zero() -> None:
    node = Node({"a": None, "b": True, "c": "3", "d": float("nan"), "e": 0})

    assert [node.count(key) for key in "abcdef"] == [None, None, None, None, 0, None]


@pytest.mark.parametrize(
    ("url", "target", "listing"),
    [
        ("https://f.example", None, "latest"),
        ("https://f.example/forum/latest.rss", None, "latest"),
        ("https://f.example/c/aide/5", None, "c/aide/5"),
        ("https://f.example/c/aide/5.json", None, "c/aide/5"),
        ("https://f.example/tag/vol", None, "tag/vol"),
        ("https://f.example/", "#vol", "tag/vol"),
        ("https://f.example/", "aide/5", "c/aide/5"),
        ("https://f.example/", "aide", ""),
        ("https://f.example/t/une-selle/61/3", None, "t/61"),
        ("https://f.example/t/61", None, "t/61"),
    ],
)
def test_a_discourse_is_read_where_the_address_or_the_target_says(
    url: str, target: str | None, listing: str
) -> None:
    assert discourse.locate(url, target).listing == listing


def test_the_place_of_a_mastodon_source_is_a_hashtag_or_an_account() -> None:
    assert mastodon.locate("https://m.example/@acme@loin.example", None).account == "acme@loin.example"
    assert mastodon.locate("https://m.example/users/acme", None).account == "acme"
    assert mastodon.locate("https://m.example/tags/velo.rss", None).tag == "velo"
    assert mastodon.locate("https://m.example/", "@acme").account == "acme"


def test_without_a_link_header_the_next_page_is_made_of_the_oldest_id() -> None:
    place = mastodon.locate("https://ici.example/tags/velo", None)
    timeline = mastodon.MastodonTimeline(source=source("mastodon", place.root), place=place)
    answer = reply("mastodon/timeline.json", timeline.list_url)

    assert (timeline.parse_list(answer).next_url or "").endswith("?limit=40&max_id=115500000000000001")


def test_the_context_of_an_answer_places_it_in_its_thread() -> None:
    place = mastodon.locate("https://ici.example/tags/velo", None)
    timeline = mastodon.MastodonTimeline(source=source("mastodon", place.root), place=place)
    answer = reply("mastodon/timeline.json")
    late, first = (post.item for post in timeline.parse_list(answer).posts)
    nodes = json.loads(answer.body)
    body = json.dumps({"ancestors": [nodes[2]], "descendants": []}).encode()

    items = timeline.parse_thread(Reply(url="https://ici.example/x", body=body, now=NOW), opening=late)

    placed = {item.id: (item.thread_id, item.parent_id) for item in items}
    assert placed == {late.id: (first.id, first.id), first.id: (first.id, None)}


def test_an_account_for_members_only_is_a_wall() -> None:
    view = {
        "post": {
            "uri": "at://did:plc:a/app.bsky.feed.post/1",
            "author": {"labels": [{"val": "!no-unauthenticated"}]},
        }
    }
    timeline = bluesky.locate(source("bluesky", "https://bsky.app/profile/shy.example"))

    with pytest.raises(WallMet):
        timeline.parse_list(
            Reply(url="https://x.example/", body=json.dumps({"feed": [view]}).encode(), now=NOW)
        )


def test_hacker_news_goes_on_by_date_beyond_what_the_search_shows() -> None:
    url = "https://hn.algolia.com/api/v1/search_by_date?tags=story&hitsPerPage=100"
    timeline = hackernews.locate(source("hackernews", HN, "acme"))

    def next_of(page: int, asked: str) -> str | None:
        hit = {"objectID": "1", "author": "a", "created_at_i": 1795000000}
        answer = {"hits": [hit], "page": page, "nbPages": 40, "hitsPerPage": 100}
        body = json.dumps(answer).encode()
        return timeline.parse_list(Reply(url=asked, body=body, now=NOW)).next_url

    assert next_of(0, url) == f"{url}&page=1"
    assert next_of(9, f"{url}&page=9") == f"{url}&numericFilters=created_at_i%3C1795000000"


def test_a_refusal_of_stack_exchange_carries_its_words_and_its_pause() -> None:
    words = "too many requests from this IP, more requests available in 82216 seconds"
    body = json.dumps({"error_id": 502, "error_message": words, "error_name": "throttle_violation"}).encode()
    place = stackexchange.locate(source("stackexchange", "https://stackoverflow.com", "acme"))

    with pytest.raises(stackexchange.ApiRefusal) as raised:
        place.parse(Reply(url="https://api.example/", body=body, now=NOW))

    assert raised.value.seconds == 82_216


@pytest.mark.parametrize(
    ("url", "target", "site", "tags"),
    [
        ("https://stackoverflow.com/questions/tagged/acme+sdk", None, "stackoverflow", "acme;sdk"),
        ("https://bicycles.stackexchange.com/", "[locks]", "bicycles", "locks"),
        ("https://api.stackexchange.com/2.3?site=askubuntu&tagged=acme", None, "askubuntu", "acme"),
    ],
)
def test_a_site_of_stack_exchange_is_read_where_the_address_says(
    url: str, target: str | None, site: str, tags: str
) -> None:
    place = stackexchange.locate(source("stackexchange", url, target))

    assert (place.site, place.tags) == (site, tags)
