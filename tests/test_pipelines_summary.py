"""Summaries quote: one or two sentences of the text itself, never more, never other words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.summary import MOST_CHARACTERS, SummaryAnnotator, summarise
from tests.test_pipelines_tone import document

NEWS = (
    "Acme ferme son centre d'appels de Metz à la fin du mois de mars. "
    "Cent vingt salariés sont concernés par la fermeture du centre de Metz. "
    "La journée était pluvieuse et la cour était vide hier matin. "
    "Le syndicat demande une médiation et appelle les salariés du centre à la grève lundi. "
    "Un marché se tient sur la place voisine chaque samedi de l'année. "
    "Les commerçants du quartier craignent une baisse de leurs ventes au printemps."
)


def test_a_summary_is_made_of_the_text_s_own_sentences() -> None:
    quoted = summarise(document(NEWS, "Acme"))

    assert 1 <= len(quoted.split(" […] ")) <= 2
    assert all(sentence in NEWS for sentence in quoted.split(" […] "))
    assert len(quoted) <= MOST_CHARACTERS + len(" […] ")


def test_the_first_sentence_with_the_watched_name_is_kept() -> None:
    assert summarise(document(NEWS, "Acme")).startswith("Acme ferme")


@pytest.mark.parametrize(
    "text", ["", "Court.", "Une phrase. Deux phrases.", "a " * 50_000], ids=["empty", "one", "two", "endless"]
)
def test_texts_as_short_as_a_summary_or_without_sentences_have_none(text: str) -> None:
    assert summarise(document(text)) == ""


def test_texts_that_are_not_analysed_have_none() -> None:
    post = replace(document(NEWS), is_analysed=False)

    assert list(SummaryAnnotator().annotate([post])) == [post]
