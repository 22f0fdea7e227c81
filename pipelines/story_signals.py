"""What tells one story from another: its words, names, numbers and meaning, read from a title and a text.

Names are runs of capitalised words that do not merely open a sentence, kept folded, so that both
languages share them. Title affixes such as " - Nom du journal" are split off first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import log1p

import numpy as np
from numpy.typing import NDArray

from pipelines.folding import fold, straighten
from pipelines.stems import stem_words
from pipelines.words import read_words

TITLE_WEIGHT = 2.0
"""A word of the title counts as this many in the text."""
MOST_WORDS = 300
"""Words of a text that are compared."""
_LEAST_TITLES = 3
"""Different titles of a source that share an affix."""
_NAME = re.compile(r"(?<![\w])[A-ZÀ-ÖØ-Þ][\w&]*(?:[-'][A-ZÀ-ÖØ-Þ]\w*)*")
_NUMBER = re.compile(r"\d+(?:[ .,]\d+)*")
_OPENING = re.compile(r"(?:^|[.!?…:]\s+|\n\s*|[\"«(-]\s*)$")
_AFFIX = re.compile(r"\s+[-–—|·:»]\s+")
_SEPARATORS = " -–—|·:»"
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """One post, ready to be compared."""

    words: Mapping[str, float]
    """Stem -> how often, dampened."""
    names: frozenset[str]
    numbers: frozenset[str]
    vector: Vector | None = None


def read_signals(title: str, text: str, *, language: str, vector: Vector | None = None) -> Signals:
    """The signals of a post; `title` without affixes."""
    body = " ".join(straighten(text).split()[:MOST_WORDS])
    title = straighten(title)
    counts: Counter[str] = Counter(stem_words(body, language))
    for stem in stem_words(title, language):
        counts[stem] += TITLE_WEIGHT  # type: ignore[assignment]  # a count may be a weight
    words = {stem: log1p(count) for stem, count in counts.items() if len(stem) > 1 and stem not in _small()}
    whole = f"{title}\n{body}"
    return Signals(
        words=words,
        names=frozenset(_names(whole)),
        numbers=frozenset(_numbers(whole)),
        vector=vector,
    )


def strip_affixes(title: str, repeated: frozenset[str]) -> str:
    """The title without a first or last part that titles of its source share."""
    parts = _AFFIX.split(title)
    if len(parts) > 1 and fold(parts[-1]) in repeated:
        title = title[: title.rindex(parts[-1])].rstrip(_SEPARATORS)
        parts = parts[:-1]
    if len(parts) > 1 and fold(parts[0]) in repeated:
        title = title[len(parts[0]) :].lstrip(_SEPARATORS)
    return title


@dataclass(slots=True)
class Affixes:
    """First and last parts of the titles of one source, counted as posts come and go."""

    _titles: Counter[str] = field(default_factory=Counter)
    _parts: Counter[str] = field(default_factory=Counter)

    def add(self, title: str) -> frozenset[str]:
        """Count a title; those of its parts that enough different titles share by now, folded."""
        ends = _ends(title)
        self._titles[title] += 1
        if self._titles[title] == 1:
            self._parts.update(ends)
        return frozenset(part for part in ends if self._parts[part] >= _LEAST_TITLES)

    def forget(self, title: str) -> None:
        """Leave a title out from now on."""
        self._titles[title] -= 1
        if not self._titles[title]:
            del self._titles[title]
            self._parts.subtract(_ends(title))


def _ends(title: str) -> frozenset[str]:
    parts = _AFFIX.split(title)
    return frozenset((fold(parts[0]), fold(parts[-1]))) if len(parts) > 1 else frozenset()


def _names(text: str) -> Iterator[str]:
    for found in _NAME.finditer(text):
        word = found.group()
        if word.isupper() and len(word) > 12:
            continue
        folded = fold(word)
        if folded in _small() or len(folded) < 2:
            continue
        # A capital after a full stop tells nothing, unless the word is written so elsewhere too.
        if not _OPENING.search(text[max(0, found.start() - 4) : found.start()]) or text.count(word) > 1:
            yield folded


def _numbers(text: str) -> Iterator[str]:
    for found in _NUMBER.findall(text):
        digits = re.sub(r"[ ](?=\d{3})|[.,](?=\d{3}(?!\d))", "", found).replace(",", ".")
        if len(digits) > 1:
            yield digits


def _small() -> frozenset[str]:
    return read_words("small_words")


@lru_cache(maxsize=100_000)
def inverse_frequency(count: int, total: int) -> float:
    """How much a word tells that `count` of `total` posts hold."""
    return float(np.log((total + 1) / (count + 0.5))) + 0.3
