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

from spacy.symbols import ADJ, ADP, NOUN, PROPN
from spacy.tokens import Doc, Span, Token

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
    for start, tokens in _candidates(doc):
        text = " ".join(_lemma(token) for token in tokens).replace("' ", "'")
        if text in stops:
            continue
        phrase = found.setdefault(text, _Phrase(words=len(tokens), first=start))
        phrase.count += 1
        phrase.is_in_title |= tokens[0].idx < title_end
    ranked = sorted(found.items(), key=lambda each: (-each[1].score, each[1].first, each[0]))
    return tuple(islice(_without_parts([text for text, _ in ranked], found), MOST))


def _candidates(doc: Doc) -> Iterator[tuple[int, Span]]:
    """Runs of one to three tokens whose parts of speech make a noun phrase, no name among them."""
    letters = _letters(doc)
    for start, letter in enumerate(letters):
        if letter in "xD":
            continue
        for length in (3, 2, 1):
            if letters[start : start + length] in _PATTERNS[length]:
                yield start, doc[start : start + length]


def _letters(doc: Doc) -> str:
    """One letter a token: its part of speech where it may be of a phrase, else x."""
    rows = doc.to_array(
        ["POS", "ENT_TYPE", "IS_STOP", "LIKE_URL"]
    ).tolist()  # one call: tokens are slow to ask
    return "".join(_letter(doc, place, row) for place, row in enumerate(rows))


def _letter(doc: Doc, place: int, row: list[int]) -> str:
    pos, *bars = row
    letter = _LETTERS.get(pos, "x")
    if letter == "x":
        return "x"
    token = doc[place]
    if letter == "D":
        return "D" if token.lower_ in _LINKS or token.lemma_ in _LINKS else "x"
    return "x" if any(bars) or not _is_word(token.text) else letter


def _is_word(text: str) -> bool:
    return len(text) > 2 and text[0].isalpha() and text.replace("-", "").replace("'", "").isalnum()


def _lemma(token: Token) -> str:
    return (token.lemma_ or token.lower_).lower()


def _without_parts(ranked: list[str], found: dict[str, _Phrase]) -> Iterator[str]:
    """Leave out phrases that only ever stand inside a longer one."""
    for text in ranked:
        is_part = any(
            other != text and f" {text} " in f" {other} " and found[other].count >= found[text].count
            for other in ranked
        )
        if not is_part:
            yield text
