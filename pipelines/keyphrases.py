"""Key phrases: what a text is about, as lemmas of one to three words, in French and English.

Noun phrases by part of speech ("panne de paiement", "réseau social", "payment outage"), without
names (they are entities), fillers and clichés of the trade. Ranked by count, length, and whether
the title holds them; the order of ties is that of the text. Source: our own patterns and lists.
Limits: agreement is lost with the lemma ("panne général"); a tagger's mistake is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from spacy.strings import StringStore
from spacy.symbols import ADJ, ADP, NOUN, PROPN
from spacy.tokens import Doc

from pipelines.words import read_words

MOST = 12
"""Phrases kept of one text."""
_LETTERS = {NOUN: "N", PROPN: "P", ADJ: "A", ADP: "D"}
_PATTERNS = {
    1: frozenset({"N"}),
    2: frozenset({"NA", "AN", "NN", "PN", "NP"}),
    3: frozenset({"NDN", "NAA", "ANA", "ANN", "AAN", "NNN", "PNN", "NPN"}),
}
_LINKS = frozenset({"de", "d'", "du", "à", "en", "of"})
_WEIGHTS = (0.0, 1.0, 1.9, 2.3)
"""By length: a longer phrase tells more, and is rarer."""
_TITLE_WEIGHT = 1.5


@dataclass(slots=True)
class _Phrase:
    words: int
    first: int
    count: int = 0
    is_in_title: bool = False

    @property
    def score(self) -> float:
        return self.count * _WEIGHTS[self.words] * (_TITLE_WEIGHT if self.is_in_title else 1.0)


def extract_phrases(doc: Doc, *, title_end: int = 0) -> tuple[str, ...]:
    """The most telling phrases of a tagged and lemmatised doc; `title_end` in characters."""
    found: dict[str, _Phrase] = {}
    stops = read_words("stop_phrases")
    in_title = sum(token.idx < title_end for token in doc[: title_end + 1])
    for start, words in _candidates(doc):
        text = " ".join(words).replace("' ", "'")
        if text in stops:
            continue
        phrase = found.setdefault(text, _Phrase(words=len(words), first=start))
        phrase.count += 1
        phrase.is_in_title |= start < in_title
    ranked = sorted(found.items(), key=lambda each: (-each[1].score, each[1].first, each[0]))
    return tuple(islice(_without_parts([text for text, _ in ranked], found), MOST))


def _candidates(doc: Doc) -> Iterator[tuple[int, list[str]]]:
    """First token and lemmas of each run of one to three tokens that makes a noun phrase without names."""
    # Two calls for all tokens: one by one they are slow to ask.
    rows = doc.to_array(["POS", "ENT_TYPE", "IS_STOP", "LIKE_URL"]).tolist()
    names = doc.to_array(["ORTH", "LEMMA"]).tolist()
    strings = doc.vocab.strings
    letters = "".join(
        _letter(strings, row, name) if row[0] in _LETTERS else "x"
        for row, name in zip(rows, names, strict=True)
    )
    for start, letter in enumerate(letters):
        if letter in "xD":
            continue
        for length in (3, 2, 1):
            if letters[start : start + length] in _PATTERNS[length]:
                yield start, [_lemma(strings, name) for name in names[start : start + length]]


def _letter(strings: StringStore, row: list[int], name: list[int]) -> str:
    """The part of speech of a token where it may be of a phrase, else x."""
    pos, *bars = row
    text = strings[name[0]]
    if pos == ADP:
        return "D" if text.lower() in _LINKS or strings[name[1]] in _LINKS else "x"
    return "x" if any(bars) or not _is_word(text) else _LETTERS[pos]


def _is_word(text: str) -> bool:
    return len(text) > 2 and text[0].isalpha() and text.replace("-", "").replace("'", "").isalnum()


def _lemma(strings: StringStore, name: list[int]) -> str:
    return (strings[name[1]] or strings[name[0]]).lower()


def _without_parts(ranked: list[str], found: dict[str, _Phrase]) -> Iterator[str]:
    """Leave out phrases that only ever stand inside a longer one."""
    for text in ranked:
        is_part = any(
            other != text and f" {text} " in f" {other} " and found[other].count >= found[text].count
            for other in ranked
        )
        if not is_part:
            yield text
