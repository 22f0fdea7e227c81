"""Highlights show why a document matched, in its own words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.backends.highlight import PASSAGE, highlight
from search.index import Highlight
from tests.documents import document
from watchlists.query import And, Keyword, Not, Or, Phrase, Prefix, Query, Words

FILLER = "Rien de neuf sous le soleil, disent les gens. " * 20


def marked(query: Query, *, title: str = "", text: str = "", language: str = "fr") -> list[str]:
    """The marked words, in order."""
    found = highlight(document(title=title, text=text, language=language), query)
    return [each.text[low:high] for each in found for low, high in each.marks]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Words("prelevement"), ["prélèvements"]),
        (Words("l'opérateur"), ["opérateurs"]),
        (Phrase("prélèvements bloqués"), ["prélèvements", "bloqués"]),
        (Phrase("bloqués prélèvements"), []),
        (Phrase("opérateurs prélèvements", slop=3), ["opérateurs", "prélèvements"]),
        (Prefix("prélè"), ["prélèvements"]),
        (Words("prélèvements", "title"), []),
        (Or((Words("bloqué"), Words("absent"))), ["bloqués"]),
        (And((Words("bloqué"), Not(Words("opérateur")))), ["bloqués"]),
        (Keyword("source", "gazette"), []),
    ],
    ids=str,
)
def test_what_was_asked_for_is_marked(query: Query, expected: list[str]) -> None:
    assert marked(query, text="Les opérateurs n’ont plus de prélèvements bloqués.") == expected


def test_a_title_is_shown_whole_and_before_the_text() -> None:
    found = highlight(document(title="Panne chez Acme", text="une panne"), Words("panne"))

    assert [(each.field, each.text) for each in found] == [
        ("title", "Panne chez Acme"),
        ("text", "une panne"),
    ]


def test_a_passage_is_short_and_cut_between_words() -> None:
    text = FILLER + "La panne dure encore. " + FILLER

    (passage,) = highlight(document(text=text), Words("panne"))

    assert len(passage.text) <= PASSAGE
    assert passage.text in text
    assert text[text.index(passage.text) - 1] == " "
    assert passage.text[slice(*passage.marks[0])] == "panne"


def test_the_passage_with_most_different_words_is_chosen_and_order_is_that_of_the_text() -> None:
    text = f"panne. {FILLER} panne. {FILLER} La panne de fibre. {FILLER} La panne. {FILLER} réseau."

    found = highlight(document(text=text), Words("panne fibre réseau"))

    assert sum("fibre" in each.text for each in found) == 1
    assert len(found) == 2
    assert text.index(found[0].text) < text.index(found[1].text)


def test_other_languages_are_marked_without_stems() -> None:
    assert marked(Words("storung"), text="Eine Störung ohne Störungen", language="de") == ["Störung"]


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=400), words=st.text(max_size=20))
def test_marks_lie_within_their_passage_whatever_the_text(text: str, words: str) -> None:
    query = Or((Words(words), Prefix(words), Phrase(words)))

    found = highlight(document(title=text, text=text), query)

    assert all(is_within(each) for each in found)


def is_within(passage: Highlight) -> bool:
    """Whether the marks are in order, apart, and inside."""
    edges = [edge for mark in passage.marks for edge in mark]
    return edges == sorted(edges) and all(0 <= edge <= len(passage.text) for edge in edges)
