"""Names nobody listed, cleaned and merged; docs are built by hand."""

from __future__ import annotations

import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipelines.entities import canonical_name, clean_spans, gather_entities, merge_names
from pipelines.names import NameFinder
from watchlists.model import Organisation


def doc(words: str, tags: str, pos: str = "") -> Doc:
    tokens = words.split()
    return Doc(Vocab(), words=tokens, ents=tags.split(), pos=pos.split() or None)


def names(tagged: Doc) -> list[tuple[str, str]]:
    return [(tagged[each.start : each.end].text, each.label) for each in clean_spans(tagged)]


@pytest.mark.parametrize(
    ("words", "tags", "expected"),
    [
        ("voici qu' Acme répond", "O B-ORG I-ORG O", [("Acme", "ORG")]),
        ("à l' ONU hier", "O B-ORG I-ORG O", [("ONU", "ORG")]),
        ("chez les Dupont donc", "O B-PER I-PER O", [("Dupont", "PER")]),
        ("la ville de La Rochelle", "O O O B-LOC I-LOC", [("La Rochelle", "LOC")]),
        ("voir « Acme »", "O B-ORG I-ORG I-ORG", [("Acme", "ORG")]),
        ("le 12 mars", "O B-DATE I-DATE", []),
        ("oui mdr", "O B-MISC", []),
        ("il dit !!", "O O B-MISC", []),
        ("in Paris today", "O B-GPE O", [("Paris", "LOC")]),
    ],
)
def test_a_span_is_trimmed_to_what_is_a_name(words: str, tags: str, expected: list[tuple[str, str]]) -> None:
    assert names(doc(words, tags)) == expected


def test_a_verb_that_opens_a_sentence_is_no_part_of_a_name() -> None:
    tagged = doc("Rejoignez Globex demain", "B-ORG I-ORG O", pos="VERB PROPN ADV")

    assert names(tagged) == [("Globex", "ORG")]


def test_spellings_of_one_name_are_one_entity() -> None:
    found = merge_names([("Globex Inc.", "ORG"), ("GLOBEX", "ORG"), ("globex", "MISC"), ("Lyon", "LOC")])

    assert [(entity.name, entity.label, entity.count) for entity in found] == [
        ("Globex", "ORG", 3),
        ("Lyon", "LOC", 1),
    ]


def test_a_surname_joins_the_only_person_who_bears_it() -> None:
    found = merge_names([("Jean Dupont", "PER"), ("Dupont", "PER"), ("Dupont", "ORG")])

    assert [(entity.name, entity.count) for entity in found] == [("Jean Dupont", 3)]


def test_a_surname_two_people_bear_stays_alone() -> None:
    found = merge_names([("Jean Dupont", "PER"), ("Anne Dupont", "PER"), ("Dupont", "PER")])

    assert {entity.name for entity in found} == {"Jean Dupont", "Anne Dupont", "Dupont"}


def test_watched_names_come_first_and_are_not_found_twice() -> None:
    hits = NameFinder((Organisation(id="acme", name="Acmé"),)).find("Acmé, ACME")

    found = gather_entities(hits, [("Lyon", "LOC"), ("Acme SA", "ORG")])

    assert [(entity.name, entity.count, entity.rule) for entity in found] == [
        ("Acmé", 2, "name"),
        ("Lyon", 1, "ner"),
    ]


@pytest.mark.parametrize(
    ("surface", "name"),
    [
        ("L’Oréal", "L'Oréal"),
        ("GLOBEX  Corp.", "Globex"),
        ("SNCF", "SNCF"),
        ("Acme's", "Acme"),
        ("«Acme»", "Acme"),
        ("...", ""),
    ],
)
def test_a_name_has_one_spelling(surface: str, name: str) -> None:
    assert canonical_name(surface) == name
