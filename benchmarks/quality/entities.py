"""Names nobody listed: `python benchmarks/quality/entities.py FOLDER [SENTENCES]`, laid out as wikineural.

FOLDER holds data/wikineural/fr/val.conllu, or an archive wikineural.tar.gz of it (index, token, BIO tag).
Sentences are put back together as text; a name counts when its characters and label agree with the truth.
Printed: F1 of the model alone and of ours, with straight and with curly apostrophes and quotes. Goals: ours
no worse than the model alone on straight ones, and curly within half a point of straight.
"""

from __future__ import annotations

import re
import sys
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.enrich import bare_pipeline
from pipelines.entities import LABELS, clean_spans
from pipelines.folding import straighten
from pipelines.models import installed_model
from pipelines.nlp import load_pipeline

Name = tuple[int, int, str]
MEMBER = "data/wikineural/fr/val.conllu"
_BEFORE = re.compile(r"^[,.;:!?)\]}%…]")
_AFTER = re.compile(r"(?:['(\[{]|-)$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with its true names."""

    text: str
    names: frozenset[Name]


def main(folder: Path, most: int) -> None:
    """Print the four figures and the goals."""
    straight = list(read_sentences(folder))[:most]
    curly = [Sentence(curl(each.text), each.names) for each in straight]
    model = installed_model("fr")
    assert model is not None
    bare, ours = bare_pipeline("fr"), load_pipeline(model)
    scores = {
        ("model alone", "straight"): score(straight, alone(bare, straight)),
        ("model alone", "curly"): score(curly, alone(bare, curly)),
        ("ours", "straight"): score(straight, cleaned(ours, straight)),
        ("ours", "curly"): score(curly, cleaned(ours, curly)),
    }
    for (system, signs), (precision, recall, f1) in scores.items():
        print(f"{system:12} {signs:9} n={len(straight)}  P {precision:.4f}  R {recall:.4f}  F1 {f1:.4f}")
    gain = scores["ours", "straight"][2] - scores["model alone", "straight"][2]
    drop = scores["ours", "straight"][2] - scores["ours", "curly"][2]
    print(f"ours over the model alone {gain:+.4f} (goal ≥ 0); straight over curly {drop:+.4f} (goal ≤ 0.005)")


def read_sentences(folder: Path) -> Iterator[Sentence]:
    """Sentences as text, from the file or the archive."""
    path = folder / MEMBER
    if path.exists():
        content = path.read_text("utf-8")
    else:
        with tarfile.open(folder / "wikineural.tar.gz") as archive:
            member = archive.extractfile(MEMBER)
            assert member is not None
            content = member.read().decode("utf-8")
    for block in content.split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if "\t" in line]
        if rows:
            yield join([(row[1], row[2]) for row in rows])


def join(tokens: Sequence[tuple[str, str]]) -> Sentence:
    """Tokens as running text, with the characters of each name."""
    text, names = "", list[list[object]]()
    is_glued, is_quoted = True, False
    for token, tag in tokens:
        closes = token == '"' and is_quoted
        if not (is_glued or _BEFORE.match(token) or closes):
            text += " "
        if tag.startswith("B-"):
            names.append([len(text), len(text) + len(token), tag[2:]])
        elif tag.startswith("I-") and names:
            names[-1][1] = len(text) + len(token)
        text += token
        is_quoted = not is_quoted if token == '"' else is_quoted
        is_glued = bool(_AFTER.search(token)) or (token == '"' and is_quoted)
    return Sentence(text, frozenset((int(str(a)), int(str(b)), str(c)) for a, b, c in names))


def curl(text: str) -> str:
    """The same text as a word processor writes it."""
    parts = text.replace("'", "’").split('"')
    return "".join(part + ("“" if place % 2 == 0 else "”") for place, part in enumerate(parts))[:-1]


def alone(nlp: Language, sentences: Iterable[Sentence]) -> Iterator[frozenset[Name]]:
    """What the model finds by itself."""
    for doc in nlp.pipe(each.text for each in sentences):
        yield frozenset((e.start_char, e.end_char, LABELS.get(e.label_, "")) for e in doc.ents)


def cleaned(nlp: Language, sentences: Iterable[Sentence]) -> Iterator[frozenset[Name]]:
    """What is left after straightening before, and cleaning after."""
    for doc in nlp.pipe(straighten(each.text) for each in sentences):
        yield frozenset((*characters(doc, each.start, each.end), each.label) for each in clean_spans(doc))


def characters(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Character offsets of a run of tokens."""
    span = doc[start:end]
    return span.start_char, span.end_char


def score(sentences: Sequence[Sentence], found: Iterable[frozenset[Name]]) -> tuple[float, float, float]:
    """Precision, recall and F1 over names."""
    right = predicted = true = 0
    for sentence, names in zip(sentences, found, strict=True):
        right += len(sentence.names & names)
        predicted += len(names)
        true += len(sentence.names)
    precision, recall = right / max(predicted, 1), right / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10**9)
