"""Language identification: `python benchmarks/quality/language.py FOLDER`, laid out as lingua-langid.

FOLDER holds one folder a length (sentences, word-pairs, single-words), each with one file a language,
one text a line. Candidates are the languages present. Printed: accuracy from the text alone, and
with the source's language given, against the goals.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.language import detect_language

GOALS = {("sentences", None): 99.5, ("word-pairs", "fr"): 93.0, ("word-pairs", "en"): 85.0}
GOAL_DECLARED = 99.0


def main(folder: Path) -> None:
    """Print one line a length and language."""
    for length in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(length.glob("*.txt"))
        among = tuple(path.stem for path in files)
        for path in files:
            _report(length.name, path, among)


def _report(length: str, path: Path, among: tuple[str, ...]) -> None:
    lines = [line for line in path.read_text("utf-8").split("\n") if line.strip()]
    alone = _accuracy(lines, path.stem, among, declared=None)
    given = _accuracy(lines, path.stem, among, declared=path.stem)
    goal = GOALS.get((length, path.stem)) or GOALS.get((length, None))
    print(
        f"{length:12} {path.stem}  n={len(lines)}  alone {alone:5.1f} % (goal {goal or '-'})"
        f"  source's language given {given:5.1f} % (goal {GOAL_DECLARED})"
    )


def _accuracy(lines: list[str], truth: str, among: tuple[str, ...], *, declared: str | None) -> float:
    found = sum(detect_language(line, among=among, declared=declared) == truth for line in lines)
    return 100 * found / len(lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
