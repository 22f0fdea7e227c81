"""Near-duplicates: `python -m benchmarks.quality.near_duplicates FOLDER`, as pattern-near-duplicates.

FOLDER holds a CSV of answer, source text and grade (0 independent, 1 heavy rewrite, 2 light rewrite, 3 cut).
Printed: joined pairs a grade as shipped (candidates by MinHash, then containment), and the curve.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from pipelines.duplicates import DuplicateFinder, containment, word_runs

GRADES = {"3": "cut (≥ 17)", "2": "light (≥ 13)", "1": "heavy", "0": "unrelated (0)"}


def main(folder: Path) -> None:
    """Print the counts and the curve."""
    (path,) = folder.glob("*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) == 3 and row[2] in GRADES]
    for grade, name in GRADES.items():
        pairs = [(answer, source) for answer, source, each in rows if each == grade]
        print(f"{name:15} {sum(is_joined(*pair) for pair in pairs)} of {len(pairs)} joined")
    print("threshold " + "  ".join(f"{name.split()[0]:>9}" for name in GRADES.values()))
    for step in range(5, 65, 5):
        counts = (
            sum(containment(word_runs(a), word_runs(b)) >= step / 100 for a, b, each in rows if each == grade)
            for grade in GRADES
        )
        print(f"     {step / 100:.2f} " + "  ".join(f"{count:9}" for count in counts))


def is_joined(answer: str, source: str) -> bool:
    """Whether the answer is found to be near its source."""
    finder = DuplicateFinder()
    finder.add(source)
    return finder.add(answer) is not None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
