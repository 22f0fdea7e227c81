"""Make pipelines/weights/intent.npz: `python -m benchmarks.train.train_intent SENTENCES REVIEWS`.

SENTENCES is tests/data/intent.jsonl, one JSON object a line: text, language, intent, half. REVIEWS is
tests/data/reviews.jsonl, longer texts of which none is spam or trolling: what judges only whether a text is,
learns from both. (Trained on reviews, the intents themselves would see complaints and praise all over the
press.) Only the halves named `dev` are read.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.train.softmax import Dense, Linear, Matrix, fit
from pipelines.document import NOISE
from pipelines.intent import LABELS, intent_features

STRENGTH = 0.3
REVIEW = 0.5
"""Weight of a review beside a sentence: there are twice as many."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A labelled sentence of ours."""

    text: str
    language: str
    intent: str


def read_sentences(path: Path, half: str) -> list[Sentence]:
    """The sentences of one half."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [Sentence(row["text"], row["language"], row["intent"]) for row in rows if row["half"] == half]


def read_reviews(path: Path, half: str) -> list[Sentence]:
    """The reviews of one half, which are neither spam nor trolling."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [Sentence(row["text"], row["language"], "other") for row in rows if row["half"] == half]


def train(sentences: list[Sentence]) -> Linear:
    """The regression on these sentences."""
    labels = np.array([LABELS.index(each.intent) for each in sentences])  # type: ignore[arg-type]
    return fit(Dense(_rows(sentences)), labels, classes=len(LABELS), strength=STRENGTH)


def train_noise(sentences: list[Sentence], reviews: list[Sentence]) -> Linear:
    """Whether it is spam or trolling, reviews weighing less."""
    both = [*sentences, *reviews]
    labels = np.array([int(each.intent in NOISE) for each in both])
    weights = np.repeat([1.0, REVIEW], [len(sentences), len(reviews)]).astype(np.float32)
    return fit(Dense(_rows(both)), labels, classes=2, strength=STRENGTH, weights=weights)


def _rows(sentences: list[Sentence]) -> Matrix:
    return np.vstack([intent_features([each.text], each.language) for each in sentences])


if __name__ == "__main__":
    worked = read_sentences(Path(sys.argv[1]), "dev")
    found = train(worked)
    noise = train_noise(worked, read_reviews(Path(sys.argv[2]), "dev"))
    np.savez_compressed(
        Path("pipelines/weights/intent.npz"),
        weights=found.weights.astype(np.float16),
        bias=found.bias.astype(np.float32),
        noise=(noise.weights[:, 1] - noise.weights[:, 0]).astype(np.float16),
        noise_bias=np.array([noise.bias[1] - noise.bias[0]], dtype=np.float32),
    )
