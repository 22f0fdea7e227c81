"""Mapped text keeps every offset."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.folding import fold, fold_words, straighten


@given(st.text())
def test_mapping_keeps_the_length_of_any_text(text: str) -> None:
    assert len(straighten(text)) == len(text)
    assert len(fold(text)) == len(text)


def test_typographic_signs_become_plain() -> None:
    assert straighten("« qu’Acme\u00a0»") == '" qu\'Acme "'


def test_folding_takes_case_and_accents_away() -> None:
    assert fold_words("L’Été à Décathlon, ÇA va") == ["l", "ete", "a", "decathlon", "ca", "va"]
