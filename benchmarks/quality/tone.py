"""Tone: `python -m benchmarks.quality.tone FOLDER [REVIEWS]`, as umsab-sentiment and polarity-fr-amazon.

Printed: macro-F1 by five-fold cross-validation over train and validation, the calibration error (each
fold's temperature found on the others), and with REVIEWS (a CSV of text and 1 or -1) the shipped weights'
accuracy on reviews they never saw, and posts a second.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.train.softmax import Labels, Matrix, calibration_error, macro_f1, softmax
from benchmarks.train.train_tone import FOLDS, LANGUAGES, best_temperature, cross_validate, read_posts
from pipelines.tone import read_tones

GOALS = {"fr": 0.64, "en": 0.66}


def main(folder: Path, reviews: Path | None) -> None:
    """Print the figures against the goals."""
    posts = {language: read_posts(folder, language) for language in LANGUAGES}
    for language, (folds, scores) in cross_validate(posts).items():
        labels = posts[language].labels
        found = macro_f1(labels, scores.argmax(axis=1), classes=3)
        error = calibration_error(labels, calibrated(folds, scores, labels))
        print(f"{language}: macro-F1 {found:.4f} (≥ {GOALS[language]}, goal 0.71), ECE {error:.4f} (≤ 0.08)")
    report_speed(folder)
    if reviews is not None:
        report_reviews(reviews)


def calibrated(folds: Labels, scores: Matrix, labels: Labels) -> Matrix:
    """Chances, each fold under the temperature of the others."""
    chances = np.zeros_like(scores)
    for fold in range(FOLDS):
        others = folds != fold
        heat = best_temperature(scores[others], labels[others])
        chances[~others] = softmax(scores[~others] / heat)
    return chances


def report_speed(folder: Path) -> None:
    """Short posts a second, embedding included, one thread."""
    texts = (folder / "french/val_text.txt").read_text("utf-8").rstrip("\n").split("\n")
    read_tones(texts[:2], language="fr")
    begun = time.process_time()
    read_tones(texts, language="fr")
    print(f"{len(texts) / (time.process_time() - begun):.0f} short posts a second of one core (≥ 200)")


def report_reviews(path: Path) -> None:
    """Accuracy of the sign on reviews."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) == 2]
    tones = read_tones([text for text, _ in rows], language="fr")
    right = sum(
        (tone.balance > 0) == (sign.strip() == "1") for tone, (_, sign) in zip(tones, rows, strict=True)
    )
    print(f"reviews: accuracy {right / len(rows):.4f} of {len(rows)} (goal 0.80)")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
