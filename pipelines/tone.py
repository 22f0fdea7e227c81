"""Tone: negative, neutral or positive with a calibrated confidence, of a post and towards organisations.

Source: linear weights over the sentence embedding, lexicon and surface features and hashed character runs
(pipelines/weights/tone.npz; the model card is docs/models.md). Confidences are chances under a temperature
found out of fold. Limits: trained on short public posts; irony and news are where it errs. Tone is for
groups, with its count; never a verdict on one post.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pipelines.document import Document, Mention, Tone
from pipelines.embeddings import embed_texts, opening
from pipelines.tone_features import character_runs, moods_of, stack_surface

LABELS: tuple[Tone, ...] = ("negative", "neutral", "positive")
SERVED = ("fr", "en")
MOST_SENTENCES = 4
"""Sentences read of one text for the tone towards one organisation."""
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_CLAUSE = re.compile(
    r"[,;:]\s+|\s+(?=(?:mais|alors que|tandis que|contrairement|après|au lieu d|plutôt que|"
    r"but|while|whereas|unlike|after|instead of|rather than)\b)",
    re.IGNORECASE,
)
Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneReading:
    """The tone of a text; `balance` is the chance of positive less that of negative."""

    tone: Tone
    confidence: float
    balance: float


@dataclass(frozen=True, slots=True)
class _Weights:
    dense: Numbers
    runs: Numbers
    bias: Numbers
    temperature: float


def read_tones(texts: Sequence[str], *, language: str) -> list[ToneReading]:
    """The tone of each text, French or English; the same whatever the batch."""
    if not texts:
        return []
    weights = _weights(language)
    dense = np.hstack([embed_texts(texts), stack_surface(texts, [language] * len(texts))])
    return [_read(text, row, weights) for text, row in zip(texts, dense, strict=True)]


class ToneAnnotator:
    """Adds tone, emotions, and the tone towards each organisation named."""

    version = "tone@2"

    def annotate(self, documents: Sequence[Document], /) -> Sequence[Document]:
        """The same documents, those in a language served and with words annotated."""
        done = {each.id: each for language in SERVED for each in _annotate(documents, language)}
        return [done.get(each.id, each) for each in documents]


def passages_about(document: Document, mention: Mention) -> str:
    """The sentences that name an organisation; of those that name several, its clauses alone."""
    others = tuple(each.surface for each in document.mentions if each.organisation != mention.organisation)
    found: list[str] = []
    for sentence in _SENTENCE.split(f"{document.title}\n{document.text}"):
        if mention.surface not in sentence:
            continue
        shared = any(other in sentence for other in others)
        found += _clauses(sentence, mention.surface, others) if shared else [sentence]
        if len(found) >= MOST_SENTENCES:
            break
    return " ".join(found[:MOST_SENTENCES]).strip()


def _clauses(sentence: str, surface: str, others: Sequence[str]) -> list[str]:
    """The clauses that name it, each with those after it that name nobody: they go on about it."""
    found: list[str] = []
    goes_on = False
    for clause in filter(None, _CLAUSE.split(sentence)):
        names_it = surface in clause
        goes_on = names_it or (goes_on and not any(other in clause for other in others))
        if names_it:
            found.append(clause)
        elif goes_on:
            found[-1] = f"{found[-1]}, {clause}"
    return found


def _annotate(documents: Sequence[Document], language: str) -> Iterator[Document]:
    chosen = [each for each in documents if each.is_analysed and each.language == language]
    openings = [opening(each) for each in chosen]
    about = [
        (place, passages_about(each, mention) or openings[place])
        for place, each in enumerate(chosen)
        for mention in each.mentions
    ]
    tones = iter(read_tones([*openings, *(text for _, text in about)], language=language))
    whole = [next(tones) for _ in chosen]
    towards = [(place, tone) for (place, _), tone in zip(about, tones, strict=True)]
    for place, document in enumerate(chosen):
        own = [tone for at, tone in towards if at == place]
        yield replace(
            document,
            tone=whole[place].tone,
            tone_confidence=whole[place].confidence,
            emotions=moods_of(f"{document.title}\n{document.text}", language),
            mentions=tuple(
                replace(mention, tone=tone.tone, tone_confidence=tone.confidence)
                for mention, tone in zip(document.mentions, own, strict=True)
            ),
        )


def _read(text: str, row: Numbers, weights: _Weights) -> ToneReading:
    # Row by row: a product of many rows may sum in another order than one of a few.
    places, values = character_runs(text)
    scores = row @ weights.dense + weights.bias + values @ weights.runs[places]
    return _reading(np.asarray(scores / weights.temperature, dtype=np.float32))


def _reading(scores: Numbers) -> ToneReading:
    powers = np.exp(scores - scores.max())
    chances = [round(float(each), 2) for each in powers / powers.sum()]
    best = max(range(len(LABELS)), key=lambda place: chances[place])
    return ToneReading(tone=LABELS[best], confidence=chances[best], balance=round(chances[2] - chances[0], 2))


@cache
def _weights(language: str) -> _Weights:
    with (files("pipelines.weights") / "tone.npz").open("rb") as file:
        stored = np.load(file)
        dense, runs, bias, heat = (
            stored[f"{language}_{name}"].astype(np.float32)
            for name in ("dense", "runs", "bias", "temperature")
        )
    return _Weights(dense, runs, bias, float(heat[0]))
