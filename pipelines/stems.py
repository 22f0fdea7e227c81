"""Words as topics compare them: stemmed in French and English, then folded; other languages folded only."""

from __future__ import annotations

from functools import cache, lru_cache

import Stemmer  # type: ignore[import-not-found]  # a C extension without stubs

from pipelines.folding import WORD, fold, straighten
from pipelines.words import read_words

_STEMMERS = {"fr": "french", "en": "english"}


def stem_words(text: str, language: str) -> list[str]:
    """The stems of a text's words, in order."""
    words = WORD.findall(straighten(text).lower())
    return [_stem(word, language) for word in words]


@lru_cache(maxsize=10_000)
def query_stems(text: str, language: str) -> tuple[str, ...]:
    """The stems a query asks for: small words left out, unless there is nothing else."""
    words = WORD.findall(straighten(text).lower())
    telling = [word for word in words if word not in read_words("small_words")]
    return tuple(_stem(word, language) for word in telling or words)


@lru_cache(maxsize=100_000)
def _stem(word: str, language: str) -> str:
    stemmer = _stemmer(language)
    return fold(stemmer.stemWord(word) if stemmer else word)


@cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    return Stemmer.Stemmer(_STEMMERS[language]) if language in _STEMMERS else None
