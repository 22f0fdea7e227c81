"""The terms of documents: key phrases, names, hashtags, topics and formats, and who used them. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.document import Document
from search.insights.strands import voice_of
from watchlists.model import Watchlist

SHORTEST = 3
TIMES = frozenset(
    """
    jour journée matin matinée midi après-midi soir soirée nuit semaine week-end mois année heure minute
    hier demain aujourd’hui aujourd'hui lundi mardi mercredi jeudi vendredi samedi dimanche
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    day morning noon afternoon evening night week weekend month year hour minute today yesterday tomorrow
    monday tuesday wednesday thursday friday saturday sunday
    january february march april may june july august september october november december
    """.split()  # noqa: SIM905  (one string: eighty quoted words would hide them)
)
"""Words of the calendar: they rise with the date, and say nothing."""


FORMATS = frozenset({"video", "episode", "event", "release", "review"})
"""Kinds of text that can rise as a format; posts, replies and articles are what every place is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A value of a keyword field, with the documents that hold it."""

    field: str
    value: str
    documents: tuple[Document, ...]

    @property
    def shown(self) -> str:
        """As a reader writes it."""
        return f"#{self.value}" if self.field == "hashtag" else self.value

    @property
    def authors(self) -> int:
        """Distinct voices that used it."""
        return len({voice_of(each) for each in self.documents})

    @property
    def sources(self) -> int:
        """Distinct sources it was read in."""
        return len({source for each in self.documents for source in each.sources})

    @property
    def language(self) -> str:
        """The language most of its documents are in."""
        return Counter(sorted(each.language for each in self.documents)).most_common(1)[0][0]

    @property
    def first(self) -> Document:
        """The earliest document that holds it."""
        return min(self.documents, key=lambda each: (each.published, each.id))

    def overlap(self, other: Term) -> float:
        """Documents shared, over those of the rarer of both."""
        mine, theirs = ({each.id for each in term.documents} for term in (self, other))
        return len(mine & theirs) / min(len(mine), len(theirs))


def collect_terms(documents: Iterable[Document], *, without: frozenset[str]) -> tuple[Term, ...]:
    """Every term of the documents except those of `without` (in lower case), in alphabetical order."""
    holders: defaultdict[tuple[str, str], list[Document]] = defaultdict(list)
    for document in documents:
        for key in set(_terms_of(document)):
            if _is_telling(key[1].casefold(), without):
                holders[key].append(document)
    return tuple(Term(field=key[0], value=key[1], documents=tuple(holders[key])) for key in sorted(holders))


def _is_telling(value: str, without: frozenset[str]) -> bool:
    return len(value) >= SHORTEST and value not in without and value not in TIMES and not value.isdigit()


def _terms_of(document: Document) -> Iterator[tuple[str, str]]:
    yield from (("phrase", phrase) for phrase in document.phrases)
    yield from (("hashtag", hashtag) for hashtag in document.hashtags)
    yield from (("entity", entity.name) for entity in document.entities if entity.label != "PER")
    yield from (("topic", topic) for topic in document.topics)
    if document.kind in FORMATS:
        yield "kind", document.kind


def watched_names(watchlist: Watchlist) -> frozenset[str]:
    """Names the watch already follows, in lower case: no news as terms."""
    names = [source.name for source in watchlist.sources]
    for organisation in watchlist.organisations:
        names += [organisation.name, *organisation.aliases]
        names += [handle.lstrip("#@") for handle in organisation.handles]
    return frozenset(name.casefold() for name in names if name)
