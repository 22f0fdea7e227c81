"""Make pipelines/weights/intent.npz: `python -m benchmarks.train.train_intent tests/data/intent.jsonl`.

One JSON object a line: text, language, intent, half. Only the half named `dev` is read.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.train.softmax import Dense, Linear, fit
from pipelines.intent import LABELS, intent_features


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


def train(sentences: list[Sentence]) -> Linear:
    """The regression on these sentences."""
    rows = np.vstack([intent_features([each.text], each.language) for each in sentences])
    labels = np.array([LABELS.index(each.intent) for each in sentences])  # type: ignore[arg-type]
    return fit(Dense(rows), labels, classes=len(LABELS), strength=0.3)


if __name__ == "__main__":
    found = train(read_sentences(Path(sys.argv[1]), "dev"))
    np.savez_compressed(
        Path("pipelines/weights/intent.npz"),
        weights=found.weights.astype(np.float16),
        bias=found.bias.astype(np.float32),
    )
