"""Near-duplicates: the same text again, whole, cut or lightly rewritten.

Candidates come from MinHash signatures (rensa) in bands; a pair counts when enough of the shorter text's
three-word runs are in the longer one. Deterministic: seeds are fixed and posts are taken in their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.folding import fold_words

JOINED = 0.25
"""Containment from which two texts are near-duplicates; independent texts on one subject reach 0.1."""
COPY = 0.5
"""Containment from which the later text is called a copy."""
_FEW, _FEW_JOINED = 40, 0.6
"""Texts of fewer runs than this must share more: a stock phrase is no copy."""
_LEAST = 6
_MOST_WORDS = 1_000
_HASHES, _BANDS, _SEED = 256, 128, 7
Runs = frozenset[str]


def word_runs(text: str) -> Runs:
    """Three-word runs of a text, folded."""
    words = fold_words(text)[:_MOST_WORDS]
    return frozenset(" ".join(words[place : place + 3]) for place in range(len(words) - 2))


def containment(first: Runs, second: Runs) -> float:
    """Share of the smaller set that is in the other; 0.0 where either is too small to tell."""
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller >= _LEAST else 0.0


def are_near(first: Runs, second: Runs) -> float:
    """Their containment where they are near-duplicates, else 0.0."""
    share = containment(first, second)
    needed = JOINED if min(len(first), len(second)) >= _FEW else _FEW_JOINED
    return share if share >= needed else 0.0


@dataclass(frozen=True, slots=True)
class Near:
    """An earlier text that is near, and how much they share."""

    place: int
    share: float


@dataclass(slots=True)
class DuplicateFinder:
    """Texts seen so far; each new one is compared with the likely ones among them."""

    _runs: list[Runs] = field(default_factory=list)
    _bands: Any = None

    def add(self, text: str) -> Near | None:
        """The nearest earlier text, the first of equals; then the text is kept for the later ones."""
        runs = word_runs(text)
        place = len(self._runs)
        self._runs.append(runs)
        if len(runs) < _LEAST:
            return None
        signature = self._signature(runs)
        shares = ((are_near(runs, self._runs[other]), -other) for other in self._candidates(signature))
        best, negative = max(shares, default=(0.0, 0))
        self._bands.insert(place, signature)
        return Near(-negative, best) if best else None

    def forget(self, place: int) -> None:
        """Leave an earlier text out from now on."""
        self._runs[place] = frozenset()

    def _candidates(self, signature: Any) -> Sequence[int]:
        if self._bands is None:
            from rensa import RMinHashLSH

            self._bands = RMinHashLSH(threshold=JOINED, num_perm=_HASHES, num_bands=_BANDS)
        return list(self._bands.query(signature))

    def _signature(self, runs: Runs) -> Any:
        from rensa import RMinHash

        signature = RMinHash(num_perm=_HASHES, seed=_SEED)
        signature.update(sorted(runs))
        return signature
