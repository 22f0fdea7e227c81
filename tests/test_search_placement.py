"""Where to be: overlap, activity and rivals' presence, each in sight; and the list of emerged places."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from pipelines.document import Document
from search.insights.placement import HALF_AUTHORS, Spot, cosine, make_profile, rank_places
from search.insights.places import find_places, linked_places, list_places
from search.insights.scope import Scope, gather_news
from search.window import Window
from tests.documents import document, mention
from tests.memory_index import MemoryIndex
from tests.morning import END, WINDOW, watchlist
from watchlists.model import Decision
from watchlists.query import Everything

DAY = timedelta(days=1)
SINCE = END - 28 * DAY
SUBJECTS = ("vélo cargo", "borne", "station", "casque", "abonnement")
OTHERS = ("recette", "levain", "farine", "four", "croûte")


def scope_of(documents: list[Document], *, window: Window = WINDOW, **changes: object) -> Scope:
    return Scope(index=MemoryIndex(documents), watchlist=watchlist(**changes), window=window)


def text(id: str, *, days: float = 3, **values: object) -> Document:
    return document(id, published=END - days * DAY, **values)


def ours() -> list[Document]:
    return [
        text(f"ours{n}", source="nimbo-forum", owner="nimbo", phrases=SUBJECTS, author=f"us-{n}")
        for n in range(3)
    ]


def talk(source: str, phrases: tuple[str, ...], *, authors: int = 4, **values: object) -> list[Document]:
    return [
        text(f"{source}{n}", source=source, phrases=phrases, author=f"{source}-{n}", **values)
        for n in range(authors)
    ]


def rank(documents: list[Document]) -> dict[str, Spot]:
    return {each.place: each for each in rank_places(scope_of(documents), since=SINCE, until=END)}


def test_who_talks_of_our_subjects_comes_before_who_does_not() -> None:
    spots = rank([*ours(), *talk("gazette", SUBJECTS), *talk("cyclist", OTHERS)])

    assert list(spots) == ["gazette", "cyclist"]
    assert spots["gazette"].overlap == pytest.approx(1.0)
    assert spots["cyclist"].overlap == 0.0
    assert set(spots["gazette"].shared) == set(SUBJECTS)


def test_the_score_is_the_weighted_mean_of_its_parts() -> None:
    rivals = {"mentions": (mention("acme"),)}

    spot = rank([*ours(), *talk("gazette", SUBJECTS, authors=8, **rivals)])["gazette"]

    weekly = 8 / 4
    assert spot.activity == pytest.approx(weekly / (weekly + HALF_AUTHORS))
    assert (spot.rivals, spot.rivals_share) == (("acme",), 0.5)  # of Acme and Bolide
    assert spot.score == pytest.approx(0.5 * 1.0 + 0.3 * spot.activity + 0.2 * 0.5)


def test_own_and_rival_places_are_no_places_to_go_to() -> None:
    spots = rank([*ours(), *talk("acme-forum", SUBJECTS, owner="acme"), *talk("gazette", SUBJECTS)])

    assert list(spots) == ["gazette"]


def test_two_authors_are_too_few_and_few_terms_are_not_compared() -> None:
    spots = rank([*ours(), *talk("gazette", SUBJECTS, authors=2), *talk("cyclist", SUBJECTS[:4])])

    assert list(spots) == ["cyclist"]
    assert spots["cyclist"].overlap is None


def test_communities_only_linked_to_are_ranked_by_the_texts_that_link_to_them() -> None:
    links = {"link_domains": ("reddit.com/r/velo", "youtube.com", "acme.example")}

    spots = rank([*ours(), *talk("gazette", SUBJECTS, **links)])

    assert [(each.place, each.sort) for each in spots.values()] == [
        ("gazette", "watched"),
        ("reddit.com/r/velo", "linked"),
    ]
    assert spots["reddit.com/r/velo"].authors == 4


def test_spam_bots_and_copies_make_no_place_alive() -> None:
    noise = [
        *talk("cyclist", SUBJECTS, intent="spam"),
        *talk("gazette", SUBJECTS, is_copy=True),
    ]

    assert rank([*ours(), *noise]) == {}


def test_what_is_said_of_us_there_is_counted() -> None:
    spots = rank([*ours(), *talk("gazette", SUBJECTS, mentions=(mention("nimbo"),))])

    assert spots["gazette"].ours == 4


def test_cosine_is_the_angle_between_weighted_terms() -> None:
    rarity = {"a": 1.0, "b": 2.0}
    one, other = make_profile([("a", 1), ("b", 1)], rarity), make_profile([("b", 1)], rarity)

    assert cosine(one, other) == pytest.approx(2 / math.sqrt(5))
    assert cosine(one, {}) == 0.0


# the list behind `veilleur places`


def link(number: int, domain: str, *, days: float, **values: object) -> Document:
    defaults: dict[str, object] = {"author": f"citing-{number}", "source": ("gazette", "cyclist")[number % 2]}
    return text(f"{domain}{number}", days=days, link_domains=(domain,), **{**defaults, **values})


def test_a_place_is_listed_with_the_day_it_emerged() -> None:
    links = [link(n, "guidon.example", days=10 - n) for n in range(4)]  # the third, eight days ago, makes it

    (found,) = list_places(scope_of(links), since=SINCE, until=END)

    assert found.place.domain == "guidon.example"
    assert found.at == links[2].first_seen
    assert (found.place.authors, len(found.place.documents)) == (4, 4)


def test_the_list_holds_what_each_morning_told() -> None:
    links = [link(n, "guidon.example", days=3.5 - n) for n in range(3)]
    mornings = [
        Window(start=END - (n + 1) * DAY, end=END - n * DAY, timezone="Europe/Paris") for n in range(5)
    ]

    told = [
        each.domain
        for morning in mornings
        for scope in [scope_of(links, window=morning)]
        for each in find_places(scope, gather_news(scope).worth_telling)
    ]
    listed = [each.place.domain for each in list_places(scope_of(links), since=END - 5 * DAY, until=END)]

    assert told == listed == ["guidon.example"]


@pytest.mark.parametrize(
    "links",
    [
        [link(n, "guidon.example", days=3) for n in range(2)],
        [link(n, "guidon.example", days=3, source="gazette") for n in range(5)],
        [link(n, "guidon.example", days=3, intent="spam") for n in range(5)],
        [link(n, "guidon.example", days=3) for n in range(5)] + [link(9, "guidon.example", days=40)],
        [link(n, "bit.ly", days=3) for n in range(5)],
        [link(n, "acme.example", days=3) for n in range(5)],
    ],
    ids=["two authors", "one source", "spam", "cited long before", "shortener", "a rival’s own"],
)
def test_other_links_emerge_nowhere(links: list[Document]) -> None:
    assert list_places(scope_of(links), since=SINCE, until=END) == ()


def test_a_decision_ends_the_listing() -> None:
    links = [link(n, "guidon.example", days=3) for n in range(4)]
    ignored = (Decision(action="ignore", subject="guidon.example", why="", on=END.date()),)

    assert list_places(scope_of(links, decisions=ignored), since=SINCE, until=END) == ()
    assert linked_places(scope_of(links, decisions=ignored), Everything()) == ()
    assert linked_places(scope_of(links), Everything()) == ("guidon.example",)
