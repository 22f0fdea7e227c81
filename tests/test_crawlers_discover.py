"""What is at an address, from pages alone; and the polite procedure around it."""

from __future__ import annotations

import asyncio

import pytest

from crawlers.discover import MOST_REQUESTS, Page, classify, find_place, guess_feeds
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


FORUM = (
    b'<html><head><title>Le forum</title></head><body id="phpbb"><a href="./viewforum.php?f=2"'
    b' class="forumtitle">'
    b"Atelier</a><a href='https://www.phpbb.com/'>phpBB</a></body></html>"
)
BOARD = (
    b'<html><head><title>Atelier</title></head><body id="phpbb"><ul><li class="row"><dl><dt>'
    b'<a href="./viewtopic.php?t=7" class="topictitle">Un pneu</a></dt><dd class="posts">3'
    b" R\xc3\xa9ponses</dd>"
    b'<dd class="lastpost"><time'
    b' datetime="2026-11-19T10:00:00+00:00">hier</time></dd></dl></li></ul></body></html>'
)
FEDIVERSE = (
    b'<html><head><title>@ana</title><link rel="alternate" type="application/activity+json"'
    b' href="/u/1"></head>'
    b"</html>"
)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://news.ycombinator.com/from?site=acme.example", "hackernews"),
        ("https://bsky.app/profile/acme.example", "bluesky"),
        ("https://github.com/acme/widget", "github"),
        ("https://stackoverflow.com/questions/tagged/acme", "stackexchange"),
        ("https://bicycles.stackexchange.com/", "stackexchange"),
        ("https://t.me/s/acmenews", "telegram"),
        ("https://www.youtube.com/@acme", "youtube"),
        ("https://www.reddit.com/r/acme/", "reddit"),
        ("https://apps.apple.com/fr/app/acme/id123456", "reviews"),
    ],
    ids=lambda each: each.split("/")[2] if "/" in each else each,
)
def test_networks_everybody_uses_are_known_by_their_hosts(url: str, kind: str) -> None:
    finding = find_place(url)

    assert finding is not None
    assert (finding.kind, finding.url) == (kind, url)


def test_a_forum_is_recognised_with_its_boards_and_a_board_with_its_threads_as_proof() -> None:
    index, board = classify(page(FORUM)), classify(page(BOARD))

    assert (index.kind, index.software, index.boards) == ("forum", "phpBB", ("Atelier",))
    assert (board.kind, [proof.title for proof in board.latest]) == ("forum", ["Un pneu"])


def test_a_forum_index_is_proved_by_its_first_board() -> None:
    site = Site()
    site.put(HOME, FORUM)
    site.put("https://acme.example/viewforum.php?f=2", BOARD)

    finding = look_at(site).finding

    assert finding is not None
    assert (finding.kind, finding.url) == ("forum", HOME)
    assert [proof.url for proof in finding.latest] == ["https://acme.example/viewtopic.php?t=7"]


@pytest.mark.parametrize(
    ("generator", "kind"),
    [("Discourse 3.3.0", "discourse"), ("Flarum", "flarum"), ("NodeBB", "nodebb"), ("Lemmy", "lemmy")],
)
def test_engines_are_known_by_what_they_call_themselves(generator: str, kind: str) -> None:
    body = b'<html><head><meta name="generator" content="%s"></head><body></body></html>' % generator.encode()

    assert classify(page(body)).kind == kind


def test_a_server_of_the_fediverse_says_what_it_runs() -> None:
    site = Site()
    site.put("https://acme.example/@ana", FEDIVERSE)
    site.put(
        "https://acme.example/.well-known/nodeinfo",
        b'{"links":[{"rel":"2.0","href":"https://acme.example/n"}]}',
    )
    site.put("https://acme.example/n", b'{"software":{"name":"gotosocial"}}')

    finding = look_at(site, "https://acme.example/@ana").finding

    assert finding is not None
    assert (finding.kind, finding.url) == ("mastodon", "https://acme.example/@ana")
    assert len(site.asked) <= MOST_REQUESTS


def test_a_blog_that_only_names_phpbb_is_no_forum() -> None:
    body = (
        b'<html><p>How to install <a href="https://www.phpbb.com/">phpBB</a>: open viewtopic.php</p></html>'
    )

    assert classify(page(body)).kind == "page"


def test_a_sitemap_is_one() -> None:
    assert (
        classify(page(b'<?xml version="1.0"?><urlset xmlns="x"><url><loc>/</loc></url></urlset>')).kind
        == "sitemap"
    )
