"""Stories across languages: `python -m benchmarks.quality.cross_language tests/data/stories_pairs.jsonl`.

One JSON object a line: fr and en (two titles), same (whether they tell one story), half. Printed: precision,
recall and F of the pairs told as one story, on both halves; thresholds were fixed on `dev`.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.embeddings import embed_texts
from pipelines.stories import StoryPost, assign_stories

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def main(path: Path) -> None:
    """Print both halves, and the whole."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for name, halves in (("dev", ("dev",)), ("held", ("held",)), ("both", ("dev", "held"))):
        chosen = [row for row in rows if row["half"] in halves]
        told = [is_one_story(row["fr"], row["en"]) for row in chosen]
        right = sum(each and row["same"] for each, row in zip(told, chosen, strict=True))
        precision, recall = right / max(sum(told), 1), right / sum(row["same"] for row in chosen)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        print(f"{name:4} n={len(chosen)}  P {precision:.3f}  R {recall:.3f}  F {f1:.3f} (≥ 0.90)")


def is_one_story(french: str, english: str) -> bool:
    """Whether the two titles end in one story."""
    first, second = embed_texts([french, english])
    found = assign_stories(
        (
            StoryPost(id="fr", published=BEGIN, title=french, text="", language="fr", vector=first),
            StoryPost(
                id="en",
                published=BEGIN + timedelta(hours=1),
                title=english,
                text="",
                language="en",
                vector=second,
            ),
        )
    )
    return found[0].story == found[1].story


if __name__ == "__main__":
    main(Path(sys.argv[1]))
