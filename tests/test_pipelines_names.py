"""Watched names are found exactly, by rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.names import NameFinder, NameHit
from watchlists.load import load_watchlist
from watchlists.model import Organisation

SENTENCES = Path(__file__).parent / "data" / "names"
"""Sentences of our own, half of them traps; see benchmarks/quality/names.py."""

ORGANISATIONS = (
    Organisation(
        id="acme",
        name="Acmé",
        aliases=("Acme Cloud", "C++ Suite"),
        handles=("@acme_aide",),
        domains=("acme.example",),
    ),
    Organisation(
        id="pomme",
        name="Pomme",
        aliases=("PommeBox",),
        ambiguous=("Pomme",),
        context=("forfait", "réseau mobile"),
        ignore=("pomme de terre", "jus de Pomme"),
    ),
    Organisation(id="tube", name="Tubulaire", role="platform", domains=("tube.example",)),
)


def find(text: str, *, links: tuple[str, ...] = (), owner: str | None = None) -> tuple[NameHit, ...]:
    return NameFinder(ORGANISATIONS).find(text, links=links, owner=owner)


def rules(text: str, **place: object) -> list[tuple[str, str, str]]:
    return [(hit.organisation, hit.surface, hit.rule) for hit in find(text, **place)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chez Acmé, rien", ("Acmé", "name")),
        ("chez ACME, rien", ("ACME", "name")),
        ("qu’Acme nous dise", ("Acme", "name")),
        ("les Acmés du monde", ("Acmés", "name")),
        ("l’offre acme-cloud", ("acme-cloud", "alias")),
        ("Acme\u00a0Cloud est là", ("Acme\u00a0Cloud", "alias")),
        ("le #AcmeCloud du jour", ("#AcmeCloud", "hashtag")),
        ("@Acme_Aide bonjour", ("@Acme_Aide", "handle")),
        ("@Acme_Aide@social.example bonjour", ("@Acme_Aide@social.example", "handle")),
        ("@acme bonjour", ("@acme", "handle")),
        ("voir https://www.acme.example/x.", ("https://www.acme.example/x.", "domain")),
        ("écrire à aide@acme.example", ("aide@acme.example", "domain")),
        ("notre C++ Suite", ("C++ Suite", "alias")),
    ],
)
def test_a_name_is_found_with_its_rule(text: str, expected: tuple[str, str]) -> None:
    assert rules(text) == [("acme", *expected)]


@pytest.mark.parametrize(
    "text",
    [
        "Acmeiste convaincu",
        "#acmeforever",
        "@acme_officieux",
        "Suite C, non",
        "https://autre.example/acme",
        "",
    ],
)
def test_other_words_are_not_names(text: str) -> None:
    assert rules(text) == []


def test_the_longest_name_wins_and_words_are_used_once() -> None:
    assert rules("Acme Cloud, puis Acme") == [("acme", "Acme Cloud", "alias"), ("acme", "Acme", "name")]


def test_a_name_does_not_cross_punctuation() -> None:
    assert rules("Acme, cloud") == [("acme", "Acme", "name")]


def test_offsets_are_those_of_the_text_shown() -> None:
    text = "« Été » : qu’Acmé réponde"
    (hit,) = find(text)

    assert text[hit.start : hit.end] == hit.surface == "Acmé"


@pytest.mark.parametrize(
    "text",
    [
        "Mon forfait Pomme est trop cher",
        "Le réseau mobile de Pomme est tombé",
        "Je suis chez pomme avec un petit forfait",
        "Ma PommeBox clignote et Pomme ne répond pas",
    ],
)
def test_an_ambiguous_name_is_accepted_in_context(text: str) -> None:
    assert ("pomme", "context") in {(organisation, rule) for organisation, _, rule in rules(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Une tarte à la pomme",
        "Pomme et poire au menu",
        "J’aime Pomme",
        "Il croque une pomme devant le forfait affiché",
        "Un forfait pommes à volonté",
        "Le jus de Pomme du forfait buffet",
    ],
)
def test_an_ambiguous_name_without_context_is_a_plain_word(text: str) -> None:
    assert rules(text) == []


def test_an_ambiguous_name_is_accepted_in_its_own_place() -> None:
    assert rules("Bienvenue chez nous, où Pomme répond", owner="pomme") == [("pomme", "Pomme", "own_source")]


def test_a_link_that_the_text_does_not_show_counts_once_at_the_start() -> None:
    links = ("https://acme.example/a", "https://docs.acme.example/b")

    assert [(hit.surface, hit.start, hit.rule) for hit in find("Voici.", links=links)] == [
        ("acme.example", 0, "domain")
    ]


def test_a_link_to_a_platform_does_not_mention_it() -> None:
    assert rules("Voir https://tube.example/v", links=("https://tube.example/v",)) == []


@pytest.mark.parametrize("part", ["dev", "closing"])
def test_names_that_are_plain_words_are_told_apart(part: str) -> None:
    finder = NameFinder(load_watchlist(SENTENCES / "watchlist.toml").organisations)
    rows = [json.loads(line) for line in (SENTENCES / f"{part}.jsonl").read_text("utf-8").splitlines()]
    found = [{hit.organisation for hit in finder.find(row["text"])} for row in rows]
    true = [set(row["organisations"]) for row in rows]

    right = sum(len(names & wanted) for names, wanted in zip(found, true, strict=True))

    assert right / sum(map(len, found)) >= 0.95, "precision"
    assert right / sum(map(len, true)) >= 0.95, "recall"
