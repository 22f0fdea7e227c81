"""Make pipelines/weights/intent.npz: `python -m benchmarks.train.train_intent SENTENCES REVIEWS`.

SENTENCES is tests/data/intent.jsonl, one JSON object a line: text, language, intent, half. REVIEWS is
tests/data/reviews.jsonl: the same with a tone, for praise, complaint or neither; without them the short
sentences alone take long, plain texts for advertisements. Only the halves named `dev` are read.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.train.softmax import Dense, Linear, fit
from pipelines.intent import LABELS, intent_features

MEANT = {"negative": "complaint", "positive": "praise", "neutral": "other"}
REVIEW = 0.25
"""Weight of a review beside a sentence: there are twice as many, and they know three intents of nine."""


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
    """The reviews of one half, by what their tone means."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [Sentence(row["text"], row["language"], MEANT[row["tone"]]) for row in rows if row["half"] == half]


def train(sentences: list[Sentence], reviews: list[Sentence]) -> Linear:
    """The regression on these sentences, reviews weighing less."""
    both = [*sentences, *reviews]
    rows = np.vstack([intent_features([each.text], each.language) for each in both])
    labels = np.array([LABELS.index(each.intent) for each in both])  # type: ignore[arg-type]
    weights = np.repeat([1.0, REVIEW], [len(sentences), len(reviews)]).astype(np.float32)
    return fit(Dense(rows), labels, classes=len(LABELS), strength=0.3, weights=weights)


if __name__ == "__main__":
    found = train(read_sentences(Path(sys.argv[1]), "dev"), read_reviews(Path(sys.argv[2]), "dev"))
    np.savez_compressed(
        Path("pipelines/weights/intent.npz"),
        weights=found.weights.astype(np.float16),
        bias=found.bias.astype(np.float32),
    )
