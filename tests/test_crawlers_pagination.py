"""The next page, from the links of a page alone."""

from __future__ import annotations

import pytest

from crawlers.pagination import find_next, find_next_number
from crawlers.parsers.feed_links import parse_page

URL = "https://forum.example/viewforum.php?f=3"


def following(body: str, url: str = URL) -> str | None:
    tree = parse_page(f"<html><body>{body}</body></html>".encode(), charset="utf-8")
    assert tree is not None
    return find_next(tree, url) or find_next_number(tree, url)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<a rel="next" href="?f=3&start=25">2</a>', "?f=3&start=25"),
        ('<div class="pagination"><a href="?f=3&start=25">Suivante</a></div>', "?f=3&start=25"),
        ('<div class="pages"><a href="?f=3&page=2">»</a></div>', "?f=3&page=2"),
        ('<a class="next page-numbers" href="/page/2/">More</a>', "/page/2/"),
        ('<div class="pagination"><strong>1</strong> <a href="?f=3&start=25">2</a></div>', "?f=3&start=25"),
    ],
    ids=["rel", "word", "arrow", "class", "numbers"],
)
def test_the_next_page_is_found(body: str, expected: str) -> None:
    assert following(body) == "https://forum.example" + (
        f"/viewforum.php{expected}" if expected.startswith("?") else expected
    )


@pytest.mark.parametrize(
    "body",
    [
        "",
        '<a rel="prev" href="?f=3&start=0">Previous</a>',
        '<div class="calendar"><a class="next" href="/2026/12/">»</a></div>',
        '<a rel="next" href="https://other.example/page/2">Next</a>',
        '<a rel="next" href="#top">Next</a>',
        '<div class="post-navigation"><a href="/b-long-title">The long title of another article</a></div>',
        '<div class="pager"><a class="next" href="?limit=all">Show all</a></div>',
    ],
    ids=["nothing", "previous", "calendar", "elsewhere", "here", "article", "all"],
)
def test_none_is_invented(body: str) -> None:
    assert following(body) is None
