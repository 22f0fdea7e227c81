"""The spaCy pipelines: components used as spaCy means them; trained models where they are installed."""

from __future__ import annotations

import pytest
import spacy

from pipelines.folding import straighten
from pipelines.models import installed_model, model_fingerprint
from pipelines.names import NameFinder
from pipelines.nlp import Analysis, Passage, add_components, analyse, load_pipeline
from watchlists.model import Organisation

FINDER = NameFinder((Organisation(id="acme", name="Acme", aliases=("Acme Cloud",)),))


def test_components_fit_together() -> None:
    nlp = spacy.blank("fr")
    nlp.add_pipe("tok2vec")
    nlp.add_pipe("morphologizer")
    nlp.add_pipe("lemmatizer", config={"mode": "rule"})
    nlp.add_pipe("ner")

    add_components(nlp).watch(FINDER)

    assert not any(nlp.analyze_pipes()["problems"].values())
    assert nlp.pipe_names.index("veilleur_names") < nlp.pipe_names.index("ner")


def test_watched_names_are_entities_without_any_model() -> None:
    nlp = spacy.blank("fr")
    add_components(nlp).watch(FINDER)

    doc = nlp("Depuis hier Acme Cloud est en panne")

    assert [(ent.text, ent.label_, ent.id_) for ent in doc.ents] == [("Acme Cloud", "ORG", "acme")]
    assert doc._.names == ()


def test_a_language_without_a_model_is_not_served() -> None:
    assert installed_model("xx") is None
    assert model_fingerprint("xx") == ""


def analyses(language: str, *texts: str) -> list[Analysis]:
    passages = [(Passage(text=straighten(text), hits=FINDER.find(text)), None) for text in texts]
    return [analysis for analysis, _ in analyse(language, passages)]


@pytest.mark.models
def test_names_are_found_after_a_curly_apostrophe() -> None:
    (analysis,) = analyses("fr", "Le maire dit qu’Alstom ouvrira une usine à Belfort.")

    assert ("Alstom", "ORG") in analysis.names
    assert ("Belfort", "LOC") in analysis.names


@pytest.mark.models
def test_watched_names_are_left_to_their_own_list() -> None:
    (analysis,) = analyses("en", "Acme Cloud bought a company in Paris.")

    assert analysis.names == (("Paris", "LOC"),)


@pytest.mark.models
@pytest.mark.parametrize(
    ("language", "text", "phrase"),
    [
        ("fr", "La panne de paiement touche les réseaux sociaux.", "panne de paiement"),
        ("fr", "La panne de paiement touche les réseaux sociaux.", "réseau social"),
        ("en", "The payment outage hits our loyal customers.", "payment outage"),
        ("en", "Loyal customers dislike the new price list.", "loyal customer"),
    ],
)
def test_key_phrases_are_lemmas_in_both_languages(language: str, text: str, phrase: str) -> None:
    assert phrase in analyses(language, text)[0].phrases


@pytest.mark.models
@pytest.mark.parametrize("language", ["fr", "en"])
def test_trained_pipelines_have_no_problem(language: str) -> None:
    name = installed_model(language)
    assert name is not None
    nlp = load_pipeline(name)

    assert not any(nlp.analyze_pipes()["problems"].values())
    assert "parser" not in nlp.pipe_names
