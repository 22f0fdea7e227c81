"""Article pages: a golden pair, whose word counts for address and date, and pages made to harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.items import Item
from crawlers.parsers.article import decode_page, parse_article
from tests.conftest import NOW
from tests.golden import DATA, as_json, read_golden
from watchlists.model import Source

URL = "https://courrier.example/economie/panne"
SOURCE = Source(id="courrier", url="https://courrier.example/feed", language="fr")
TEXT = "<p>" + "Une phrase assez longue pour compter comme le texte d’un article de presse. " * 12 + "</p>"


def parse(page: str | bytes, *, url: str = URL, content_type: str = "") -> Item | None:
    body = page.encode() if isinstance(page, str) else page
    return parse_article(body, url=url, source=SOURCE, now=NOW, content_type=content_type)


def page(head: str = "", body: str = TEXT, title: str = "Panne") -> str:
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><article><h1>Panne</h1>{body}</article></body></html>"
    )


def read(text: str, *, url: str = URL) -> Item:
    item = parse(text, url=url)
    assert item is not None
    return item


def test_a_page_becomes_the_expected_item() -> None:
    body = (DATA / "article" / "panne.html").read_bytes()
    item = parse(body, url="https://courrier.example/economie/panne-chez-acme?id=7&utm_source=x")

    assert as_json(item) == read_golden("article/panne.expected.json")


@pytest.mark.parametrize(
    ("stated", "aliases"),
    [
        (
            "https://courrier.example/economie/panne-chez-acme",
            ("https://courrier.example/economie/panne-chez-acme",),
        ),
        ("https://www.courrier.example/panne", ("https://www.courrier.example/panne",)),
        ("/economie/autre", ("https://courrier.example/economie/autre",)),
        ("https://voleur.example/economie/panne", ()),
        ("https://courrier.example/", ()),
        ("https://courrier.example.voleur.example/x", ()),
        ("javascript:alert(1)", ()),
        ("http://[", ()),
        (URL, ()),
    ],
)
def test_the_address_a_page_gives_itself_is_an_alias_on_its_own_site_only(
    stated: str, aliases: tuple[str, ...]
) -> None:
    assert read(page(f'<link rel="canonical" href="{stated}">')).aliases == aliases


def test_the_moment_the_markup_states_is_better_than_the_day() -> None:
    stated = '<meta property="article:published_time" content="2026-11-19T18:05:00+01:00">'

    assert read(page(stated)).published == datetime(2026, 11, 19, 17, 5, tzinfo=UTC)


def test_a_date_in_the_future_is_the_time_of_reading() -> None:
    stated = f'<meta property="article:published_time" content="{(NOW + timedelta(days=400)).isoformat()}">'

    assert read(page(stated)).published == NOW


def test_the_name_of_the_site_is_not_part_of_the_title() -> None:
    assert read(page(title="Panne | Le Courrier")).title == "Panne"
    assert read(page(title="Panne")).title == "Panne"


@pytest.mark.parametrize("content_type", ["text/html; charset=windows-1252", "text/html"])
def test_letters_survive_without_a_declaration(content_type: str) -> None:
    article = f"<article><h1>Été</h1>{TEXT}éà</article>"
    text = f"<html><head><title>Été</title></head><body>{article}</body></html>"

    item = parse(text.encode("cp1252"), content_type=content_type)

    assert item is not None
    assert item.title == "Été"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("é".encode(), "", "é"),
        ("é".encode("cp1252"), "", "é"),
        ("é".encode(), "text/html; charset=utf-8", "é"),
        (b'<meta charset="iso-8859-15">\xa4', "", '<meta charset="iso-8859-15">€'),
        ("\ufeffé".encode("utf-16"), "text/html; charset=utf-8", "é"),
        (b'<?xml version="1.0" encoding="utf-8"?>x', "", "x"),
        (b"a\0b", "", "ab"),
        (b"x", "text/html; charset=no-such-thing", "x"),
    ],
)
def test_a_page_is_decoded_by_mark_header_declaration_and_guess(
    body: bytes, content_type: str, text: str
) -> None:
    assert decode_page(body, content_type).lstrip("\ufeff") == text


@pytest.mark.parametrize("body", [b"", b"   ", b"<html></html>", b"\x00\x01\x02" * 50, b"<!doctype html><p>"])
def test_a_page_without_text_is_no_item(body: bytes) -> None:
    assert parse(body) is None


HARMFUL = {
    "deep": "<div>" * 100_000,
    "wide": "<p>a</p>" * 120_000,
    "links": "<a href='x'>y</a>" * 100_000,
    "attributes": "<p " + "a='1' " * 100_000 + ">x",
    "tables": "<table><tr><td>" * 20_000,
    "angles": "<" * 500_000,
    "long word": "x" * 2_000_000,
}


@pytest.mark.parametrize("body", HARMFUL.values(), ids=HARMFUL.keys())
def test_a_page_made_to_cost_is_given_up_or_read(body: str) -> None:
    item = parse(page(body=body))

    assert item is None or len(item.html) < 4_000_000


@given(st.binary(max_size=600))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_an_article_or_none(body: bytes) -> None:
    for start in (b"", b"<html><head><title>", b"<!doctype html><html><body><article><p>"):
        item = parse(start + body)
        assert item is None or item.permalink == URL


@pytest.mark.corpora
@pytest.mark.slow
def test_public_pages_are_read_without_a_crash(corpora: Path) -> None:
    from benchmarks.quality.articles import (
        measure,
        read_newspaper,
        read_readability,
        read_trafilatura,
        unpack,
    )

    sets = {
        "trafilatura-eval": read_trafilatura,
        "readability-pages": read_readability,
        "newspaper4k-fixtures": read_newspaper,
    }
    for name, cases in sets.items():
        counts = measure(cases(unpack(corpora / name / f"{name}.tar.gz")))

        assert counts["crashes"] == 0
        assert counts["present"] >= 0.9 * counts["presents"]
        assert counts["absent"] >= 0.85 * counts["absents"]
