"""Intent: question, complaint, praise, malfunction, suggestion, announcement, spam, trolling or other.

Source: linear weights over the sentence embedding, tone's surface features and our own signs of intent
(pipelines/weights/intent.npz; the model card is docs/models.md), trained on 162 sentences and 300 reviews of
ours. Limits: it reads the opening of a text; below LEAST the answer is `other`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pipelines.document import Document, Intent
from pipelines.embeddings import embed_texts, opening
from pipelines.intent_cues import cue_features
from pipelines.tone_features import stack_surface

LABELS: tuple[Intent, ...] = (
    "question",
    "complaint",
    "praise",
    "malfunction",
    "suggestion",
    "announcement",
    "spam",
    "trolling",
    "other",
)
SERVED = ("fr", "en")
LEAST = 0.35
"""A likelier intent than this, or none is told."""
LEAST_NOISE = 0.5
"""The same for spam and trolling, which figures leave out: rather one too many kept than a voice lost."""
NOISE: frozenset[Intent] = frozenset({"spam", "trolling"})
SPREADS = (4.0, 0.5, 2.0)
"""Scales of embedding, surface features and signs: the prior weighs on all alike."""
Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentReading:
    """The intent of a text, with its chance."""

    intent: Intent
    confidence: float


def read_intents(texts: Sequence[str], *, language: str) -> list[IntentReading]:
    """The intent of each text, French or English; the same whatever the batch."""
    if not texts:
        return []
    weights, bias = _weights()
    # Row by row: a product of many rows may sum in another order than one of a few.
    return [_reading(row @ weights + bias) for row in intent_features(texts, language)]


def intent_features(texts: Sequence[str], language: str) -> Numbers:
    """One row a text: what the weights are for."""
    parts = (
        embed_texts(texts),
        stack_surface(texts, [language] * len(texts)),
        np.vstack([cue_features(text) for text in texts]),
    )
    return np.hstack([spread * part for spread, part in zip(SPREADS, parts, strict=True)])


class IntentAnnotator:
    """Adds the intent of each document in a language served."""

    version = "intent@2"

    def annotate(self, documents: Sequence[Document], /) -> Sequence[Document]:
        """The same documents, those in a language served and with words annotated."""
        done = {each.id: each for language in SERVED for each in _annotate(documents, language)}
        return [done.get(each.id, each) for each in documents]


def _annotate(documents: Sequence[Document], language: str) -> Iterator[Document]:
    chosen = [each for each in documents if each.is_analysed and each.language == language]
    readings = read_intents([opening(each) for each in chosen], language=language)
    for document, reading in zip(chosen, readings, strict=True):
        yield replace(document, intent=reading.intent, intent_confidence=reading.confidence)


def _reading(scores: Numbers) -> IntentReading:
    powers = np.exp(scores - scores.max())
    chances = [round(float(each), 2) for each in powers / powers.sum()]
    best = max(range(len(LABELS)), key=lambda place: _told(LABELS[place], chances[place]))
    if not _told(LABELS[best], chances[best]):
        return IntentReading(intent="other", confidence=chances[LABELS.index("other")])
    return IntentReading(intent=LABELS[best], confidence=chances[best])


def _told(intent: Intent, chance: float) -> float:
    """The chance, or nothing where it is too small to tell that intent."""
    return chance if chance >= (LEAST_NOISE if intent in NOISE else LEAST) else 0.0


@cache
def _weights() -> tuple[Numbers, Numbers]:
    with (files("pipelines.weights") / "intent.npz").open("rb") as file:
        stored = np.load(file)
        return stored["weights"].astype(np.float32), stored["bias"].astype(np.float32)
