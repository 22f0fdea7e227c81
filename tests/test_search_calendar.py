"""The calendar of others: stated days, cues, who speaks, and what is still to come."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.document import Document
from search.insights.calendar import Calendar, Entry, classify, read_calendar
from search.insights.scope import Scope
from search.insights.stated_dates import find_days
from search.window import Window
from tests.documents import document
from tests.memory_index import MemoryIndex
from tests.morning import END, WINDOW, watchlist
from watchlists.demo.clock import day_start
from watchlists.demo.folder import demo_watchlist
from watchlists.demo.truth import Truth
from watchlists.demo.world import World
from watchlists.load import parse_watchlist

DAY = timedelta(days=1)
THURSDAY = date(2026, 11, 19)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Rendez-vous le 29 octobre", [date(2026, 10, 29)]),
        ("Rendez-vous le jeudi 3 décembre à midi", [date(2026, 12, 3)]),
        ("à partir du 1er décembre", [date(2026, 12, 1)]),
        ("On 5 January we open", [date(2027, 1, 5)]),
        ("on December 2nd, 2026", [date(2026, 12, 2)]),
        ("the 3rd of December", [date(2026, 12, 3)]),
        ("le 24/12/2026 et 2026-12-31", [date(2026, 12, 24), date(2026, 12, 31)]),
        ("Samedi, essayez nos vélos", [date(2026, 11, 21)]),
        ("See you this Friday", [date(2026, 11, 20)]),
        ("demain et aujourd’hui", [date(2026, 11, 20), THURSDAY]),
        ("tonight", [THURSDAY]),
        ("déc. 2026, 12 déc.", [date(2026, 12, 12)]),
        ("Tous les samedis, et chaque mardi", []),
        ("depuis le 2 novembre", []),
        ("le 31 février", []),
        ("en mai 2031, le 5 mai 2031", []),
        ("le 3 mars 2019, il y a longtemps", []),
        ("12 vélos, 3 marsouins, 4 mayors", []),
        ("", []),
    ],
)
def test_days_are_read_from_the_text(text: str, days: list[date]) -> None:
    assert [each.day for each in find_days(text, published=THURSDAY)] == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Du 20 novembre au 27 décembre", [(date(2026, 11, 20), False), (date(2026, 12, 27), True)]),
        ("du 12 au 18 décembre", [(date(2026, 12, 12), False), (date(2026, 12, 18), True)]),
        ("12-18 December", [(date(2026, 12, 12), False), (date(2026, 12, 18), True)]),
        ("c’est ouvert, jusqu’à vendredi minuit", [(date(2026, 11, 20), True)]),
        ("enter before 30 November", [(date(2026, 11, 30), True)]),
    ],
)
def test_an_end_is_told_from_a_beginning(text: str, days: list[tuple[date, bool]]) -> None:
    assert [(each.day, each.is_end) for each in find_days(text, published=THURSDAY)] == days


def test_a_day_without_a_year_is_the_nearest_one() -> None:
    new_year = date(2026, 12, 30)

    assert [each.day for each in find_days("le 4 janvier", published=new_year)] == [date(2027, 1, 4)]
    assert [each.day for each in find_days("le 29 décembre", published=new_year)] == [date(2026, 12, 29)]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Acme lance un abonnement « tout compris »", "launch"),
        ("Meet Heron, our lightest e-bike yet", "launch"),
        ("Notre troisième génération de cadres est là", "launch"),
        ("Concours photo « Ma ville en bulle »", "contest"),
        ("Win a bike: our summer giveaway", "contest"),
        ("Le vélo cargo est là !", "launch"),
        ("Notre priorité est la sécurité", None),
        ("L’atelier ouvre ses portes samedi", "event"),
        ("Join us for a webinar", "event"),
        ("What our night crew does with 400 wet bikes", None),
        ("Hausse des tarifs : nos explications", None),
        ("Balance des comptes, et relance des factures", None),
    ],
)
def test_titles_are_launches_contests_or_events(title: str, kind: str | None) -> None:
    assert classify(document(title=title)) == kind


def test_a_cue_in_the_text_counts_only_in_an_announcement() -> None:
    text = "À partir du 1er décembre, votre carte ouvrira nos vélos."

    assert classify(document(title="Un seul badge", text=text, intent="announcement")) == "launch"
    assert classify(document(title="Un seul badge", text=text, intent="other")) is None


def post(id: str, title: str, **values: object) -> Document:
    defaults: dict[str, object] = {
        "source": "acme-blog",
        "owner": "acme",
        "published": END - 2 * DAY,
        "author_is_staff": True,
    }
    return document(id, title=title, **{**defaults, **values})


def read(documents: list[Document]) -> Calendar:
    scope = Scope(index=MemoryIndex(documents), watchlist=watchlist(), window=WINDOW)
    return read_calendar(scope, scope.organisations("competitor"), since=END - 40 * DAY, until=END)


def test_what_is_to_come_is_nearest_first_and_what_is_over_latest_first() -> None:
    calendar = read(
        [
            post("later", "Acme lance une ligne le 15 décembre"),
            post("soon", "Acme ouvre ses portes samedi"),
            post("lasting", "Concours du 10 au 30 novembre", published=END - 12 * DAY),
            post("over", "Concours jusqu’au 12 novembre", published=END - 12 * DAY),
            post("undated", "Acme lance un cadenas", published=END - DAY),
            post("older", "Acme lance un panier", published=END - 30 * DAY),
        ]
    )

    assert [(each.lead.id, each.kind, each.day) for each in calendar.upcoming] == [
        ("lasting", "contest", date(2026, 11, 10)),
        ("soon", "event", date(2026, 11, 21)),
        ("later", "launch", date(2026, 12, 15)),
    ]
    assert [each.lead.id for each in calendar.past] == ["undated", "over", "older"]
    assert calendar.past[1].ends == date(2026, 11, 12)


def test_only_the_organisation_itself_is_believed() -> None:
    title = "Acme lance une ligne le 15 décembre"
    calendar = read(
        [
            post("customer", title, source="acme-forum", author_is_staff=False, kind="post"),
            post("press", title, source="gazette", owner=None),
            post("ours", title, source="nimbo-forum", owner="nimbo"),
            post("bot", title, author_is_bot=True),
            post("copy", title, is_copy=True),
            post("spam", title, intent="spam", author_is_staff=False),
        ]
    )

    assert [each.lead.id for each in calendar.upcoming] == ["customer"]


def test_in_a_community_only_staff_announces() -> None:
    forum = "https://forum.acme.example"
    sources = tuple(
        each
        if each.id != "acme-forum"
        else type(each)(id=each.id, url=forum, kind="forum", organisation="acme")
        for each in watchlist().sources
    )
    documents = [
        post("customer", "J’ouvre un atelier le 5 décembre", source="acme-forum", author_is_staff=False),
        post("team", "Nous lançons un forum le 6 décembre", source="acme-forum"),
    ]
    scope = Scope(index=MemoryIndex(documents), watchlist=watchlist(sources=sources), window=WINDOW)

    calendar = read_calendar(scope, scope.organisations("competitor"), since=END - 40 * DAY, until=END)

    assert [each.lead.id for each in calendar.upcoming] == ["team"]


def test_texts_of_one_story_are_one_entry_with_its_echoes() -> None:
    calendar = read(
        [
            post("first", "Concours photo le 29 novembre", story="contest"),
            post("second", "Concours photo : déjà 600 images", story="contest", published=END - DAY),
            post("press", "Un concours envahit les réseaux", story="contest", source="gazette", owner=None),
        ]
    )

    (entry,) = calendar.upcoming
    assert (entry.lead.id, entry.texts, entry.echoes, entry.starts) == ("first", 2, 1, date(2026, 11, 29))


def test_an_entry_of_today_is_still_to_come() -> None:
    calendar = read([post("today", "Rendez-vous le 20 novembre : portes ouvertes")])

    assert [each.day for each in calendar.upcoming] == [date(2026, 11, 20)]


def test_the_day_of_an_announcement_is_the_local_one() -> None:
    night = datetime.fromisoformat("2026-11-18T23:30+00:00")  # past midnight in Paris

    calendar = read([post("night", "Demain, Acme ouvre ses portes", published=night)])

    assert [each.day for each in calendar.upcoming] == [date(2026, 11, 20)]


# the demo world


@pytest.fixture(scope="module")
def demo() -> Calendar:
    """What rivals' blogs of the demo announce by the last evening: texts only, nothing understood."""
    watch = parse_watchlist(demo_watchlist(World.load(), port=80, language="fr"))
    end = day_start(41) - timedelta(hours=4)
    documents = [
        document(
            f"{place.id}-{post.slug}",
            title=post.revisions[0].title,
            text=re.sub(r"<[^>]+>", " ", post.revisions[0].html),
            source=place.id,
            owner=place.organisation,
            published=post.revisions[0].at,
        )
        for place in World.load().places
        if place.organisation
        for post in place.posts
    ]
    window = Window(start=day_start(1), end=end, timezone=watch.timezone)
    scope = Scope(index=MemoryIndex(documents), watchlist=watch, window=window)
    return read_calendar(scope, scope.organisations("competitor"), since=day_start(1), until=end)


def told(calendar: Calendar, kind: str, organisation: str) -> list[Entry]:
    return [
        each
        for each in (*calendar.upcoming, *calendar.past)
        if (each.kind, each.organisation.id) == (kind, organisation)
    ]


def test_the_contest_planted_in_the_demo_is_on_its_day(demo: Calendar) -> None:
    plant = next(each for each in Truth.load().harmless if each.plant == "contest")

    days = {each.day for each in told(demo, "contest", plant.organisation)}

    assert plant.start.date() in days


def test_the_launch_planted_in_the_demo_is_on_its_day(demo: Calendar) -> None:
    plant = next(each for each in Truth.load().harmless if each.plant == "rival-launch")

    days = {each.day for each in told(demo, "launch", plant.organisation)}

    assert plant.start.date() in days


def test_what_the_demos_rivals_hold_after_its_end_is_to_come(demo: Calendar) -> None:
    assert [(each.day, each.organisation.id) for each in demo.upcoming][:2] == [
        (date(2026, 11, 20), "velobulle"),  # a market that lasts until Christmas
        (date(2026, 11, 21), "roulibre"),
    ]


@given(
    st.text(alphabet="0123456789/- .,aàdéeijlmnorstuv’'", max_size=80),
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
)
def test_any_text_gives_days_near_its_publication(text: str, published: date) -> None:
    found = find_days(text, published=published)

    assert all(timedelta(days=-31) <= each.day - published <= timedelta(days=400) for each in found)
