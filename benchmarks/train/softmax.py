"""Softmax regression by L-BFGS on numpy: what the trainings share. Runs on dense rows and on hashed rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Labels = NDArray[np.int64]
Hashed = Sequence[tuple[NDArray[np.int32], Matrix]]


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights (features x classes) and one bias a class."""

    weights: Matrix
    bias: Matrix


class Rows:
    """Hashed rows end to end, so that products are gathers and counts."""

    def __init__(self, rows: Hashed, places: int) -> None:
        self.places = places
        self.index = np.concatenate([each[0] for each in rows])
        self.value = np.concatenate([each[1] for each in rows])
        lengths = np.array([len(each[0]) for each in rows])
        self.row = np.repeat(np.arange(len(rows)), lengths)
        self.count = len(rows)

    def times(self, weights: Matrix) -> Matrix:
        """Rows x weights."""
        columns = [
            np.bincount(self.row, self.value * weights[self.index, each], self.count)
            for each in range(weights.shape[1])
        ]
        return np.stack(columns, axis=1).astype(np.float32)

    def transposed_times(self, values: Matrix) -> Matrix:
        """Rows' transpose x values."""
        columns = [
            np.bincount(self.index, self.value * values[self.row, each], self.places)
            for each in range(values.shape[1])
        ]
        return np.stack(columns, axis=1).astype(np.float32)


class Dense:
    """A plain matrix, with the same two products."""

    def __init__(self, rows: Matrix) -> None:
        self.rows = rows
        self.places = rows.shape[1]

    def times(self, weights: Matrix) -> Matrix:
        """Rows x weights."""
        return self.rows @ weights

    def transposed_times(self, values: Matrix) -> Matrix:
        """Rows' transpose x values."""
        return self.rows.T @ values


def softmax(scores: Matrix) -> Matrix:
    """Scores as probabilities, row by row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def fit(
    rows: Rows | Dense, labels: Labels, *, classes: int, strength: float, weights: Matrix | None = None
) -> Linear:
    """Maximum likelihood under a Gaussian prior; `strength` is scikit-learn's C."""
    each = np.ones(len(labels), np.float32) if weights is None else weights
    truth = np.eye(classes, dtype=np.float32)[labels]
    size = rows.places * classes

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        coefficients, bias = flat[:size].reshape(-1, classes), flat[size:]
        found = softmax(rows.times(coefficients) + bias)
        value = -float((each * np.log((found * truth).sum(axis=1) + 1e-12)).sum())
        slope = (found - truth) * each[:, None]
        gradient = rows.transposed_times(slope) + coefficients / strength
        value += 0.5 * float((coefficients**2).sum()) / strength
        return value, np.concatenate([gradient.ravel(), slope.sum(axis=0)]).astype(np.float32)

    flat = minimise(loss, np.zeros(size + classes, dtype=np.float32))
    return Linear(flat[:size].reshape(-1, classes), flat[size:])


def minimise(
    loss: Callable[[Matrix], tuple[float, Matrix]], point: Matrix, *, steps: int = 80, memory: int = 8
) -> Matrix:
    """L-BFGS with a halving line search."""
    value, gradient = loss(point)
    pairs: list[tuple[Matrix, Matrix]] = []
    for _ in range(steps):
        direction = -_inverse(gradient, pairs)
        slope = float(direction @ gradient)
        pace = 1.0 if pairs else 1.0 / max(1.0, float(np.linalg.norm(gradient)))
        while True:
            following = point + pace * direction
            new_value, new_gradient = loss(following)
            if new_value <= value + 1e-4 * pace * slope or pace < 1e-6:
                break
            pace /= 2
        moved, turned = following - point, new_gradient - gradient
        if float(moved @ turned) > 1e-10:
            pairs = [*pairs, (moved, turned)][-memory:]
        done = abs(value - new_value) < 1e-5 * max(1.0, abs(value))
        point, value, gradient = following, new_value, new_gradient
        if done:
            break
    return point


def _inverse(gradient: Matrix, pairs: list[tuple[Matrix, Matrix]]) -> Matrix:
    result, kept = gradient.copy(), []
    for moved, turned in reversed(pairs):
        share = float(moved @ result) / float(moved @ turned)
        kept.append(share)
        result -= share * turned
    if pairs:
        moved, turned = pairs[-1]
        result *= float(moved @ turned) / float(turned @ turned)
    for (moved, turned), share in zip(pairs, reversed(kept), strict=True):
        result += (share - float(turned @ result) / float(moved @ turned)) * moved
    return result


def macro_f1(truth: Labels, found: Labels, *, classes: int) -> float:
    """Mean F1 over the classes."""
    scores = []
    for each in range(classes):
        right = float(((truth == each) & (found == each)).sum())
        total = float((truth == each).sum() + (found == each).sum())
        scores.append(2 * right / max(total, 1.0))
    return float(np.mean(scores))


def calibration_error(truth: Labels, chances: Matrix, *, bins: int = 10) -> float:
    """Expected calibration error over equal bins of confidence."""
    confidence, right = chances.max(axis=1), chances.argmax(axis=1) == truth
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(float(right[place == each].mean() - confidence[place == each].mean()))
        * float((place == each).mean())
        for each in range(bins)
        if (place == each).any()
    ]
    return float(sum(gaps))
