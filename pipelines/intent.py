"""Intent: question, complaint, praise, malfunction, suggestion, announcement, spam, trolling or other.

Source: linear weights over the sentence embedding, tone's surface features and our own signs of intent
(pipelines/weights/intent.npz; the model card is docs/models.md), trained on 162 sentences of ours, and on
300 reviews for what is spam at all. Limits: it reads the opening of a text; below LEAST it says `other`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pipelines.document import NOISE, Document, Intent
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
SPREADS = (4.0, 0.5, 2.0)
"""Scales of embedding, surface features and signs: the prior weighs on all alike."""
Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Weights:
    weights: Numbers
    bias: Numbers
    noise: Numbers
    noise_bias: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentReading:
    """The intent of a text, with its chance."""

    intent: Intent
    confidence: float


def read_intents(texts: Sequence[str], *, language: str) -> list[IntentReading]:
    """The intent of each text, French or English; the same whatever the batch."""
    if not texts:
        return []
    weights = _weights()
    return [_read(row, weights) for row in intent_features(texts, language)]


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


def _read(row: Numbers, weights: _Weights) -> IntentReading:
    # Row by row: a product of many rows may sum in another order than one of a few.
    is_noise = float(row @ weights.noise + weights.noise_bias) >= 0
    return _reading(row @ weights.weights + weights.bias, is_noise=is_noise)


def _reading(scores: Numbers, *, is_noise: bool) -> IntentReading:
    """The likeliest intent; spam and trolling only where the second judgement, of long texts too, agrees.

    Figures leave these out, and a voice lost costs more than an advertisement kept.
    """
    powers = np.exp(scores - scores.max())
    chances = [round(float(each), 2) for each in powers / powers.sum()]
    told = [place for place, label in enumerate(LABELS) if is_noise or label not in NOISE]
    best = max(told, key=lambda place: chances[place])
    if chances[best] < LEAST:
        return IntentReading(intent="other", confidence=chances[LABELS.index("other")])
    return IntentReading(intent=LABELS[best], confidence=chances[best])


@cache
def _weights() -> _Weights:
    with (files("pipelines.weights") / "intent.npz").open("rb") as file:
        stored = np.load(file)
        weights, bias, noise, noise_bias = (
            stored[name].astype(np.float32) for name in ("weights", "bias", "noise", "noise_bias")
        )
    return _Weights(weights, bias, noise, float(noise_bias[0]))
