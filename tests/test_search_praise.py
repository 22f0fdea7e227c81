"""What is praised and blamed: phrases that set texts apart, quoted by distinct people; and malfunctions."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from pipelines.document import Document, ThreadMeasures
from search.insights.malfunctions import find_malfunctions
from search.insights.praise import PRIOR_VOICES, find_praise, score_phrases, speaks_well
from search.insights.quotes import holds_phrase, quote_phrase
from search.insights.scope import Scope
from tests.documents import document, mention
from tests.memory_index import MemoryIndex
from tests.morning import END, NIMBO, WINDOW, watchlist
from watchlists.model import Decision

DAY = timedelta(days=1)
WEEK_START = END - 7 * DAY


def scope_of(documents: list[Document], **changes: object) -> Scope:
    return Scope(index=MemoryIndex(documents), watchlist=watchlist(**changes), window=WINDOW)


def text(number: int, tone: str, *phrases: str, author: str = "", **values: object) -> Document:
    """What somebody says of Nimbo, a day ago."""
    defaults: dict[str, object] = {
        "published": END - DAY,
        "mentions": (mention("nimbo", tone),),  # type: ignore[arg-type]
        "phrases": phrases,
        "author": author or f"voice-{number}",
        "text": f"Texte numéro {number} : la {' et la '.join(phrases)}, voilà ce que j’en dis.",
    }
    return document(f"text{number:03}", **{**defaults, **values})


def world() -> list[Document]:
    """Ten who complain of late fees, ten who praise the saddles, twenty who talk of stations."""
    angry = [text(n, "negative", "pénalité", "station") for n in range(10)]
    glad = [text(20 + n, "positive", "selle", "station") for n in range(10)]
    calm = [text(40 + n, "neutral", "station", "quartier") for n in range(20)]
    return [*angry, *glad, *calm]


def test_the_phrases_of_either_side_are_told_and_those_of_both_are_not() -> None:
    praise = find_praise(scope_of(world()), NIMBO, since=WEEK_START, until=END)

    assert (praise.positive, praise.negative) == (10, 10)
    assert [(each.phrase, each.voices, each.others) for each in praise.blamed] == [("pénalité", 10, 0)]
    assert [(each.phrase, each.voices, each.others) for each in praise.praised] == [("selle", 10, 0)]


def test_two_people_are_too_few_and_one_loud_author_is_one() -> None:
    two = [text(n, "negative", "pénalité") for n in range(2)]
    loud = [text(10 + n, "negative", "frein", author="loud") for n in range(12)]
    calm = [text(40 + n, "neutral", "station") for n in range(20)]

    praise = find_praise(scope_of([*two, *loud, *calm]), NIMBO, since=WEEK_START, until=END)

    assert praise.blamed == ()
    assert praise.negative == 14


def test_copies_bots_and_staff_are_no_voices() -> None:
    others = [
        text(60, "negative", "panne", is_copy=True),
        text(61, "negative", "panne", author_is_bot=True),
        text(62, "negative", "panne", author_is_staff=True),
        text(63, "negative", "panne", intent="spam"),
    ]

    praise = find_praise(scope_of([*world(), *others]), NIMBO, since=WEEK_START, until=END)

    assert praise.negative == 10
    assert "panne" not in {each.phrase for each in praise.blamed}


def test_names_the_watch_follows_and_muted_terms_are_no_phrases() -> None:
    texts = [text(n, "negative", "nimbo", "pénalité") for n in range(10)]
    texts += [text(40 + n, "neutral", "station") for n in range(20)]
    muted = (Decision(action="mute", subject="pénalité", why="", on=END.date()),)

    praise = find_praise(scope_of(texts, decisions=muted), NIMBO, since=WEEK_START, until=END)

    assert praise.blamed == ()


def test_texts_of_before_are_the_background_and_not_the_news() -> None:
    old = [text(n, "negative", "pénalité", published=END - 20 * DAY) for n in range(10)]

    praise = find_praise(scope_of(old), NIMBO, since=WEEK_START, until=END)

    assert (praise.negative, praise.blamed) == (0, ())


def test_the_score_is_the_log_odds_ratio_over_its_deviation() -> None:
    mine, theirs = {"pénalité": 8, "station": 10}, {"station": 20}
    prior = {"pénalité": 8, "station": 30}

    scores = score_phrases(mine, theirs, prior)

    belief = PRIOR_VOICES * 8 / 38
    here, there = 8 + belief, belief
    odds = math.log(here / (18 + PRIOR_VOICES - here)) - math.log(there / (20 + PRIOR_VOICES - there))
    assert scores["pénalité"] == pytest.approx(odds / math.sqrt(1 / here + 1 / there))
    assert scores["station"] < 0 < scores["pénalité"]


def test_one_phrase_alone_sets_nothing_apart() -> None:
    assert score_phrases({"pénalité": 3}, {"pénalité": 9}, {"pénalité": 12}) == {"pénalité": 0.0}
    texts = [text(n, "negative", "pénalité") for n in range(4)]

    praise = find_praise(scope_of(texts), NIMBO, since=WEEK_START, until=END)

    assert (praise.negative, praise.blamed) == (4, ())


def test_praise_in_an_own_place_speaks_well_and_a_complaint_does_not() -> None:
    home = {"source": "nimbo-forum", "owner": "nimbo", "mentions": ()}

    assert speaks_well(text(1, "neutral", intent="praise", **home), "nimbo")
    assert speaks_well(text(2, "positive"), "nimbo")
    assert not speaks_well(text(3, "neutral", intent="complaint", **home), "nimbo")
    assert not speaks_well(text(4, "neutral"), "nimbo")


# quotes


def test_the_quote_is_the_shortest_statement_that_holds_the_phrase() -> None:
    long = document(
        "long", text="Hier encore, la borne de la gare était en panne toute la soirée. Bref.", author="a"
    )
    short = document("short", text="Oui oui oui. Les bornes sont en panne ce matin.", author="b")
    asking = document("asking", text="La borne en panne ?", author="c")

    quote = quote_phrase("borne en panne", [long, short, asking], without=frozenset())

    assert quote is not None
    assert (quote.text, quote.document) == ("Les bornes sont en panne ce matin.", "short")


def test_different_phrases_are_quoted_from_different_people() -> None:
    texts = [text(n, "negative", "pénalité", "frein", author=f"voice-{n}") for n in range(6)]
    texts += [text(40 + n, "neutral", "station") for n in range(20)]

    praise = find_praise(scope_of(texts), NIMBO, since=WEEK_START, until=END)

    voices = [each.quote.voice for each in praise.blamed if each.quote]
    assert len(voices) == len(set(voices)) == 2


@pytest.mark.parametrize(
    ("sentence", "phrase", "language", "holds"),
    [
        ("Les pannes générales durent", "panne général", "fr", True),
        ("Une panne de paiement", "panne de paiement", "fr", True),
        ("Le paiement est en panne", "panne de paiement", "fr", False),
        ("Our payments outage again", "payment outage", "en", True),
        ("", "panne", "fr", False),
        ("panne", "", "fr", False),
    ],
)
def test_a_phrase_is_found_in_its_inflected_forms(
    sentence: str, phrase: str, language: str, holds: bool
) -> None:
    assert holds_phrase(sentence, phrase, language=language) is holds


# malfunctions


def report(number: int, **values: object) -> Document:
    return text(number, "neutral", **{"intent": "malfunction", "title": f"Panne {number}", **values})


def test_malfunctions_are_told_by_story_with_whether_anybody_answered() -> None:
    home = {"source": "nimbo-forum", "owner": "nimbo"}
    texts = [
        report(1, thread="text001", measures=ThreadMeasures(is_solved=True), **home),
        report(2, thread="text001", parent="text001", published=END - DAY / 2, **home),
        document(
            "answer",
            thread="text001",
            parent="text001",
            author_is_staff=True,
            published=END - DAY / 4,
            **home,
        ),
        report(3, story="app"),
        report(4, story="app"),
        report(5, story="app"),
        report(6, intent="complaint"),
        report(7, author_is_staff=True),
    ]

    found = find_malfunctions(scope_of(texts), NIMBO, since=WEEK_START, until=END)

    assert [(each.reports, each.strand.authors, each.is_answered, each.is_solved) for each in found] == [
        (3, 3, False, False),
        (2, 2, True, True),
    ]
    assert found[1].first.id == "text001"
