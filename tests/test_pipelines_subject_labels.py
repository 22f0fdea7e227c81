"""Labels of subjects: the most telling term, as it is written."""

from __future__ import annotations

from dataclasses import replace

from pipelines.document import Entity
from pipelines.subject_labels import Label, TermBook, Wording, read_wording, written_form
from tests.test_pipelines_tone import document


def book(*wordings: Wording) -> TermBook:
    found = TermBook()
    for each in wordings:
        found.add(each)
    return found


def test_a_term_everybody_uses_tells_less_than_a_rare_one() -> None:
    group = [Wording({":acme": "Acme", ":globex": "Globex"})] * 3
    others = [Wording({":acme": "Acme"})] * 20

    assert book(*group, *others).choose(group, language="fr").written == "Globex"


def test_a_term_that_posts_do_not_share_is_no_label() -> None:
    group = [Wording({":a": "A"}), Wording({":b": "B"}), Wording({":c": "C"})]

    assert book(*group).choose(group, language="fr") == Label()


def test_places_give_way_to_what_happens_there() -> None:
    group = [Wording({"@:lyon": "Lyon", "fr:panne de paiement": "panne de paiement"})] * 3

    assert book(*group).choose(group, language="fr").written == "panne de paiement"


def test_what_is_forgotten_counts_no_more() -> None:
    wording = Wording({":acme": "Acme"})
    found = book(wording, wording)

    found.forget(wording)
    found.forget(wording)

    assert found == TermBook()


def test_a_phrase_is_shown_as_it_is_written_and_not_as_lemmas() -> None:
    wording = Wording({"fr:réseau social": "réseau social"}, "Ils quittent les\nréseaux sociaux.", "fr")

    assert written_form("fr:réseau social", wording) == "réseaux sociaux"


def test_a_phrase_that_is_nowhere_is_shown_as_it_is() -> None:
    assert written_form("fr:oeil", Wording({"fr:oeil": "oeil"}, "les yeux", "fr")) == "oeil"


def test_people_and_lone_adjectives_are_no_labels() -> None:
    names = (
        Entity(name="Jean Dupont", label="PER"),
        Entity(name="Welsh", label="MISC"),
        Entity(name="World Cup", label="MISC"),
        Entity(name="Lyon", label="LOC"),
        Entity(name="Globex", label="ORG"),
    )

    wording = read_wording(replace(document("x"), phrases=("prix fixe",), entities=names, language="fr"))

    assert set(wording.terms) == {"fr:prix fixe", ":world cup", "@:lyon", ":globex"}
