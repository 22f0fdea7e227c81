"""YouTube, Reddit, reviews, status pages, mails and imports: golden pairs, and what must not happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.items import Item
from crawlers.parsers.imported import Note, NotImportable, make_note, parse_file, parse_visits
from crawlers.parsers.mail import join_mails, parse_mail, split_mailbox
from crawlers.parsers.payload import NotData
from crawlers.parsers.reddit import listing_path, parse_thread
from crawlers.parsers.reviews import find_application, parse_stated, parse_store
from crawlers.parsers.status import find_root, parse_incidents
from crawlers.parsers.youtube import channel_query, parse_comments, parse_videos
from tests.conftest import NOW
from tests.golden import DATA, as_json, read_golden
from watchlists.model import Source

SOURCE = Source(id="place", url="https://place.example/")
STORE = find_application("https://apps.apple.com/fr/app/photon/id1234567", None)
STATUS = "https://status.grandeplace.example"


def read(name: str) -> bytes:
    return (DATA / name).read_bytes()


def mails() -> tuple[Item | None, ...]:
    return tuple(
        parse_mail(each, source=SOURCE, now=NOW) for each in split_mailbox(read("mailbox/news.mbox"))
    )


GOLDEN: list[tuple[str, Callable[[], Any]]] = [
    ("youtube/videos", lambda: parse_videos(read("youtube/videos.json"), url="u", source=SOURCE, now=NOW)),
    (
        "youtube/comments",
        lambda: parse_comments(
            read("youtube/comments.json"), url="u", source=SOURCE, owner="UCphotonphotonphoton0001", now=NOW
        ),
    ),
    ("reddit/thread", lambda: parse_thread(read("reddit/thread.json"), url="u", source=SOURCE, now=NOW)),
    (
        "reviews/store",
        lambda: parse_store(read("reviews/store.json"), url="u", app=STORE, source=SOURCE, now=NOW),  # type: ignore[arg-type]
    ),
    (
        "reviews/page",
        lambda: parse_stated(
            read("reviews/page.html"), url="https://shop.example/photon", source=SOURCE, now=NOW
        ),
    ),
    (
        "status/incidents",
        lambda: parse_incidents(read("status/incidents.json"), url="u", root=STATUS, source=SOURCE, now=NOW),
    ),
    ("mailbox/news", mails),
]


@pytest.mark.parametrize(("name", "parse"), GOLDEN, ids=[name for name, _ in GOLDEN])
def test_what_a_service_answers_becomes_the_expected_records(name: str, parse: Callable[[], Any]) -> None:
    found = parse()

    records = [as_json(each) for each in found] if isinstance(found, tuple) else as_json(found)
    assert records == read_golden(f"{name}.expected.json")


@pytest.mark.parametrize(
    ("url", "target", "query"),
    [
        ("https://www.youtube.com/@photon", None, "forHandle=%40photon"),
        (
            "https://www.youtube.com/channel/UCphotonphotonphoton0001/videos",
            None,
            "id=UCphotonphotonphoton0001",
        ),
        ("https://www.youtube.com/user/photon", None, "forUsername=photon"),
        ("https://www.youtube.com/", "@photon", "forHandle=%40photon"),
        ("https://www.youtube.com/", None, ""),
    ],
)
def test_a_channel_is_asked_for_by_what_its_address_names(url: str, target: str | None, query: str) -> None:
    assert channel_query(url, target) == query


@pytest.mark.parametrize(
    ("url", "target", "path"),
    [
        ("https://www.reddit.com/r/photon/", None, "r/photon/new"),
        ("https://www.reddit.com/user/robin", None, "user/robin/submitted"),
        ("https://www.reddit.com/", "photon", "r/photon/new"),
        ("https://www.reddit.com/", "search:photon export", "search?sort=new&q=photon%20export"),
        ("https://www.reddit.com/", None, ""),
    ],
)
def test_a_part_of_reddit_is_found_in_address_or_target(url: str, target: str | None, path: str) -> None:
    assert listing_path(url, target) == path


@pytest.mark.parametrize(
    "tail", ["", "/", "/history", "/history.atom", "/incidents/inc1", "/api/v2/summary.json"]
)
def test_a_status_page_is_found_from_any_of_its_addresses(tail: str) -> None:
    assert find_root(STATUS + tail) == STATUS


def test_a_page_that_states_no_review_says_so() -> None:
    with pytest.raises(NotData):
        parse_stated(b"<html><body>Photon</body></html>", url="https://shop.example/", source=SOURCE, now=NOW)


def test_nothing_personal_of_a_newsletter_is_kept() -> None:
    newsletter = mails()[0]

    assert newsletter is not None
    assert "9f8e7d6c5b4a" not in repr(newsletter)
    assert "désabonner" not in newsletter.html
    assert newsletter.links == ("https://photon.example/5",)


def test_an_answer_belongs_to_the_thread_of_the_mail_it_answers() -> None:
    _, question, answer = mails()

    assert question is not None
    assert answer is not None
    assert answer.parent_id == answer.thread_id == question.thread_id


def test_a_mailbox_put_together_comes_apart_the_same() -> None:
    body = read("mailbox/news.mbox")
    once = list(split_mailbox(body))

    again = list(split_mailbox(join_mails(once)))

    assert [each.strip() for each in again] == [each.strip() for each in once]
    assert len(once) == 3


@pytest.mark.parametrize(
    "body",
    [b"", b"\0\xff\xfe", b"From \n", b"Subject: =?x-unknown?q?=FF?=\n\n\xff", b"Content-Type: ;;;\n\nhello"],
    ids=["empty", "binary", "cut", "charset", "header"],
)
def test_no_mail_is_too_broken_to_be_looked_at(body: bytes) -> None:
    for mail in split_mailbox(body):
        item = parse_mail(mail, source=SOURCE, now=NOW)
        assert item is None or item.fetched == NOW


def test_a_table_is_read_by_the_names_of_its_columns() -> None:
    table = (
        "Adresse;Titre;Texte;Auteur;Date;Vues\n"
        "https://x.example/1;Panne;Rien ne va.;Sacha;19/11/2026;1 204\n;;;;;\n"
    )

    found = parse_file(table.encode("cp1252"), name="posts.csv", source=SOURCE, now=NOW)

    (item,) = found.items
    assert (item.permalink, item.title, item.html) == ("https://x.example/1", "Panne", "<p>Rien ne va.</p>")
    assert (item.engagement.views, item.engagement.upvotes, found.left_out) == (1204, None, 1)
    assert item.published == datetime(2026, 11, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        b'[{"url": "https://x.example/1", "text": "Down", "author": {"name": "Sacha"}}]',
        b'{"items": [{"url": "https://x.example/1", "text": "Down", "author": "Sacha"}]}',
        b'{"permalink": "https://x.example/1", "html": "<p>Down</p>", "author": "Sacha"}\n',
    ],
    ids=["list", "object", "lines"],
)
def test_json_is_read_in_the_shapes_tools_write(body: bytes) -> None:
    (item,) = parse_file(body, name="posts.json", source=SOURCE, now=NOW).items

    assert (item.html, item.author and item.author.name) == ("<p>Down</p>", "Sacha")


@pytest.mark.parametrize(
    "body", [b"", b"a,b\n1,2\n", b"{not json", b"[1, 2]"], ids=["empty", "other", "bad", "numbers"]
)
def test_a_file_that_holds_nothing_is_refused_with_a_remedy(body: bytes) -> None:
    with pytest.raises(NotImportable):
        parse_file(
            body, name="posts.json" if body[:1] in (b"{", b"[") else "posts.csv", source=SOURCE, now=NOW
        )


def test_a_note_has_the_address_it_is_about_and_does_not_take_its_place() -> None:
    told = Note(url="https://x.example/post/1", text="They raise their prices <b>again</b>", author="Camille")

    note = make_note(told, source=SOURCE, now=NOW)

    assert note is not None
    assert note.permalink.startswith("https://x.example/post/1#note-")
    assert note.links == ("https://x.example/post/1",)
    assert "&lt;b&gt;" in note.html
    assert make_note(replace(told, text="Other"), source=SOURCE, now=NOW) != note


def test_visits_are_read_day_by_day() -> None:
    samples = parse_visits(
        b'date,visites\n2026-11-18,"1 204"\nTotal,3\n2026-11-19,1377\n', source="v", now=NOW
    )

    assert [(sample.at.day, sample.visits) for sample in samples] == [(18, 1204), (19, 1377)]
