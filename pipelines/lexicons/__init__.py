"""Lexicons of tone and emotion of our own, one TOML file a language; words are compared as stems."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipelines.stems import stem_words

EMOTIONS = ("anger", "fear", "disappointment", "mockery")
LANGUAGES = ("fr", "en")
LONGEST = 4
"""Most words of an entry."""
_NONE = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lists of one language: which of them a run of stems is in."""

    lists: Mapping[tuple[str, ...], frozenset[str]]
    firsts: frozenset[str]
    """First words of the entries: most words of a text are none."""

    def lists_of(self, stems: Sequence[str]) -> list[frozenset[str]]:
        """For each word, the names of the lists with an entry that begins at it."""
        firsts = self.firsts
        return [self._lists_at(stems, place) if stem in firsts else _NONE for place, stem in enumerate(stems)]

    def _lists_at(self, stems: Sequence[str], place: int) -> frozenset[str]:
        found = (self.lists.get(tuple(stems[place : place + size])) for size in range(1, LONGEST + 1))
        return frozenset[str]().union(*filter(None, found))


@cache
def read_lexicon(language: str) -> Lexicon:
    """The lexicon of a language, French or English."""
    content = tomllib.loads((files("pipelines.lexicons") / f"{language}.toml").read_text("utf-8"))
    lists: dict[tuple[str, ...], set[str]] = {}
    for name, words in content.items():
        for word in words.split():
            lists.setdefault(tuple(stem_words(word.replace("_", " "), language)), set()).add(name)
    lists.pop((), None)
    return Lexicon(
        {run: frozenset(names) for run, names in lists.items()}, frozenset(run[0] for run in lists)
    )
