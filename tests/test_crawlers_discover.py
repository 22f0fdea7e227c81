"""What is at an address, from pages alone; and the polite procedure around it."""

from __future__ import annotations

import asyncio

import pytest

from crawlers.discover import MOST_REQUESTS, Page, classify, guess_feeds
from crawlers.probe import NotAnswered, Probed, look
from tests.conftest import NOW
from tests.crawling import rss

HOME = "https://acme.example/"
ENTRIES = tuple((f"/{day}", f"Post {day}", f"{day} Nov 2026 05:00:00 GMT") for day in (12, 15, 11, 14, 13))
PAGE = b"<!doctype html><html><head><title> Acme,\n accueil </title>%s</head><body>x</body></html>"
LINK = b'<link rel="alternate" type="application/rss+xml" href="%s">'


def page(body: bytes, url: str = HOME) -> Page:
    return Page(url=url, body=body, now=NOW)


class Site:
    """Pages by address; remembers what was asked."""

    def __init__(self, **pages: bytes) -> None:
        self.pages = {f"{HOME}{path.replace('_', '.')}": body for path, body in pages.items()}
        self.asked: list[str] = []

    def put(self, url: str, body: bytes) -> None:
        self.pages[url] = body

    async def fetch(self, url: str) -> Page:
        self.asked.append(url)
        if url not in self.pages:
            raise NotAnswered("nothing there", is_forbidden=url.endswith("forbidden"))
        return page(self.pages[url], url)


def look_at(site: Site, url: str = HOME) -> Probed:
    return asyncio.run(look(url, site.fetch))


def test_a_feed_is_one_with_its_three_newest_entries_as_proof() -> None:
    finding = classify(page(rss(*ENTRIES)))

    assert (finding.kind, finding.title) == ("feed", "Blog")
    assert [proof.title for proof in finding.latest] == ["Post 15", "Post 14", "Post 13"]


def test_a_page_that_names_feeds_leads_to_the_first() -> None:
    finding = classify(page(PAGE % (LINK % b"/a.xml" + LINK % b"/b.xml")))

    assert (finding.kind, finding.url) == ("feed", "https://acme.example/a.xml")
    assert finding.feeds == ("https://acme.example/a.xml", "https://acme.example/b.xml")


def test_anything_else_is_a_page_with_its_title() -> None:
    finding = classify(page(PAGE % b""))

    assert (finding.kind, finding.url, finding.title) == ("page", HOME, "Acme, accueil")


@pytest.mark.parametrize("body", [b"", b"\0" * 50, b"\x89PNG"])
def test_what_is_no_text_at_all_is_a_page_without_a_title(body: bytes) -> None:
    assert (classify(page(body)).kind, classify(page(body)).title) == ("page", "")


def test_a_named_feed_that_is_gone_gives_way_to_the_next() -> None:
    site = Site(b_xml=rss(*ENTRIES))
    site.put(HOME, PAGE % (LINK % b"/a.xml" + LINK % b"/b.xml"))

    probed = look_at(site)

    assert probed.finding is not None
    assert (probed.finding.url, len(probed.finding.latest)) == ("https://acme.example/b.xml", 3)


def test_a_named_feed_that_robots_forbid_is_told() -> None:
    site = Site()
    site.put(HOME, PAGE % (LINK % b"/forbidden"))

    probed = look_at(site)

    assert probed.is_forbidden
    assert probed.reason == "nothing there"


def test_usual_places_are_tried_last_and_no_look_costs_more_than_four_requests() -> None:
    lost, lucky = Site(), Site(atom_xml=rss(*ENTRIES))
    for site in (lost, lucky):
        site.put(HOME, PAGE % b"")

    nothing, something = look_at(lost), look_at(lucky)

    assert nothing.finding is not None
    assert nothing.finding.kind == "page"
    assert lost.asked == [HOME, *guess_feeds(HOME)]
    assert len(lost.asked) == MOST_REQUESTS
    assert something.finding is not None
    assert something.finding.url == "https://acme.example/atom.xml"


def test_an_address_that_does_not_answer_says_why() -> None:
    assert look_at(Site()) == Probed(reason="nothing there")
