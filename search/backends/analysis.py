"""How free text becomes terms on this machine: the embedded index, and highlights for both backends.

French and English are stemmed, then folded; other languages are only folded. Nothing is left out
of the index, so that phrases with small words are found; `analyse_words` leaves them out of a
query that has other words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from pipelines.words import read_words

STEMMERS: dict[str, str] = {"fr": "french", "en": "english"}
"""Languages with a text field of their own, and the stemmer of each."""
OTHER = "xx"
"""The text field of every other language."""
TEXT_LANGUAGES: tuple[str, ...] = (*STEMMERS, OTHER)

LONGEST_WORD = 200
"""Longer runs of letters are no words; they are not indexed."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word as it is compared, and where it stood."""

    text: str
    start: int
    end: int


def text_language(language: str) -> str:
    """Which text field a document of this language is in."""
    return language if language in STEMMERS else OTHER


@cache
def analyzer(language: str) -> TextAnalyzer:
    """What makes the terms of a text field."""
    return _build(language, small_words=[])


def analyse(text: str, language: str) -> tuple[str, ...]:
    """The terms of a text, in order."""
    return tuple(analyzer(language).analyze(text))


def analyse_words(text: str, language: str) -> tuple[str, ...]:
    """The terms a query asks for: small words left out, unless there is nothing else."""
    return tuple(_query_analyzer(language).analyze(text)) or analyse(text, language)


def locate(text: str, language: str) -> Iterator[Term]:
    """The terms of a text with their character offsets."""
    for token in analyzer(language).pre_tokenize(text).tokens:
        yield Term(token.text, token.char_offset_from, token.char_offset_to)


@cache
def _query_analyzer(language: str) -> TextAnalyzer:
    return _build(language, small_words=sorted(read_words("small_words")))


def _build(language: str, *, small_words: list[str]) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    builder = builder.filter(Filter.remove_long(LONGEST_WORD)).filter(Filter.lowercase())
    if small_words:
        builder = builder.filter(Filter.custom_stopword(small_words))
    if language in STEMMERS:
        builder = builder.filter(Filter.stemmer(STEMMERS[language]))
    return builder.filter(Filter.ascii_fold()).build()
