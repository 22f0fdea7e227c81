"""Pages watched for change, sitemaps, WordPress and Telegram: golden pairs, and what must not happen."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from crawlers.parsers.page import NothingToWatch, compare, make_change, parse_watched, read_lines
from crawlers.parsers.sitemap import MOST_ENTRIES, NotASitemap, parse_sitemap
from crawlers.parsers.telegram import NoPreview, find_channel, parse_channel, read_count
from crawlers.parsers.wordpress import find_root, parse_comments, parse_posts
from tests.conftest import NOW
from tests.golden import DATA, as_json, read_golden
from watchlists.model import Source

PAGE = Source(id="prices", kind="page", url="https://photon.example/tarifs")
SITEMAP = "https://www.gazette.example/news.xml"
BLOG = Source(id="blog", kind="wordpress", url="https://blog.lumen.example/", language="fr")
CHANNEL = Source(id="tg", kind="telegram", url="https://t.me/s/photon_news", language="en")


def read(name: str) -> bytes:
    return (DATA / name).read_bytes()


def read_page(name: str, source: Source = PAGE) -> Any:
    return parse_watched(read(name), url=source.url, source=source, now=NOW)


GOLDEN: list[tuple[str, Callable[[], Any]]] = [
    ("page/prices", lambda: read_page("page/prices.html")),
    ("sitemap/news", lambda: parse_sitemap(read("sitemap/news.xml"), url=SITEMAP, now=NOW)),
    (
        "wordpress/posts",
        lambda: parse_posts(read("wordpress/posts.json"), url=BLOG.url, source=BLOG, now=NOW),
    ),
    (
        "wordpress/comments",
        lambda: parse_comments(read("wordpress/comments.json"), url=BLOG.url, source=BLOG, now=NOW),
    ),
    (
        "telegram/channel",
        lambda: parse_channel(read("telegram/channel.html"), url=CHANNEL.url, source=CHANNEL, now=NOW),
    ),
]


@pytest.mark.parametrize(("name", "parse"), GOLDEN, ids=[name for name, _ in GOLDEN])
def test_what_a_place_shows_becomes_the_expected_records(name: str, parse: Callable[[], Any]) -> None:
    found = parse()

    records = [as_json(each) for each in found] if isinstance(found, tuple) else as_json(found)
    assert records == read_golden(f"{name}.expected.json")


def test_a_new_price_is_told_line_by_line_and_a_moving_clock_is_not() -> None:
    before, after = read_page("page/prices.html"), read_page("page/prices-later.html")

    changes = compare(before.html, after.html)

    assert [(each.is_added, each.text[:24]) for each in changes] == [
        (False, "Photon Pro : 12 € par mo"),
        (True, "Photon Pro : 15 € par mo"),
    ]
    shown = make_change(after, changes, title="Changed", now=NOW)
    assert "<del>Photon Pro : 12 €" in shown.html
    assert "<ins>Photon Pro : 15 €" in shown.html
    assert shown.id != after.id


def test_menus_and_footers_are_not_watched() -> None:
    lines = read_lines(read_page("page/prices.html").html)

    assert not {"Accueil", "Produits", "© Photon 2026"} & set(lines)


def test_a_target_watches_one_part_only() -> None:
    part = read_page("page/prices.html", Source(id="p", kind="page", url=PAGE.url, target="main table"))

    assert read_lines(part.html) == ["Stockage 100 Go", "Projets illimités"]


@pytest.mark.parametrize("target", ["#nowhere", "p[["], ids=["absent", "no-selector"])
def test_a_target_that_names_nothing_is_told(target: str) -> None:
    with pytest.raises(NothingToWatch):
        read_page("page/prices.html", Source(id="p", kind="page", url=PAGE.url, target=target))


def test_what_a_page_says_cannot_mark_up_its_own_difference() -> None:
    changes = compare("<p>old</p>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>")

    assert "<script" not in make_change(read_page("page/prices.html"), changes, title="", now=NOW).html


def test_a_gzipped_index_names_its_sitemaps() -> None:
    body = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>
        <loc>https://www.gazette.example/2026.xml.gz</loc><lastmod>2026-11-19</lastmod></sitemap></sitemapindex>"""

    found = parse_sitemap(gzip.compress(body), url=SITEMAP, now=NOW)

    assert [place.url for place in found.sitemaps] == ["https://www.gazette.example/2026.xml.gz"]
    assert not found.places


def test_a_list_of_addresses_is_a_sitemap_too() -> None:
    found = parse_sitemap(b"https://www.gazette.example/a\nhttps://other.example/b\n", url=SITEMAP, now=NOW)

    assert [place.url for place in found.places] == ["https://www.gazette.example/a"]


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url/></urlset>',
        b'<!DOCTYPE urlset SYSTEM "file:///etc/passwd"><urlset/>',
        gzip.compress(b"<urlset>" + b" " * 60_000_000),
        b"\x1f\x8bbroken",
        b"<!doctype html><html><body>404</body></html>",
        b"<rss><channel/></rss>",
        b"",
    ],
    ids=["entities", "external", "gzip-bomb", "broken-gzip", "html", "feed", "empty"],
)
def test_what_is_no_sitemap_or_a_bomb_is_refused(body: bytes) -> None:
    with pytest.raises(NotASitemap):
        parse_sitemap(body, url=SITEMAP, now=NOW)


def test_a_sitemap_without_end_is_cut() -> None:
    entries = b"<url><loc>https://www.gazette.example/%d</loc></url>"
    body = b"<urlset>" + b"".join(entries % number for number in range(MOST_ENTRIES + 10)) + b"</urlset>"

    assert len(parse_sitemap(body, url=SITEMAP, now=NOW).places) == MOST_ENTRIES


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://a.example/blog/wp-json/wp/v2/posts", "https://a.example/blog/"),
        ("https://a.example/feed/", "https://a.example/"),
        ("https://a.example", "https://a.example/"),
    ],
)
def test_the_blog_is_found_from_any_of_its_addresses(url: str, root: str) -> None:
    assert find_root(url) == root


@pytest.mark.parametrize(
    ("text", "count"), [("842", 842), ("1.2K", 1200), ("3,4M", 3_400_000), ("12 345", 12345), ("", None)]
)
def test_counts_are_read_as_telegram_writes_them(text: str, count: int | None) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://t.me/s/photon_news", None),
        ("https://t.me/photon_news/12", None),
        ("https://t.me/", "@photon_news"),
    ],
)
def test_a_channel_is_found_in_its_address_or_in_the_target(url: str, target: str | None) -> None:
    assert find_channel(url, target) == "photon_news"


def test_a_channel_without_preview_says_so() -> None:
    with pytest.raises(NoPreview):
        parse_channel(b"<html><body>Contact @photon</body></html>", url=CHANNEL.url, source=CHANNEL, now=NOW)
