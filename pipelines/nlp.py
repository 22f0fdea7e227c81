"""The spaCy pipelines, one a language, loaded when a text of that language first comes.

Order of the components, the trained ones between ours:
`tok2vec, morphologizer or tagger, attribute_ruler, lemmatizer, veilleur_names, ner, veilleur_entities,
veilleur_phrases`. Watched names are set as entities before NER, which then works around them. The
parser is left out: nothing here needs it, and it takes half of the time.

This module alone knows `doc._`; what leaves it is an Analysis.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from pipelines.entities import Label, clean_spans
from pipelines.keyphrases import extract_phrases
from pipelines.models import installed_model
from pipelines.names import NameFinder, NameHit

Context = TypeVar("Context")
BATCH = 32
_UNUSED = ("parser", "senter")

for _name, _default in (("name_hits", None), ("title_end", 0), ("names", ()), ("phrases", ())):
    Doc.set_extension(_name, default=_default, force=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text for a pipeline: straightened, with the watched names already found in it."""

    text: str
    title_end: int = 0
    hits: tuple[NameHit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What a pipeline saw in a passage."""

    names: tuple[tuple[str, Label], ...] = ()
    """Names nobody listed, as written, in order."""
    phrases: tuple[str, ...] = ()


class WatchedNames:
    """Sets watched names as entities, exact and first; NER fills the rest.

    Source: pipelines.names. The hits of a doc are taken from `doc._.name_hits` where the caller has
    found them already, else looked for in its text. Give it the names with `watch`.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self._finder = NameFinder(())

    def watch(self, finder: NameFinder) -> None:
        """Use this finder from now on."""
        self._finder = finder

    def __call__(self, doc: Doc) -> Doc:
        if doc._.name_hits is None:
            doc._.name_hits = self._finder.find(doc.text)
        spans = (self._span(doc, hit) for hit in doc._.name_hits if hit.end > hit.start)
        doc.set_ents(filter_spans([span for span in spans if span is not None]), default="missing")
        return doc

    def _span(self, doc: Doc, hit: NameHit) -> Span | None:
        span = doc.char_span(
            hit.start, hit.end, label=self.label, span_id=hit.organisation, alignment_mode="expand"
        )
        # A hit inside a much longer token (a pasted address) is no name of its own.
        return span if span is not None and len(span.text) <= 2 * (hit.end - hit.start) else None


@Language.factory("veilleur_names", assigns=["doc.ents", "doc._.name_hits"], default_config={"label": "ORG"})
def make_watched_names(nlp: Language, name: str, label: str) -> WatchedNames:
    """Watched names first: see WatchedNames."""
    return WatchedNames(label)


@Language.component("veilleur_entities", requires=["doc.ents"], assigns=["doc._.names"])
def find_names(doc: Doc) -> Doc:
    """Names nobody listed, cleaned: see pipelines.entities. Spans set by `veilleur_names` are left out."""
    doc._.names = tuple((doc[each.start : each.end].text, each.label) for each in clean_spans(doc))
    return doc


# token.pos is needed too, but spaCy's attribute_ruler, which sets it for English, does not say so.
@Language.component("veilleur_phrases", requires=["token.lemma"], assigns=["doc._.phrases"])
def find_phrases(doc: Doc) -> Doc:
    """Key phrases: see pipelines.keyphrases."""
    doc._.phrases = extract_phrases(doc, title_end=doc._.title_end)
    return doc


@lru_cache(maxsize=4)
def load_pipeline(name: str) -> Language:
    """A trained pipeline with our components around its NER; loaded once a process, watches no name yet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # spaCy warns of models trained by another patch release
        nlp = spacy.load(name, exclude=list(_UNUSED))
    add_components(nlp)
    return nlp


def add_components(nlp: Language) -> WatchedNames:
    """Our components, at their places; give names to the one returned, to use the pipeline on its own."""
    place: dict[str, Any] = {"before": "ner"} if nlp.has_pipe("ner") else {"last": True}
    watched = nlp.add_pipe("veilleur_names", **place)
    nlp.add_pipe("veilleur_entities", last=True)
    if nlp.has_pipe("lemmatizer"):
        nlp.add_pipe("veilleur_phrases", last=True)
    assert isinstance(watched, WatchedNames)
    return watched


def analyse(language: str, passages: Iterable[tuple[Passage, Context]]) -> Iterator[tuple[Analysis, Context]]:
    """Analyse passages of one language that is served, in order, in spaCy's own batches."""
    name = installed_model(language)
    assert name is not None
    nlp = load_pipeline(name)
    docs = ((_doc(nlp, passage), context) for passage, context in passages)
    for doc, context in nlp.pipe(docs, as_tuples=True, batch_size=BATCH):
        yield Analysis(names=doc._.names, phrases=doc._.phrases), context


def _doc(nlp: Language, passage: Passage) -> Doc:
    doc = nlp.make_doc(passage.text)
    doc._.name_hits = passage.hits
    doc._.title_end = passage.title_end
    return doc
