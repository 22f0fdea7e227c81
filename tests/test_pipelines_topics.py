"""Queries of the watchlist matched in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.document import Entity, ThreadMeasures
from pipelines.topics import TopicMatcher, matches
from tests.conftest import NOW
from tests.documents import document, mention
from watchlists.model import Organisation, Topic, Watchlist
from watchlists.query_parser import parse_query

POST = document(
    title="Le prélèvement a échoué",
    text="L’application d’Acme refuse les paiements depuis hier soir.",
    source="forum",
    kind="question",
    hashtags=("panne",),
    mentions=(mention("acme", "negative"),),
    entities=(Entity(name="Lyon", label="LOC"),),
    upvotes=12,
    measures=ThreadMeasures(replies=3, is_solved=False),
    published=NOW - timedelta(hours=2),
)


@pytest.mark.parametrize(
    "query",
    [
        "paiement",
        "PRELEVEMENT paiement",
        "application refuse",
        "l'application",
        '"refuse les paiements"',
        '"application refuse"~2',
        "title:échoué",
        "paie*",
        "panne OU paiement",
        "paiement SAUF livraison",
        'organisation:"Acme"',
        "stance:acme|negative",
        "source:forum",
        "hashtag:panne",
        "entity:Lyon",
        "upvotes:[10 TO *]",
        "published:[now-1d TO now]",
        "thread_replies:[3 TO 3]",
        "solved:false",
        "opening:true",
    ],
)
def test_a_query_matches_what_it_describes(query: str) -> None:
    assert matches(parse_query(query, now=NOW, names={"acme": "acme"}), POST)


@pytest.mark.parametrize(
    "query",
    [
        "livraison",
        '"paiements refuse"',
        "title:paiement",
        "text:prélèvement",
        "paiement SAUF application",
        "source:blog",
        "upvotes:{12 TO *]",
        "downvotes:[0 TO *]",
        "published:[* TO now-1d]",
        "solved:true",
    ],
)
def test_a_query_matches_nothing_else(query: str) -> None:
    assert not matches(parse_query(query, now=NOW), POST)


def test_topics_come_in_the_order_of_the_watchlist() -> None:
    topics = (
        Topic(id="z", name="Paiement", query="paiement"),
        Topic(id="b", name="Livraison", query="livraison"),
        Topic(id="a", name="Acme", query='organisation:"Acmé SA"'),
    )
    organisations = (Organisation(id="acme", name="Acme", aliases=("Acmé SA",)),)
    watchlist = Watchlist(name="t", topics=topics, organisations=organisations)

    assert TopicMatcher.of(watchlist, now=NOW).match(POST) == ("z", "a")


def test_words_are_stemmed_by_the_language_of_the_text() -> None:
    english = document(text="Customers complain about failing payments.", language="en")

    assert matches(parse_query("payment customer", now=NOW), english)
    assert not matches(parse_query("payment", now=NOW), document(text="payments", language="de"))
