"""Tone towards each of two organisations: `python -m benchmarks.quality.stances FILE [HALVES]`.

FILE (tests/data/stances.jsonl) has one JSON object a line: text, language, half, and tones, the true
tone towards each organisation named. Every sentence names two, with different tones. Printed: accuracy and
macro-F1 over (sentence, organisation), how many sentences have both right, how often a praised and a blamed
one are the wrong way round, and the same for the tone of the whole sentence given to both, which is what
reading no clauses gives. Rules were worked on with `dev` alone; `held` was read once, at the end.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.train.softmax import macro_f1
from pipelines.document import Community, Document, Mention, Tone
from pipelines.tone import LABELS, ToneAnnotator
from tests.conftest import NOW

Row = Mapping[str, str | Mapping[str, Tone]]


def main(path: Path, halves: Sequence[str]) -> None:
    """Print the figures of each half."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for half in halves:
        for languages in (("fr",), ("en",), ("fr", "en")):
            chosen = [row for row in rows if row["half"] == half and row["language"] in languages]
            found = [read(row) for row in chosen]
            name = f"{half}, {'+'.join(languages)}, n={2 * len(chosen)}"
            print(f"{name}: by clauses {figures(chosen, [each.mentions for each in found])}")
            whole = [
                tuple(
                    Mention(
                        organisation=m.organisation, surface="", start=0, rule="", tone=each.tone or "neutral"
                    )
                    for m in each.mentions
                )
                for each in found
            ]
            print(f"{'':{len(name)}}  whole text {figures(chosen, whole)}")


def read(row: Row) -> Document:
    """The sentence with the tone towards each organisation."""
    text, tones = str(row["text"]), row["tones"]
    document = Document(
        id="s",
        kind="post",
        url="",
        title="",
        text=text,
        sources=(),
        community=Community(source=""),
        published=NOW,
        first_seen=NOW,
        language=str(row["language"]),
        mentions=tuple(
            Mention(organisation=name, surface=name, start=1 + text.index(name), rule="name")
            for name in tones
        ),
    )
    return ToneAnnotator().annotate([document])[0]


def figures(rows: Sequence[Row], mentions: Sequence[Sequence[Mention]]) -> str:
    """Accuracy, macro-F1, sentences right as a whole, and praise and blame the wrong way round."""
    pairs = [
        (row["tones"][each.organisation], each.tone)  # type: ignore[index]
        for row, those in zip(rows, mentions, strict=True)
        for each in those
    ]
    true, told = (np.array([LABELS.index(each) for each in side]) for side in zip(*pairs, strict=True))
    both = [
        pairs[place][0] == pairs[place][1] and pairs[place + 1][0] == pairs[place + 1][1]
        for place in range(0, len(pairs), 2)
    ]
    opposite = int((np.abs(true - told) == 2).sum())
    score = macro_f1(true, told, classes=len(LABELS))
    return (
        f"accuracy {np.mean(true == told):.3f}, macro-F1 {score:.3f}, both right {np.mean(both):.3f},"
        f" opposite {opposite}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or ["dev", "held"])
