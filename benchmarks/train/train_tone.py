"""Make pipelines/weights/tone.npz: `python -m benchmarks.train.train_tone FOLDER`, as umsab-sentiment.

FOLDER holds LANGUAGE/{train,val}_{text,labels}.txt (0 negative, 1 neutral, 2 positive). Three regressions a
language are added up: one on embeddings of six languages together, one on embeddings with lexicon and
surface features, one on hashed character runs. Adding scores of linear models gives one linear model, so what
ships is one matrix a language. Temperatures come from out-of-fold scores.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.train.softmax import Dense, Labels, Linear, Matrix, Rows, fit, softmax
from pipelines.embeddings import embed_texts
from pipelines.tone_features import PLACES, character_runs, stack_surface

LANGUAGES = {
    "fr": "french",
    "en": "english",
    "de": "german",
    "it": "italian",
    "es": "spanish",
    "pt": "portuguese",
}
SERVED = ("fr", "en")
FOLDS = 5
SPREAD = 3.0
"""Embeddings are multiplied by this, so that the prior weighs on them as on the other features."""
MANY, RUNS = 0.3, 0.5
"""Weights of the six-language and the character models beside the main one, found by cross-validation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """The labelled posts of one language, as features."""

    labels: Labels
    vectors: Matrix
    surface: Matrix
    runs: Sequence[tuple[np.ndarray, np.ndarray]]  # type: ignore[type-arg]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneWeights:
    """One linear model over embedding, surface and hashed runs."""

    dense: Matrix
    runs: Matrix
    bias: Matrix

    def scores(self, posts: Posts, which: Labels) -> Matrix:
        """Scores of these posts."""
        dense = np.hstack([posts.vectors[which], posts.surface[which]]) @ self.dense
        return dense + Rows([posts.runs[each] for each in which], PLACES).times(self.runs) + self.bias


def read_posts(folder: Path, language: str) -> Posts:
    """Texts and labels of one language."""
    texts: list[str] = []
    labels: list[int] = []
    for part in ("train", "val"):
        path = folder / LANGUAGES[language]
        texts += (path / f"{part}_text.txt").read_text("utf-8").rstrip("\n").split("\n")
        labels += map(int, (path / f"{part}_labels.txt").read_text("utf-8").split())
    is_served = language in SERVED
    return Posts(
        labels=np.array(labels),
        vectors=embed_texts(texts),
        surface=stack_surface(texts, [language] * len(texts)) if is_served else np.zeros((0, 0), np.float32),
        runs=[character_runs(text) for text in texts] if is_served else [],
    )


def train(posts: dict[str, Posts], language: str, which: dict[str, Labels], many: Linear) -> ToneWeights:
    """The model of one language from these posts of it."""
    own, chosen = posts[language], which[language]
    rows = np.hstack([SPREAD * own.vectors[chosen], own.surface[chosen]])
    main = fit(Dense(rows), own.labels[chosen], classes=3, strength=0.1)
    runs = fit(Rows([own.runs[each] for each in chosen], PLACES), own.labels[chosen], classes=3, strength=3.0)
    size = own.vectors.shape[1]
    dense = main.weights.copy()
    dense[:size] = SPREAD * dense[:size] + MANY * many.weights
    bias = main.bias + MANY * many.bias + RUNS * runs.bias
    return ToneWeights(dense=dense, runs=RUNS * runs.weights, bias=bias)


def train_many(posts: dict[str, Posts], which: dict[str, Labels]) -> Linear:
    """The model over the embeddings of all languages."""
    vectors = np.vstack([posts[each].vectors[which[each]] for each in posts])
    labels = np.concatenate([posts[each].labels[which[each]] for each in posts])
    return fit(Dense(vectors), labels, classes=3, strength=4.0)


def cross_validate(posts: dict[str, Posts]) -> dict[str, tuple[Labels, Matrix]]:
    """Fold of each post and its score by a model that never saw it, for each served language."""
    folds = {each: _folds(len(posts[each].labels)) for each in posts}
    scores = {each: np.zeros((len(posts[each].labels), 3), np.float32) for each in SERVED}
    for fold in range(FOLDS):
        which = {each: np.flatnonzero(folds[each] != fold) for each in posts}
        many = train_many(posts, which)
        for language in SERVED:
            left = np.flatnonzero(folds[language] == fold)
            scores[language][left] = train(posts, language, which, many).scores(posts[language], left)
    return {language: (folds[language], scores[language]) for language in SERVED}


def best_temperature(scores: Matrix, labels: Labels) -> float:
    """The divisor of scores under which the truth is likeliest."""
    rows = np.arange(len(labels))
    grid = np.arange(0.5, 4.0, 0.02)
    return float(min(grid, key=lambda each: -np.log(softmax(scores / each)[rows, labels] + 1e-9).mean()))


def _folds(count: int) -> Labels:
    folds = np.tile(np.arange(FOLDS), count // FOLDS + 1)[:count]
    np.random.default_rng(0).shuffle(folds)
    return folds


def main(folder: Path, target: Path) -> None:
    """Train on everything and write the weights."""
    posts = {language: read_posts(folder, language) for language in LANGUAGES}
    everything = {language: np.arange(len(posts[language].labels)) for language in LANGUAGES}
    many = train_many(posts, everything)
    arrays: dict[str, Matrix] = {}
    for language, (_, scores) in cross_validate(posts).items():
        weights = train(posts, language, everything, many)
        heat = best_temperature(scores, posts[language].labels)
        arrays[f"{language}_dense"] = weights.dense.astype(np.float16)
        arrays[f"{language}_runs"] = weights.runs.astype(np.float16)
        arrays[f"{language}_bias"] = weights.bias.astype(np.float32)
        arrays[f"{language}_temperature"] = np.array([heat], np.float32)
        print(f"{language}: {len(posts[language].labels)} posts, temperature {heat:.2f}")
    np.savez_compressed(target, **arrays)  # type: ignore[arg-type]
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path("pipelines/weights/tone.npz"))
