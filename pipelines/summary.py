"""A summary of one text: one or two of its own sentences, quoted, never generated.

Chosen by position (news tells the main thing first), watched names, and centrality: how much of what the text
keeps saying a sentence says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.document import Document
from pipelines.stems import stem_words
from pipelines.words import read_words

MOST_SENTENCES = 2
MOST_CHARACTERS = 320
_READ = 40
"""Sentences of a text that are looked at."""
_SENTENCE = re.compile(r"(?<=[.!?…])[\"»”’)]*\s+(?=[\"«“(\-–—]*\s?[A-ZÀ-ÖØ-Þ0-9])|\n+")
_WORDS_LEAST, _WORDS_MOST = 5, 45


@dataclass(frozen=True, slots=True)
class _Sentence:
    place: int
    text: str
    stems: frozenset[str]


def summarise(document: Document) -> str:
    """One or two sentences of the text in their order; empty where the text is as short."""
    sentences = _sentences(document)
    if len(document.text) <= MOST_CHARACTERS or len(sentences) <= MOST_SENTENCES:
        return ""
    names = tuple(mention.surface for mention in document.mentions)
    counts = Counter(stem for each in sentences for stem in each.stems)
    ranked = sorted(sentences, key=lambda each: (-_score(each, counts, names), each.place))
    kept: list[_Sentence] = []
    for each in ranked:
        is_new = all(_overlap(each, other) < 0.6 for other in kept)
        if is_new and sum(len(other.text) for other in (*kept, each)) <= MOST_CHARACTERS:
            kept.append(each)
        if len(kept) == MOST_SENTENCES:
            break
    return " […] ".join(each.text for each in sorted(kept, key=lambda each: each.place))


def _sentences(document: Document) -> Sequence[_Sentence]:
    parts = (part.strip() for part in _SENTENCE.split(document.text[:20_000]))
    telling = [part for part in parts if part and _WORDS_LEAST <= len(part.split()) <= _WORDS_MOST]
    return [
        _Sentence(place, part, frozenset(stem_words(part, document.language)) - read_words("small_words"))
        for place, part in enumerate(telling[:_READ])
    ]


def _score(sentence: _Sentence, counts: Counter[str], names: Sequence[str]) -> float:
    shared = sum(counts[stem] - 1 for stem in sentence.stems) / max(len(sentence.stems), 1)
    named = any(name in sentence.text for name in names)
    return 1.0 / (1 + sentence.place) + 0.5 * named + min(shared, 2.0) / 2


def _overlap(first: _Sentence, second: _Sentence) -> float:
    return len(first.stems & second.stems) / max(min(len(first.stems), len(second.stems)), 1)


class SummaryAnnotator:
    """Adds the summary of each document in a language that is analysed."""

    version = "summary@1"

    def annotate(self, documents: Sequence[Document], /) -> Sequence[Document]:
        """The same documents with their summaries."""
        return [replace(each, summary=summarise(each)) if each.is_analysed else each for each in documents]
