"""Whether a name that is also a plain word ("Orange", "Free", "Carrefour") means the organisation.

Evidence: another word of that organisation nearby (its `context`, its other names and handles), a
sure mention or link of it anywhere in the text, or its own place. How near depends on how the name
is written: capitalised inside a sentence it is likely a name, in lower case or where any word
would have a capital it is not, and then only the word before it or a preposition that introduces
names can say so.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.folding import fold, fold_words
from pipelines.words import read_words
from watchlists.model import Organisation

Word = tuple[str, int, int]
"""A folded word, its start and its end."""
NEAR = 12
"""Words on either side in which a context word counts."""
_SENTENCE_END = re.compile(r"(?:^|[.!?…:;»\"”\n•–—(\[-])\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """An ambiguous name as it stands in a text."""

    start: int
    end: int
    word: int
    """Place of its first word among the words of the text; -1 for handles and hashtags."""
    width: int
    """Its number of words."""
    written: str
    """As the watchlist spells it."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides for one organisation."""

    evidence: frozenset[tuple[str, ...]]
    """Word sequences that speak for it, plurals taken off."""

    @classmethod
    def of(cls, organisation: Organisation) -> Judge:
        """The judge of an organisation: its context words and its sure names are evidence."""
        ambiguous = {fold(name) for name in organisation.ambiguous}
        names = (name for name in (organisation.name, *organisation.aliases) if fold(name) not in ambiguous)
        phrases = (*organisation.context, *names, *organisation.handles)
        sequences = (tuple(_singular(word) for word in fold_words(phrase)) for phrase in phrases)
        return cls(frozenset(each for each in sequences if each))

    def accept(
        self, text: str, words: Sequence[Word], at: Occurrence, *, is_named: bool, is_own_place: bool
    ) -> Literal["context", "own_source"] | None:
        """The rule that accepts the occurrence, or None.

        `is_named`: the text names the organisation elsewhere for sure; `is_own_place`: it was
        read in the organisation's own place.
        """
        place = at.word if at.word >= 0 else _place(words, at.start)
        near = self._is_near(text, words, place, at)
        if _is_written_as_name(text, at):
            if near or is_named:
                return "context"
            return "own_source" if is_own_place else None
        before = _word_before(text, words, place, at.start)
        if not before or before in read_words("determiners"):
            return "context" if near and _is_shouted(text, at) else None
        is_introduced = before in read_words("introductions") and (near or is_named or is_own_place)
        return "context" if is_introduced or (_singular(before),) in self.evidence else None

    def _is_near(self, text: str, words: Sequence[Word], place: int, at: Occurrence) -> bool:
        left = [
            word for word in words[max(0, place - NEAR) : place] if "\n\n" not in text[word[1] : at.start]
        ]
        after = place + at.width
        right = [word for word in words[after : after + NEAR] if "\n\n" not in text[at.end : word[1]]]
        return self._holds(left) or self._holds(right)

    def _holds(self, words: Sequence[Word]) -> bool:
        plain = [_singular(word[0]) for word in words]
        lengths = {len(each) for each in self.evidence}
        return any(
            tuple(plain[start : start + length]) in self.evidence
            for length in lengths
            for start in range(len(plain) - length + 1)
        )


def _is_written_as_name(text: str, at: Occurrence) -> bool:
    """Capitals as the watchlist writes them, where a plain word would have none."""
    surface = text[at.start : at.end].lstrip("@#")
    if surface != at.written or surface == surface.lower():
        return False
    return not _SENTENCE_END.search(text[max(0, at.start - 8) : at.start])


def _is_shouted(text: str, at: Occurrence) -> bool:
    """Capitals at the head of a sentence, or all of them: no proof either way."""
    return text[at.start : at.end].lstrip("@#")[:1].isupper()


def _word_before(text: str, words: Sequence[Word], place: int, start: int) -> str:
    """The folded word right before, only spaces and elisions between."""
    if place == 0 or text[words[place - 1][2] : start].strip(" '’-\u00a0@#"):
        return ""
    return words[place - 1][0]


def _place(words: Sequence[Word], start: int) -> int:
    return bisect_left(words, start, key=lambda word: word[1])


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word
