"""Watched names: `python benchmarks/quality/names.py tests/data/names [dev|closing]`.

The folder holds watchlist.toml and sentences, one JSON object a line: `text`, `language`, and
`organisations`, the ids it truly names (none in a trap). Printed: precision and recall over
(sentence, organisation) pairs, against the goal, then every mistake. The matcher is worked on with dev.jsonl
alone; closing.jsonl is for the closing figure.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pipelines.names import NameFinder
from watchlists.load import load_watchlist

GOAL = 0.95


def main(folder: Path, parts: list[str]) -> None:
    """Print the figures of each part."""
    finder = NameFinder(load_watchlist(folder / "watchlist.toml").organisations)
    for part in parts:
        rows = [json.loads(line) for line in (folder / f"{part}.jsonl").read_text("utf-8").splitlines()]
        found = [{hit.organisation for hit in finder.find(row["text"])} for row in rows]
        true = [set(row["organisations"]) for row in rows]
        right = sum(len(a & b) for a, b in zip(found, true, strict=True))
        precision, recall = right / sum(map(len, found)), right / sum(map(len, true))
        traps = sum(not each for each in true)
        figures = f"precision {precision:.3f}, recall {recall:.3f} (goal {GOAL})"
        print(f"{part}: {len(rows)} sentences, {traps} traps: {figures}")
        for row, names, wanted in zip(rows, found, true, strict=True):
            if names != wanted:
                print(f"    wanted {sorted(wanted)}, found {sorted(names)}: {row['text']}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or ["dev", "closing"])
