"""A readable label for a group of posts: the phrase or name that most tells it from the others, as written.

Class-based TF-IDF: the share of the group's posts that hold a term, weighed by how rare it is among all
recent posts. Longer phrases tell more. Terms of the reader's language come before others, names serve
everybody, people are nobody's subject. A phrase is kept as lemmas; the label is what the posts
themselves write, in its commonest form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log

from pipelines.document import Document, Entity
from pipelines.entities import name_key
from pipelines.folding import WORD, straighten
from pipelines.stems import stem_words

LEAST_POSTS, LEAST_SHARE = 2, 0.25
"""Posts of a group, and share of them, that hold a term that is to be its label."""
KEPT_SHARE = 0.1
"""A label given stays until fewer of its group's recent posts hold it."""
_READ = 800
"""Characters of a text in which the written form of its phrases is looked for."""
_BY_LENGTH = (0.7, 1.5, 1.6)
_OWN, _NAME, _OTHER = 2.0, 2.0, 1.0
"""Weights of phrases in the reader's language, of names, and of phrases in another and of places."""
_PLACE = "@"
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Wording:
    """What a post speaks of: its terms, and the text in which their written forms are looked for."""

    terms: Mapping[str, str]
    """By key: the lemmas of a phrase after its language and a colon, a folded name after a colon ("@:" for a
    place). The value is the phrase or the name."""
    text: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """The term a group goes by, as it is written; both empty for none."""

    key: str = ""
    written: str = ""


NO_LABEL = Label()


@dataclass(slots=True)
class TermBook:
    """How many recent posts hold each term."""

    posts: int = 0
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, wording: Wording) -> None:
        """Count the terms of a post."""
        self.posts += 1
        self._counts.update(wording.terms.keys())

    def forget(self, wording: Wording) -> None:
        """Leave a post out from now on."""
        self.posts -= 1
        for key in wording.terms:
            self._counts[key] -= 1
            if not self._counts[key]:
                del self._counts[key]

    def choose(self, group: Sequence[Wording], *, language: str, had: Label = NO_LABEL) -> Label:
        """The label of a group of posts: `had` while it holds, else the most telling."""
        held = Counter(key for wording in group for key in wording.terms)
        if had.key and held[had.key] >= max(LEAST_POSTS, KEPT_SHARE * len(group)):
            return had
        shared = [key for key, count in held.items() if count >= max(LEAST_POSTS, LEAST_SHARE * len(group))]
        if not shared:
            return had
        best = max(sorted(shared), key=lambda key: self._score(key, held[key] / len(group), language))
        forms = (written_form(best, each) for each in group if best in each.terms)
        return Label(best, _commonest(forms, lemmas=best.partition(":")[2]))

    def _score(self, key: str, share: float, language: str) -> float:
        own, _, words = key.partition(":")
        rarity = log((self.posts + 1) / (self._counts[key] + 0.5))
        length = _BY_LENGTH[min(len(words.split()), len(_BY_LENGTH)) - 1]
        weight = _OWN if own == language else _OTHER if own else _NAME
        return share * rarity * length * weight


def read_wording(document: Document) -> Wording:
    """The wording of a document: its key phrases and its names."""
    terms = {f"{document.language}:{phrase}": phrase for phrase in document.phrases}
    for entity in filter(_is_telling, document.entities):
        terms[f"{_PLACE if entity.label == 'LOC' else ''}:{name_key(entity.name)}"] = entity.name
    return Wording(terms, f"{document.title}\n{document.text[:_READ]}", document.language)


def written_form(key: str, wording: Wording) -> str:
    """A term as the post writes it: the first words that stand for its lemmas, if any; names as they are."""
    term = wording.terms[key]
    wanted = stem_words(term, wording.language)
    if not wanted or key.partition(":")[0] != wording.language:
        return term
    plain = straighten(wording.text)
    stems = stem_words(plain, wording.language)
    starts = (at for at in range(len(stems) - len(wanted) + 1) if stems[at : at + len(wanted)] == wanted)
    at = next(starts, None)
    if at is None:
        return term
    places = [found.span() for found in WORD.finditer(plain.lower())]
    return " ".join(plain[places[at][0] : places[at + len(wanted) - 1][1]].split())


def _is_telling(entity: Entity) -> bool:
    """People are nobody's subject; one word that is no place and no house is mostly "Welsh" or "Tories"."""
    if entity.label == "PER" or len(entity.name) > _LONGEST:
        return False
    return entity.label != "MISC" or " " in entity.name


def _commonest(forms: Iterator[str], *, lemmas: str) -> str:
    """The commonest form; of equals one that is written, with fewer capitals: they may open a sentence."""
    counts = Counter(forms)
    return min(counts, key=lambda form: (-counts[form], form == lemmas, sum(map(str.isupper, form)), form))
