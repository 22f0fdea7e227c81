"""Flarum and NodeBB, by the answers of their APIs."""

from __future__ import annotations

import pytest

from crawlers.parsers import flarum, nodebb
from crawlers.parsers.payload import NotData
from tests.conftest import NOW
from tests.golden import DATA, as_json, read_golden
from watchlists.model import Source

PARSERS = {"flarum": flarum.parse_flarum, "nodebb": nodebb.parse_nodebb}
ANSWERS = {
    "flarum/discussions": "https://cafe.example/api/discussions?sort=-lastPostedAt",
    "flarum/posts": "https://cafe.example/api/posts?filter%5Bdiscussion%5D=12",
    "nodebb/recent": "https://rides.example/forum/api/recent",
    "nodebb/topic": "https://rides.example/forum/api/topic/9",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_gives_the_records_written_beside_it(name: str) -> None:
    url = ANSWERS[name]
    source = Source(id="forum", url=url)
    page = PARSERS[name.partition("/")[0]](
        (DATA / f"{name}.json").read_bytes(), url=url, source=source, now=NOW
    )

    assert as_json(page) == read_golden(f"{name}.expected.json")


@pytest.mark.parametrize(
    ("url", "target", "expected"),
    [
        ("https://cafe.example/", None, "/api/discussions?include=user%2Ctags&sort=-lastPostedAt"),
        ("https://cafe.example/t/locks", None, "filter%5Btag%5D=locks"),
        ("https://cafe.example/", "locks", "filter%5Btag%5D=locks"),
        ("https://cafe.example/d/12-which-lock/3", None, "/api/posts?filter%5Bdiscussion%5D=12"),
    ],
)
def test_flarum_is_asked_for_everything_a_tag_or_a_discussion(
    url: str, target: str | None, expected: str
) -> None:
    listing = flarum.find_listing(url, target)

    assert expected in listing
    assert flarum.find_listing(listing, target) == listing


@pytest.mark.parametrize(
    ("url", "target", "expected"),
    [
        ("https://rides.example/", None, "https://rides.example/api/recent"),
        ("https://rides.example/forum/category/2/rides", None, "https://rides.example/forum/api/category/2"),
        ("https://rides.example/", "2/rides", "https://rides.example/api/category/2/rides"),
        ("https://rides.example/", "night", "https://rides.example/api/tags/night"),
        ("https://rides.example/topic/9/night-rides", None, "https://rides.example/api/topic/9"),
    ],
)
def test_nodebb_is_asked_for_everything_a_category_a_tag_or_a_topic(
    url: str, target: str | None, expected: str
) -> None:
    listing = nodebb.find_listing(url, target)

    assert listing == expected
    assert nodebb.find_listing(listing, target) == listing


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize(
    "body", [b"", b"<html></html>", b"[]", b"{}", b'{"data": 3, "topics": 4}', b"[" * 9999]
)
def test_what_is_no_answer_is_refused_or_empty(kind: str, body: bytes) -> None:
    source = Source(id="forum", url="https://cafe.example/")
    try:
        page = PARSERS[kind](body, url="https://cafe.example/api/recent", source=source, now=NOW)
    except NotData:
        return

    assert (page.posts, page.threads) == ((), ())
