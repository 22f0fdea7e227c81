"""Why a document matched: passages with the words that were asked for. The same on every backend. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.document import Document
from pipelines.folding import fold
from search.backends.analysis import OTHER, Term, analyse, analyse_words, locate, text_language
from search.backends.checking import asked_texts
from search.index import Highlight
from watchlists.query import Phrase, Prefix, Query, Words

PASSAGE = 240
"""Most characters of a passage of the text; titles are shown whole."""
LEAD = 60
"""Characters shown before the first mark of a passage."""
PASSAGES = 2
CANDIDATES = 100
"""Marks that a passage may begin at; a text with more is shown by its beginning."""
READ = 100_000
"""Characters of a text that are looked at."""

Mark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What to mark in one field, as terms of one language."""

    words: frozenset[str]
    phrases: tuple[tuple[str, ...], ...]
    prefixes: tuple[str, ...]


def highlight(document: Document, query: Query) -> tuple[Highlight, ...]:
    """The title if it has marks, and the best passages of the text."""
    return (*_title(document, query), *_passages(document, query))


def _title(document: Document, query: Query) -> Iterator[Highlight]:
    if marks := _find_marks(document.title, _asked_of(query, "title", document.language), document.language):
        yield Highlight(field="title", text=document.title, marks=marks)


def _passages(document: Document, query: Query) -> Iterator[Highlight]:
    text = document.text
    marks = _find_marks(text[:READ], _asked_of(query, "text", document.language), document.language)
    for start, end in _choose_spans(text, marks):
        inside = tuple((low - start, high - start) for low, high in marks if start <= low and high <= end)
        yield Highlight(field="text", text=text[start:end], marks=inside)


def _asked_of(query: Query, field: str, language: str) -> _Asked:
    words: set[str] = set()
    phrases: list[tuple[str, ...]] = []
    prefixes: list[str] = []
    for part in asked_texts(query):
        if part.field not in {None, field}:
            continue
        match part:
            case Words(text=text) | Phrase(text=text, slop=1 | 2 | 3 | 4 | 5):
                words.update(analyse_words(text, text_language(language)))
            case Phrase(text=text):
                phrases.append(analyse(text, text_language(language)))
            case Prefix(value=value):
                prefixes.extend(analyse(value, OTHER)[-1:])
    return _Asked(frozenset(words), tuple(filter(None, phrases)), tuple(prefixes))


def _find_marks(text: str, asked: _Asked, language: str) -> tuple[Mark, ...]:
    if not text or not (asked.words or asked.phrases or asked.prefixes):
        return ()
    terms = list(locate(text, text_language(language)))
    marks = {(term.start, term.end) for term in terms if _is_asked(term, text, asked)}
    for phrase in asked.phrases:
        marks.update(_find_phrase(terms, phrase))
    return tuple(sorted(marks))


def _is_asked(term: Term, text: str, asked: _Asked) -> bool:
    if term.text in asked.words:
        return True
    return bool(asked.prefixes) and fold(text[term.start : term.end]).startswith(asked.prefixes)


def _find_phrase(terms: Sequence[Term], phrase: tuple[str, ...]) -> Iterator[Mark]:
    size = len(phrase)
    for at, term in enumerate(terms):
        run = terms[at : at + size]
        if term.text == phrase[0] and tuple(each.text for each in run) == phrase:
            yield from ((each.start, each.end) for each in run)


def _choose_spans(text: str, marks: Sequence[Mark]) -> list[Mark]:
    """The spans that show most different words, earliest first among equals, in reading order."""
    chosen: list[Mark] = []
    spans = {_span_around(text, start): None for start, _ in marks[:CANDIDATES]}
    for span in sorted(spans, key=lambda each: (-_count_different(text, marks, each), each)):
        if all(span[1] <= start or end <= span[0] for start, end in chosen):
            chosen.append(span)
        if len(chosen) == PASSAGES:
            break
    return sorted(chosen)


def _span_around(text: str, start: int) -> Mark:
    """A passage that begins a little before, cut between words."""
    if len(text) <= PASSAGE:
        return 0, len(text)
    low = max(0, start - LEAD)
    if low and (space := text.find(" ", low, start)) >= 0:
        low = space + 1
    high = min(len(text), low + PASSAGE)
    if high < len(text) and (space := text.rfind(" ", start, high)) > start:
        high = space
    return low, high


def _count_different(text: str, marks: Sequence[Mark], span: Mark) -> int:
    return len({fold(text[low:high]) for low, high in marks if span[0] <= low and high <= span[1]})
