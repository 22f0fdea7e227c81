"""What tone and intent are read from: lexicon hits under negation, surface signs, hashed character runs.

No vocabulary: character runs are hashed into a fixed number of places (CRC-32, the same everywhere).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pipelines.folding import fold
from pipelines.lexicons import EMOTIONS, LANGUAGES, Lexicon, read_lexicon
from pipelines.stems import stem_words

PLACES = 2**15
"""How many places character runs are hashed into."""
MOST_CHARACTERS = 1_000
_KEPT = 256
"""Latest texts whose features are kept at hand: tone and intent read the same openings."""
_REACH = 3
"""A negation or an intensifier weighs on this many words after it."""
_NAMELESS = re.compile(r"https?://\S+|www\.\S+|@\w+")
_CLAUSE = re.compile(r"[.!?;:,\n]+")
_GLAD = re.compile(
    "[\u2764\u2665\u2728\u263a\U0001f600-\U0001f60d\U0001f618\U0001f61a\U0001f642\U0001f44d\U0001f44f\U0001f495-\U0001f49f\U0001f389\U0001f60e\U0001f917\U0001f929\U0001f970\U0001f973\U0001f64c]|(?<!\\w)[:;=]-?[)DpP](?!\\w)|<3|\\^\\^"
)
_SAD = re.compile(
    "[\u2639\U0001f61e-\U0001f62d\U0001f641\U0001f612\U0001f613\U0001f614\U0001f615\U0001f616\U0001f494\U0001f620\U0001f621\U0001f624\U0001f44e\U0001f4a9\U0001f595\U0001f92c\U0001f92e\U0001f971]|(?<!\\w)[:;=]'?-?[(/](?!\\w)"
)
_LAUGHING = re.compile("[\U0001f602\U0001f923\U0001f644\U0001f921\U0001f643]")
_MOST_PLACES = 2**16
LONGEST_RUN = 5
_STRANGE = re.compile(r"[^\x00-\x7f]")
_ONES = np.uint32(0xFFFFFFFF)
_CRC = np.array([crc32(bytes([each ^ 0xFF])) ^ 0xFF000000 for each in range(256)], dtype=np.uint32)
"""CRC-32's table, read off zlib's answers for single bytes."""
SURFACE = 22 + 2 * len(EMOTIONS)
Surface = NDArray[np.float32]


class _Places(dict[str, int]):
    """Run -> its place, worked out when first met: texts share most of their short runs."""

    def __missing__(self, run: str) -> int:
        if len(self) >= _MOST_PLACES:
            self.clear()
        self[run] = place = crc32(run.encode("utf-8", "replace")) % PLACES
        return place


_PLACES = _Places()


@lru_cache(maxsize=_KEPT)
def surface_features(text: str, language: str) -> Surface:
    """Counts that say how it is said, squeezed to about [-2, 2]; the lexicon is that of the language."""
    text = text[:MOST_CHARACTERS]
    lexicon = language if language in LANGUAGES else "en"
    good, bad, moods, others = _weigh(text, lexicon)
    letters = sum(map(str.isalpha, text)) or 1
    signs = (
        len(_GLAD.findall(text)),
        len(_SAD.findall(text)),
        len(_LAUGHING.findall(text)),
        text.count("!"),
        text.count("?"),
        text.count("..") + text.count("…"),
        len(re.findall(r"(\w)\1\1", text)),
        text.count('"') + text.count("«") + text.count("“"),
        text.count("#"),
        text.count("@"),
        "http" in text,
        3 * sum(map(str.isupper, text)) / letters,
        len(text) / 100,
    )
    balance = (good - bad) / (1 + good + bad)
    values = (good, bad, 2 * (good > bad), 2 * (bad > good), *moods, *others, *signs)
    return np.array([balance, *(np.log1p(max(float(value), 0.0)) for value in values)], dtype=np.float32)


def character_runs(text: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Places and weights (unit length) of the runs of two to five characters and of words, hashed."""
    folded = " " + " ".join(_NAMELESS.sub(" ", fold(text[:MOST_CHARACTERS])).split()) + " "
    words = np.array([_PLACES[run] for run in _word_runs(folded)], dtype=np.int32)
    places, counts = np.unique(np.concatenate([words, _character_places(folded)]), return_counts=True)
    weights = (1 + np.log(counts)).astype(np.float32) if len(counts) else np.zeros(0, dtype=np.float32)
    return places.astype(np.int32), weights / max(float(np.linalg.norm(weights)), 1e-9)


def moods_of(text: str, language: str) -> tuple[str, ...]:
    """Emotions of crisis whose words are in a text, not under a negation."""
    if language not in LANGUAGES:
        return ()
    _, _, moods, _ = _weigh(text[:MOST_CHARACTERS], language)
    count = len(EMOTIONS)
    return tuple(name for name, hits in zip(EMOTIONS, moods[:count], strict=True) if hits)


def _word_runs(folded: str) -> list[str]:
    words = folded.split()
    return [*(f"w {word}" for word in words), *(f"w {first} {second}" for first, second in pairwise(words))]


def _character_places(folded: str) -> NDArray[np.int32]:
    """The places of all runs of two to five characters: CRC-32 from every start at once."""
    codes = np.frombuffer(folded.encode("ascii", "replace"), dtype=np.uint8)
    strange = [found.start() for found in _STRANGE.finditer(folded)]
    sums = np.full(len(codes), _ONES, dtype=np.uint32)
    found = [np.zeros(0, dtype=np.int32)]
    for size in range(1, min(LONGEST_RUN, len(codes)) + 1):
        sums = sums[: len(codes) - size + 1]
        sums = _CRC[(sums ^ codes[size - 1 :]) & 0xFF] ^ (sums >> 8)
        if size > 1:
            places = ((sums ^ _ONES) % PLACES).astype(np.int32)
            for start in {each - back for each in strange for back in range(size)}:
                if 0 <= start < len(places):  # a run with a character of several bytes
                    places[start] = _PLACES[folded[start : start + size]]
            found.append(places)
    return np.concatenate(found)


def _weigh(text: str, language: str) -> tuple[float, float, tuple[float, ...], tuple[float, ...]]:
    """Good and bad words (turned over by a negation before them), emotions, and the other lists."""
    lexicon = read_lexicon(language)
    good = bad = 0.0
    moods, denied = dict.fromkeys(EMOTIONS, 0.0), dict.fromkeys(EMOTIONS, 0.0)
    others = dict.fromkeys(("negations", "contrasts", "irony", "intensifiers"), 0.0)
    for clause in _CLAUSE.split(text):
        for lists, before in _hits(lexicon, stem_words(clause, language)):
            is_denied = "negations" in before
            weight = 1.5 if "intensifiers" in before else 1.0
            if "positive" in lists:
                good, bad = (good, bad + 0.7) if is_denied else (good + weight, bad)
            if "negative" in lists:
                good, bad = (good + 0.4, bad) if is_denied else (good, bad + weight)
            for name in lists:
                if name in others:
                    others[name] += 1
                elif name in moods:
                    (denied if is_denied else moods)[name] += 1
    return good, bad, (*moods.values(), *denied.values()), tuple(others.values())


def _hits(lexicon: Lexicon, stems: Sequence[str]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """The lists of each word that is in some, and those of the words shortly before it."""
    words = lexicon.lists_of(stems)
    for place, lists in enumerate(words):
        if lists:
            yield lists, frozenset[str]().union(*words[max(0, place - _REACH) : place])


def stack_surface(texts: Sequence[str], languages: Sequence[str]) -> Surface:
    """One row of surface features a text."""
    rows = [
        surface_features(text[:MOST_CHARACTERS], language)
        for text, language in zip(texts, languages, strict=True)
    ]
    return np.vstack(rows) if rows else np.zeros((0, SURFACE), dtype=np.float32)
