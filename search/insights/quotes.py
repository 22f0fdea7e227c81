"""One sentence that shows what people mean: the shortest that holds a phrase. Pure.

Phrases are lemmas ("borne en panne" for "bornes en panne"), so that words are compared by their stems.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.document import Document
from search.insights.strands import voice_of
from search.wording.plain import shorten, split_sentences

FEWEST_CHARACTERS = 15
"""Shorter sentences ("Panne !") show nothing."""
MOST_CHARACTERS = 200
MOST_BETWEEN = 2
"""Words that may stand between those of a phrase: articles and prepositions, which lemmas leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A sentence of a document, plain and short enough for a line; who said it is not shown."""

    text: str
    document: str
    url: str
    language: str
    voice: str
    """Whose it is, to quote different people; no output shows it."""


def quote_phrase(phrase: str, documents: Iterable[Document], *, without: frozenset[str]) -> Quote | None:
    """The shortest sentence that holds the phrase, of a voice not in `without`; a question only where
    nothing is stated; None when there is none."""
    found = [
        (sentence.endswith("?"), len(sentence), each.published, each.id, sentence, each)
        for each in documents
        if voice_of(each) not in without
        for sentence in split_sentences(f"{each.title}\n{each.text}")
        if len(sentence) >= FEWEST_CHARACTERS and holds_phrase(sentence, phrase, language=each.language)
    ]
    if not found:
        return None
    *_, sentence, document = min(found, key=lambda each: each[:4])
    return Quote(
        text=shorten(sentence, MOST_CHARACTERS),
        document=document.id,
        url=document.url,
        language=document.language,
        voice=voice_of(document),
    )


def holds_phrase(sentence: str, phrase: str, *, language: str) -> bool:
    """Whether the phrase's words follow one another in the sentence, small words between them allowed."""
    from pipelines.stems import stem_words

    wanted, words = stem_words(phrase, language), stem_words(sentence, language)
    reach = len(wanted) + MOST_BETWEEN
    return any(_begins(words[place : place + reach], wanted) for place in range(len(words)))


def _begins(words: Sequence[str], wanted: Sequence[str]) -> bool:
    place = 0
    for word in words:
        if place < len(wanted) and _is_same(word, wanted[place]):
            place += 1
        elif place == 0:
            return False
    return place == len(wanted) > 0


def _is_same(word: str, wanted: str) -> bool:
    """The stems are the same, or differ in an ending that the lemma and the stem cut differently."""
    short, long = sorted((word, wanted), key=len)
    return word == wanted or (len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 3)
