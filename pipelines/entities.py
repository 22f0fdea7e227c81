"""Names nobody listed: what the model's NER found, cleaned and merged.

The model's spans are trimmed of what is no part of a name (elided articles "qu'", "l'", lower-case
determiners, verbs that open a sentence, signs), dropped when nothing is left that looks like a name,
and gathered under one spelling each. Watched names come first and keep their own words.
Limits: first names, brands written in lower case and irony are the model's to miss.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from pipelines.document import Entity
from pipelines.folding import fold, straighten
from pipelines.names import NameHit
from pipelines.words import read_words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

Value = TypeVar("Value")
Label = Literal["ORG", "PRODUCT", "PER", "LOC", "MISC"]
MOST = 60
"""Entities kept of one text."""
# French models are trained on WikiNER's four labels, English ones on OntoNotes; dates, amounts and
# ordinals are no names.
LABELS: dict[str, Label] = {
    "ORG": "ORG",
    "PRODUCT": "PRODUCT",
    "PER": "PER",
    "PERSON": "PER",
    "LOC": "LOC",
    "GPE": "LOC",
    "FAC": "LOC",
    "MISC": "MISC",
    "NORP": "MISC",
    "EVENT": "MISC",
    "WORK_OF_ART": "MISC",
    "LAW": "MISC",
}
_ELISION = re.compile(r"(?i)^(?:qu|jusqu|lorsqu|puisqu|quoiqu|[cdjlmnst])'$")
_FORM = re.compile(
    r"(?i)[ ,]+(?:inc|ltd|llc|plc|corp|co|gmbh|ag|sa|sas|sasu|sarl|s\.a|s\.a\.s|bv|nv|srl|spa)\.?$"
)
_EDGES = " \t\n.,;:!?'\"()[]{}<>*_~|/\\-–—…•#@&+="


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A name in a doc, by its tokens."""

    start: int
    end: int
    label: Label


def clean_spans(doc: Doc) -> Iterator[Found]:
    """The model's entities, trimmed to what is a name."""
    for span in doc.ents:
        label = LABELS.get(span.label_)
        if label is None or span.id_:  # an id is a watched name's
            continue
        start, end = _trim(doc, span)
        if start < end and _looks_like_name(doc[start:end]):
            yield Found(start=start, end=end, label=label)


def gather_entities(hits: Sequence[NameHit], names: Iterable[tuple[str, Label]]) -> tuple[Entity, ...]:
    """Entities with their counts: watched names first, then names found, by count, then by first place."""
    watched: dict[str, Entity] = {}
    for hit in hits:
        known = watched.get(hit.organisation)
        count = known.count + 1 if known else 1
        rule = known.rule if known else hit.rule
        watched[hit.organisation] = Entity(name=hit.name, label="ORG", count=count, rule=rule)
    taken = {name_key(entity.name) for entity in watched.values()}
    merged = (entity for entity in merge_names(names) if name_key(entity.name) not in taken)
    return (*watched.values(), *merged)[:MOST]


def merge_names(names: Iterable[tuple[str, Label]]) -> tuple[Entity, ...]:
    """One entity for each name, whatever its case, accents, legal form or hyphens; commonest first."""
    groups: dict[str, list[tuple[str, Label]]] = {}
    for surface, label in names:
        name = canonical_name(surface)
        if name:
            groups.setdefault(name_key(name), []).append((name, label))
    for key in [key for key in groups if " " not in key]:
        fuller = [other for other in groups if other.endswith(" " + key) and groups[other][0][1] == "PER"]
        if len(fuller) == 1:  # "Dupont" after "Jean Dupont" is the same person
            groups[fuller[0]] += [(groups[fuller[0]][0][0], "PER")] * len(groups.pop(key))
    entities = (
        Entity(
            name=_commonest([name for name, _ in group]),
            label=_commonest([label for _, label in group]),
            count=len(group),
        )
        for group in groups.values()
    )
    return tuple(sorted(entities, key=lambda entity: -entity.count))


def canonical_name(surface: str) -> str:
    """One spelling for a name: plain quotes, single spaces, no legal form, shouted words calmed down."""
    name = _FORM.sub("", " ".join(straighten(surface).split())).strip(_EDGES)
    name = name.removesuffix("'s")
    words = (
        word.capitalize() if len(word) > 5 and word.isalpha() and word.isupper() else word
        for word in name.split()
    )
    return " ".join(words)[:120]


def name_key(name: str) -> str:
    """What two spellings of one name share."""
    return " ".join(re.findall(r"[^\W_]+", fold(name)))


def _trim(doc: Doc, span: Span) -> tuple[int, int]:
    start, end = span.start, span.end
    while start < end and _is_not_of_name(doc[start], is_first=True):
        start += 1
    while start < end and _is_not_of_name(doc[end - 1], is_first=False):
        end -= 1
    return start, end


def _is_not_of_name(token: Token, *, is_first: bool) -> bool:
    text = straighten(token.text)
    if not any(letter.isalnum() for letter in text) or text.startswith(("http", "www.")):
        return True
    if not is_first:
        return False
    if fold(text) in read_words("not_names"):
        return True
    is_opening_verb = token.pos_ in {"VERB", "AUX", "ADV"} and _opens_sentence(token)
    return (
        bool(_ELISION.match(text))
        or (text.islower() and text in read_words("determiners"))
        or is_opening_verb
    )


def _opens_sentence(token: Token) -> bool:
    return token.i == 0 or not token.nbor(-1).text[-1].isalpha()


def _looks_like_name(span: Span) -> bool:
    text = span.text
    letters = sum(letter.isalpha() for letter in text)
    has_capital = any(letter.isupper() or letter.isdigit() for letter in text)
    return letters > 1 and has_capital and len(text) <= 120 and "\n" not in text


def _commonest(values: Sequence[Value]) -> Value:
    """The commonest value, the first of them in case of a tie."""
    return Counter(values).most_common(1)[0][0]
