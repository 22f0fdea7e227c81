"""Intent: `python -m benchmarks.quality.intent tests/data/intent.jsonl`, one JSON object a line.

Printed: macro-F1 by five-fold cross-validation on the half the weights are trained on (a sentence and its
translation always in one fold), and macro-F1 of the shipped weights on the half kept apart.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.train.softmax import Labels, macro_f1
from benchmarks.train.train_intent import Sentence, read_sentences, train
from pipelines.intent import LABELS, intent_features, read_intents

GOAL = 0.80
FOLDS = 5


def main(path: Path) -> None:
    """Print both halves."""
    dev, held = read_sentences(path, "dev"), read_sentences(path, "held")
    crossed = macro_f1(truths(dev), cross_validated(dev), classes=len(LABELS))
    print(f"dev, n={len(dev)}, cross-validated: macro-F1 {crossed:.4f} (≥ {GOAL})")
    for language in ("fr", "en"):
        part = [each for each in held if each.language == language]
        print(f"held, {language}, n={len(part)}: macro-F1 {score(part):.4f}")
    print(f"held, n={len(held)}: macro-F1 {score(held):.4f} (≥ {GOAL})")


def score(sentences: list[Sentence]) -> float:
    """Macro-F1 of the shipped weights."""
    found = [read_intents([each.text], language=each.language)[0].intent for each in sentences]
    return macro_f1(truths(sentences), np.array([LABELS.index(each) for each in found]), classes=len(LABELS))


def truths(sentences: list[Sentence]) -> Labels:
    """The labels as numbers."""
    return np.array([LABELS.index(each.intent) for each in sentences])  # type: ignore[arg-type]


def cross_validated(sentences: list[Sentence]) -> Labels:
    """Answers of models that never saw the sentence or its translation."""
    seen: Counter[tuple[str, str]] = Counter()
    folds, found = [], np.zeros(len(sentences), dtype=np.int64)
    for each in sentences:
        folds.append(seen[each.intent, each.language] % FOLDS)
        seen[each.intent, each.language] += 1
    for fold in range(FOLDS):
        model = train([each for each, own in zip(sentences, folds, strict=True) if own != fold])
        for place in np.flatnonzero(np.array(folds) == fold):
            row = intent_features([sentences[place].text], sentences[place].language)
            found[place] = int((row @ model.weights + model.bias).argmax())
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
