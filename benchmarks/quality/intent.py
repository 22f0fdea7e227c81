"""Intent: `python -m benchmarks.quality.intent SENTENCES REVIEWS [POSTS] [NEWS]`.

SENTENCES and REVIEWS are tests/data/{intent,reviews}.jsonl, one JSON object a line; POSTS and NEWS are
folders laid out as umsab-sentiment and masakhanews, where spam and trolling are rare. Printed: macro-F1 by
five-fold cross-validation on the half the weights are trained on (a sentence and its translation always in
one fold), macro-F1 of the shipped weights on the half kept apart, and how many texts that are neither are
called spam or trolling: each would be missing from every figure.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.train.softmax import Labels, macro_f1
from benchmarks.train.train_intent import Sentence, read_reviews, read_sentences, train
from pipelines.document import NOISE
from pipelines.intent import LABELS, intent_features, read_intents

GOAL = 0.80
FOLDS = 5
WORDS = 60
POSTS = {"fr": "french", "en": "english"}
NEWS = {"fr": "fra", "en": "eng"}


def main(path: Path, reviews: Path, posts: Path | None = None, news: Path | None = None) -> None:
    """Print both halves, then what is taken for noise."""
    dev, held = read_sentences(path, "dev"), read_sentences(path, "held")
    crossed = macro_f1(truths(dev), cross_validated(dev), classes=len(LABELS))
    print(f"dev, n={len(dev)}, cross-validated: macro-F1 {crossed:.4f} (≥ {GOAL})")
    for language in ("fr", "en"):
        part = [each for each in held if each.language == language]
        print(f"held, {language}, n={len(part)}: macro-F1 {score(part):.4f}")
    print(f"held, n={len(held)}: macro-F1 {score(held):.4f} (≥ {GOAL})")
    print(f"spam and trolling found, held half: {share_of_noise(noisy(held)):.3f}")
    print(f"reviews held apart, called spam or trolling: {share_of_noise(read_reviews(reviews, 'held')):.3f}")
    for name, folder, read in (("posts", posts, read_posts), ("news", news, read_news)):
        if folder is None:
            continue
        for language in ("fr", "en"):
            texts = [Sentence(text, language, "other") for text in read(folder, language)]
            print(f"{name}, {language}, n={len(texts)}, the same: {share_of_noise(texts):.3f}")


def share_of_noise(sentences: list[Sentence]) -> float:
    """Share that is called spam or trolling."""
    found = [read_intents([each.text], language=each.language)[0].intent for each in sentences]
    return sum(each in NOISE for each in found) / len(found)


def noisy(sentences: list[Sentence]) -> list[Sentence]:
    """Those that are spam or trolling."""
    return [each for each in sentences if each.intent in NOISE]


def read_posts(folder: Path, language: str) -> list[str]:
    """The validation posts of a folder laid out as umsab-sentiment."""
    return (folder / POSTS[language] / "val_text.txt").read_text("utf-8").rstrip("\n").split("\n")


def read_news(folder: Path, language: str) -> list[str]:
    """Titles and first words of a folder laid out as masakhanews."""
    csv.field_size_limit(10**9)
    with (folder / "data" / NEWS[language] / "dev.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [f"{row['headline']}\n" + " ".join(row["text"].split()[:WORDS]) for row in rows]


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
    main(*map(Path, sys.argv[1:]))
