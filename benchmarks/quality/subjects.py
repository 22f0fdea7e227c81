"""Subjects nobody listed: `python -m benchmarks.quality.subjects FOLDER`, laid out as masakhanews.

FOLDER holds data/{fra,eng}/dev.tsv (category, headline, text). The posts of each language, then of both
together, come in a random order, an hour apart; voices are four in turn. Subjects are finer than the sections
of a newspaper, so what is asked of them is that they do not mix sections: purity (share of the labelled
posts that are of their subject's commonest section) beside that of one big group, B³ precision, and the share
of posts labelled. Means of three orders; the threshold was chosen on the same posts.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.quality.stories import b_cubed
from pipelines.clean import clean_line
from pipelines.document import Community, Document
from pipelines.embeddings import embed_texts, opening
from pipelines.entities import merge_names
from pipelines.models import installed_model
from pipelines.nlp import Passage, analyse
from pipelines.subject_labels import read_wording
from pipelines.subjects import SubjectPost, tell_subjects

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
CODES = {"fr": "fra", "en": "eng"}
SHUFFLES = 3
VOICES = 4


def main(folder: Path) -> None:
    """Print the figures of French, English and both, and the largest subjects of the first order."""
    posts, sections = {}, {}
    for language in CODES:
        posts[language], found = read_posts(folder, language)
        sections.update(found)
    for name, chosen in (*posts.items(), ("both", [*posts["fr"], *posts["en"]])):
        runs = [labelled(chosen, seed) for seed in range(SHUFFLES)]
        report(name, runs, sections)
    counts = Counter(runs[0].values())
    print("largest: " + ", ".join(f"{label} ({count})" for label, count in counts.most_common(12)))


def read_posts(folder: Path, language: str) -> tuple[list[SubjectPost], dict[str, str]]:
    """The posts of one language with their terms, and the section of each."""
    assert installed_model(language)
    with (folder / "data" / CODES[language] / "dev.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    documents = [_document(f"{language}{place}", row, language) for place, row in enumerate(rows)]
    passages = ((Passage(text=f"{each.title}\n{each.text}"[:20_000]), each) for each in documents)
    known = [
        replace(each, phrases=analysis.phrases, entities=merge_names(analysis.names))
        for analysis, each in analyse(language, passages)
    ]
    vectors = embed_texts([opening(each) for each in known])
    posts = [
        SubjectPost(id=each.id, published=BEGIN, vector=vector, wording=read_wording(each))
        for each, vector in zip(known, vectors, strict=True)
    ]
    return posts, {each.id: row["category"] for each, row in zip(known, rows, strict=True)}


def labelled(posts: Sequence[SubjectPost], seed: int) -> Mapping[str, str]:
    """Subject of each post, taken in a random order."""
    order = np.random.default_rng(seed).permutation(len(posts))
    dated = [
        replace(posts[place], published=BEGIN + timedelta(hours=at), voice=f"v{at % VOICES}")
        for at, place in enumerate(map(int, order))
    ]
    _, subjects = tell_subjects(dated, language="fr")
    return {id: label for id, label in subjects.items() if label}


def report(name: str, runs: Sequence[Mapping[str, str]], sections: Mapping[str, str]) -> None:
    """Print means over the orders."""
    shares, purities, precisions, sizes = [], [], [], []
    total = sum(1 for id in sections if name in {"both", id[:2]})
    commonest = Counter(section for id, section in sections.items() if name in {"both", id[:2]})
    for run in runs:
        groups: dict[str, Counter[str]] = defaultdict(Counter)
        for id, label in run.items():
            groups[label][sections[id]] += 1
        shares.append(len(run) / total)
        purities.append(sum(max(each.values()) for each in groups.values()) / max(len(run), 1))
        precisions.append(b_cubed({id: sections[id] for id in run}, run)[0])
        sizes.append(len(groups))
    print(
        f"{name}, n={total}: labelled {np.mean(shares):.3f}, subjects {np.mean(sizes):.0f}, purity"
        f" {np.mean(purities):.3f} (one big group {commonest.most_common(1)[0][1] / total:.3f}),"
        f" B³ P {np.mean(precisions):.3f}"
    )


def _document(id: str, row: Mapping[str, str], language: str) -> Document:
    return Document(
        id=id,
        kind="article",
        url="",
        title=clean_line(row["headline"]),
        text=row["text"],
        sources=(),
        community=Community(source=""),
        published=BEGIN,
        first_seen=BEGIN,
        language=language,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
