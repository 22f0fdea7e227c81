"""The posts a new one is compared with: their weighted signals, and how common each word is among them.

A likeness of 1 is the least that joins. Within one language words weigh most, then names, meaning and
numbers; across languages meaning decides, helped by names and held back by numbers that differ. Weights and
thresholds were found on ECB+ topics 1 to 20 and on half of our own pairs of titles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipelines.story_signals import Signals, inverse_frequency

WORDS, NAMES, NUMBERS, MEANING = 1.0, 0.4, 0.1, 0.3
JOINS_LONG, JOINS_SHORT, JOINS_ABROAD = 0.48, 0.30, 0.60
LEAST_MEANING = 0.30
"""Posts of one language with meanings further apart than this are not alike, whatever they share."""
NAMES_ABROAD, NUMBERS_ABROAD = 0.15, 0.15
_KINDS = ("words", "names", "numbers")
_FORGOTTEN = Signals(words={}, names=frozenset(), numbers=frozenset())
Weights = Mapping[str, float]


@dataclass(slots=True)
class Window:
    """Posts by number; those before `start` are forgotten."""

    start: int = 0
    languages: list[str] = field(default_factory=list)
    signals: list[Signals] = field(default_factory=list)
    _vectors: NDArray[np.float32] | None = None
    """One row a post and room for more; zeros where a post has none."""
    _counts: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in _KINDS})
    _postings: dict[str, dict[str, dict[int, float]]] = field(
        default_factory=lambda: {kind: {} for kind in _KINDS}
    )

    def add(self, signals: Signals, language: str) -> None:
        """Keep a post for the later ones."""
        place = len(self.signals)
        for kind in _KINDS:
            self._counts[kind].update(self._terms(signals, kind).keys())
            for word, weight in self._weigh(signals, kind).items():
                self._postings[kind].setdefault(word, {})[place] = weight
        if signals.vector is not None:
            self._rows(place, signals.vector)[place] = signals.vector
        self.signals.append(signals)
        self.languages.append(language)

    def forget(self) -> None:
        """Leave the oldest post out from now on."""
        place, self.start = self.start, self.start + 1
        for kind in _KINDS:
            for word in self._terms(self.signals[place], kind):
                self._counts[kind][word] -= 1
                self._postings[kind].get(word, {}).pop(place, None)
        self.signals[place] = _FORGOTTEN

    def compare(self, signals: Signals, language: str, *, is_short: bool) -> Sequence[float]:
        """How like each post kept is, oldest first; 1 is the least that joins."""
        count = len(self.signals) - self.start
        if not count:
            return ()
        words, names, numbers = (self._shared(signals, kind) for kind in _KINDS)
        meaning = self._meaning(signals)
        near = WORDS * words + NAMES * names + NUMBERS * numbers
        if signals.vector is not None:
            near = np.where(meaning >= LEAST_MEANING, near + MEANING * meaning, 0.0)
        near = near / (JOINS_SHORT if is_short else JOINS_LONG)
        differ = np.zeros(count) if not signals.numbers else self._differ(signals)
        abroad = meaning + NAMES_ABROAD * names - NUMBERS_ABROAD * differ
        is_same = np.array([each == language for each in self.languages[self.start :]])
        return [float(each) for each in np.where(is_same, near, abroad / JOINS_ABROAD)]

    def _meaning(self, signals: Signals) -> NDArray[np.float32]:
        end = len(self.signals)
        if signals.vector is None:
            return np.zeros(end - self.start, np.float32)
        # Row by row: a product of many rows may sum in another order than one of a few.
        found = np.einsum("ij,j->i", self._rows(end, signals.vector)[self.start : end], signals.vector)
        return np.asarray(found, dtype=np.float32)

    def _rows(self, count: int, like: NDArray[np.float32]) -> NDArray[np.float32]:
        """The vectors, with room for `count` and one more."""
        if self._vectors is None or len(self._vectors) <= count:
            grown = np.zeros((max(64, 2 * count), len(like)), np.float32)
            if self._vectors is not None:
                grown[: len(self._vectors)] = self._vectors
            self._vectors = grown
        return self._vectors

    def _differ(self, signals: Signals) -> NDArray[np.bool_]:
        """Which posts kept have numbers, and none of these."""
        return np.array(
            [
                bool(each.numbers) and each.numbers.isdisjoint(signals.numbers)
                for each in self.signals[self.start :]
            ]
        )

    def _shared(self, signals: Signals, kind: str) -> NDArray[np.float64]:
        scores = np.zeros(len(self.signals) - self.start)
        for word, weight in self._weigh(signals, kind).items():
            for place, other in self._postings[kind].get(word, {}).items():
                scores[place - self.start] += weight * other
        return scores

    def _weigh(self, signals: Signals, kind: str) -> Weights:
        """Weights of unit length by today's frequencies; a common word alone weighs little."""
        counts, total = self._counts[kind], max(len(self.signals) - self.start, 20)
        weights = {
            word: often * inverse_frequency(counts.get(word, 0), total)
            for word, often in self._terms(signals, kind).items()
        }
        length = float(np.sqrt(sum(each**2 for each in weights.values())))
        return {word: each / max(length, 2.0) for word, each in weights.items()}

    def _terms(self, signals: Signals, kind: str) -> Weights:
        if kind == "words":
            return signals.words
        return dict.fromkeys(sorted(signals.names if kind == "names" else signals.numbers), 1.0)
