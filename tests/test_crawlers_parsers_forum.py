"""Pages of forums as six engines make them: golden pairs, dates, counts, and what is no forum."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from crawlers.engines import recognise_engine
from crawlers.parsers.feed_links import parse_page
from crawlers.parsers.forum import ForumPage, NotAForum, parse_forum
from crawlers.parsers.forum_counts import read_labelled, read_members, read_number
from crawlers.parsers.forum_dates import Calendar, make_calendar
from crawlers.parsers.walls import WallMet
from tests.conftest import NOW
from tests.golden import DATA, as_json, read_golden
from watchlists.model import Source

PAGES = {
    "phpbb-board": "https://pignon.example/forum/viewforum.php?f=3",
    "phpbb-thread": "https://pignon.example/forum/viewtopic.php?f=3&t=42",
    "vbulletin-board": "https://forums.example.net/forumdisplay.php?8-Workshop",
    "vbulletin-thread": "https://forums.example.net/showthread.php?321-Brakes-squeal",
    "xenforo-board": "https://bikes.example/forums/workshop.4/",
    "xenforo-thread": "https://bikes.example/threads/wheel-truing.88/",
    "invision-board": "https://roue.example/forum/6-pneus/",
    "invision-thread": "https://roue.example/topic/55-pneus-dhiver/",
    "mybb-board": "https://trails.example/forumdisplay.php?fid=2",
    "mybb-thread": "https://trails.example/showthread.php?tid=17",
    "smf-board": "https://hub.example/index.php?board=2.0",
    "smf-thread": "https://hub.example/index.php?topic=30.0",
}
CALENDAR = Calendar(now=NOW)
utc = partial(datetime, tzinfo=UTC)


def parse(body: bytes, url: str) -> ForumPage:
    return parse_forum(body, url=url, source=Source(id="forum", url=url, kind="forum"), now=NOW)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_gives_the_records_written_beside_it(name: str) -> None:
    page = parse((DATA / "forum" / f"{name}.html").read_bytes(), PAGES[name])

    assert as_json(page) == read_golden(f"forum/{name}.expected.json")


@pytest.mark.parametrize("engine", ["phpbb", "vbulletin", "xenforo", "invision", "mybb", "smf"])
def test_a_board_and_the_thread_it_lists_name_it_alike(engine: str) -> None:
    board, thread = (
        parse((DATA / "forum" / f"{engine}-{kind}.html").read_bytes(), PAGES[f"{engine}-{kind}"])
        for kind in ("board", "thread")
    )

    assert thread.thread_url in {each.url for each in board.threads}
    assert thread.thread_url in {*thread.posts[0].aliases, thread.posts[0].permalink}
    assert thread.posts[1].parent_id == thread.posts[0].id
    assert [post.author is not None and bool(post.author.is_staff) for post in thread.posts] == [False, True]


@pytest.mark.parametrize("name", [name for name in PAGES if name.endswith("-thread")])
def test_others_words_stand_in_quotes_and_their_links_are_not_the_author_s(name: str) -> None:
    reply = parse((DATA / "forum" / f"{name}.html").read_bytes(), PAGES[name]).posts[1]

    assert "<blockquote" in reply.html
    assert reply.links == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("par Ana » 18 nov. 2026, 20:02", utc(2026, 11, 18, 20, 2)),
        ("Jeu Fév 07, 2008 9:55 pm", utc(2008, 2, 7, 21, 55)),
        ("Posted: Wed Jun 11, 2014 3:18 pm", utc(2014, 6, 11, 15, 18)),
        ("» Dim 9 Oct 2011 14:02", utc(2011, 10, 9, 14, 2)),
        ("1er août 2026 à 08h05", utc(2026, 8, 1, 8, 5)),
        ("Nov 14, 2015 at 4:25 AM", utc(2015, 11, 14, 4, 25)),
        ("2026-11-18T19:02:00+01:00", utc(2026, 11, 18, 18, 2)),
        ("1447475100", utc(2015, 11, 14, 4, 25)),
        ("Aujourd’hui à 06:30", utc(2026, 11, 20, 6, 30)),
        ("Hier, 23:15", utc(2026, 11, 19, 23, 15)),
        ("Yesterday 11:15 PM", utc(2026, 11, 19, 23, 15)),
        ("il y a 3 heures", utc(2026, 11, 20, 4, 0)),
        ("a minute ago", utc(2026, 11, 20, 6, 59)),
        ("19.11.2026, 18:30", utc(2026, 11, 19, 18, 30)),
    ],
)
def test_dates_are_read_as_forums_write_them(text: str, expected: datetime) -> None:
    assert CALENDAR.read(text) == expected


@pytest.mark.parametrize("text", ["", "never", "32-13-2026", "Messages : 14", "99:99", "31 février 2026"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert CALENDAR.read(text) is None


@pytest.mark.parametrize(
    ("others", "language", "month"),
    [(("25-12-2025",), "en", 3), (("12-25-2025",), "fr", 4), ((), "fr", 3), ((), "en", 4)],
)
def test_the_other_dates_of_a_page_tell_day_from_month(
    others: tuple[str, ...], language: str, month: int
) -> None:
    calendar = make_calendar(others, now=NOW, language=language)

    found = calendar.read("04-03-2026, 10:00")

    assert found is not None
    assert found.month == month


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,508", 1508),
        ("17 972", 17972),
        ("1.2K", 1200),
        ("3M", 3_000_000),
        ("12", 12),
        ("", None),
        ("12 Rue", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: int | None) -> None:
    assert read_number(text) == number


def test_likes_named_and_counted_are_added_up() -> None:
    assert read_labelled(["Ana, Ben and 18 others like this."]) == 20


def test_members_are_those_of_the_place_not_those_who_are_there_now() -> None:
    assert read_members(["Total members 8,310 • Our newest member ana"]) == 8310
    assert read_members(["There are 12 members and 40 guests online"]) is None


def test_a_page_of_no_engine_is_refused_and_a_wall_is_called_one() -> None:
    with pytest.raises(NotAForum):
        parse(b"<html><body><p>Hello</p></body></html>", "https://blog.example/")
    with pytest.raises(WallMet):
        parse(b"<html><form><input type='password'></form></html>", "https://blog.example/login")


@pytest.mark.parametrize(
    "body", [b"", b"\0\xff\xfe", b"<html>" * 5000, b'<body id="phpbb">' + b"<div>" * 9000]
)
def test_hostile_pages_end_in_a_refusal_or_in_nothing(body: bytes) -> None:
    try:
        page = parse(body, "https://forum.example/")
    except NotAForum:
        return

    assert (page.posts, page.threads) == ((), ())


def test_an_article_about_forums_is_no_forum() -> None:
    text = (
        '<p><a href="https://www.phpbb.com">phpBB</a>, vBulletin, showthread.php?t=1, XenForo compared.</p>'
    )
    tree = parse_page(text.encode())

    assert tree is not None
    assert recognise_engine(tree, text) is None


def test_a_date_in_the_future_is_clamped_and_kept_as_written() -> None:
    later = NOW + timedelta(days=3)
    body = (DATA / "forum" / "phpbb-thread.html").read_bytes()
    body = body.replace(b"2026-11-18T19:02:00+00:00", later.isoformat().encode())

    first = parse(body, PAGES["phpbb-thread"]).posts[0]

    assert (first.published, first.published_raw[:10]) == (NOW, later.date().isoformat())
