"""Meaning search over stored vectors: the documents nearest to a sentence, or to another document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.embeddings import embed_texts, from_bytes
from pipelines.encoder import Vectors

LEAST = 0.30
"""Nearness under which two texts have nothing to do with each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A document and its nearness, 1.0 for the same meaning."""

    id: str
    score: float


def near_text(text: str, stored: Sequence[tuple[str, bytes]], *, most: int = 20) -> tuple[Near, ...]:
    """Documents (id, stored vector) nearest to a sentence in either language, nearest first, ties by id."""
    return near_vector(embed_texts([text])[0], stored, most=most)


def near_vector(vector: Vectors, stored: Sequence[tuple[str, bytes]], *, most: int = 20) -> tuple[Near, ...]:
    """Documents (id, stored vector) nearest to a vector, nearest first, ties by id."""
    if not stored:
        return ()
    scores = np.round(from_bytes([each for _, each in stored]) @ vector, 4)
    ranked = sorted(
        (-float(score), id) for (id, _), score in zip(stored, scores, strict=True) if score >= LEAST
    )
    return tuple(Near(id=id, score=-score) for score, id in ranked[:most])
