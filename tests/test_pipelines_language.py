"""The language of a text, among those that matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.language import candidates, detect_language, primary_code

WATCH = candidates(("fr", "en"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le paiement ne marche plus depuis ce matin, c’est pénible.", "fr"),
        ("Payments have been failing since this morning, very annoying.", "en"),
        ("Seit heute Morgen funktioniert die Zahlung nicht mehr.", "de"),
        ("С утра оплата не проходит, поддержка молчит.", "ru"),
        ("😀😀😀", "und"),
        ("https://x.example/a @bob #42", "und"),
        ("", "und"),
    ],
)
def test_a_text_tells_its_language(text: str, language: str) -> None:
    assert detect_language(text, among=WATCH) == language


def test_a_few_words_are_in_the_language_their_source_declares() -> None:
    assert detect_language("Wifi KO", among=WATCH, declared="fr-CA") == "fr"


def test_a_sentence_is_in_its_own_language_whatever_the_source_declares() -> None:
    text = "The payment page has been down since this morning for all our customers."

    assert detect_language(text, among=WATCH, declared="fr") == "en"


def test_short_texts_lean_towards_the_languages_of_the_watch() -> None:
    assert detect_language("Hello", among=WATCH, expected=("fr", "en")) in {"fr", "en"}


@pytest.mark.parametrize(
    ("tag", "code"),
    [("fr-FR", "fr"), ("EN_us", "en"), ("", None), (None, None), ("und", None), ("x y", None)],
)
def test_language_tags_are_reduced_to_their_code(tag: str | None, code: str | None) -> None:
    assert primary_code(tag) == code


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("length", "language", "goal"),
    [
        ("sentences", "fr", 0.995),
        ("sentences", "en", 0.995),
        ("word-pairs", "fr", 0.93),
        ("word-pairs", "en", 0.85),
    ],
)
def test_accuracy_on_public_texts_reaches_the_goal(
    corpora: Path, length: str, language: str, goal: float
) -> None:
    lines = (corpora / "lingua-langid" / length / f"{language}.txt").read_text("utf-8").splitlines()
    found = [
        detect_language(line, among=("de", "en", "es", "fr", "it", "nl", "pt")) for line in lines if line
    ]

    assert found.count(language) / len(found) >= goal
