"""Stories: `python -m benchmarks.quality.stories FOLDER`, laid out as ecbplus-stories.

FOLDER holds ecbplus.jsonl (id, topic, story, title, text). Thresholds were fixed on topics 1 to 20.
Printed: B³ on both parts, online, mean of five shuffles, look-back off; on whole texts and on titles alone.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from pipelines.embeddings import embed_texts
from pipelines.stories import StoryPost, assign_stories

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SHUFFLES = 5
PARTS = {"dev, topics 1-20": range(1, 21), "held, topics 21-35": range(21, 36)}


def main(folder: Path) -> None:
    """Print B³ of both parts, texts and titles."""
    rows = [json.loads(line) for line in (folder / "ecbplus.jsonl").read_text("utf-8").splitlines()]
    for part, topics in PARTS.items():
        chosen = [row for row in rows if row["topic"] in topics]
        truth = {row["id"]: row["story"] for row in chosen}
        for kind, goal in (("text", "≥ 0.86, goal 0.90"), ("title", "goal 0.75")):
            posts = [_post(row["id"], row["title"], row["text"] if kind == "text" else "") for row in chosen]
            scores = np.mean([b_cubed(truth, shuffled(posts, seed)) for seed in range(SHUFFLES)], axis=0)
            precision, recall, f1 = (float(each) for each in scores)
            print(f"{part}, {kind:5} n={len(posts)}  B³ P {precision:.4f} R {recall:.4f} F {f1:.4f} ({goal})")


def shuffled(posts: Sequence[StoryPost], seed: int) -> Mapping[str, str]:
    """Story of each post, taken in a random order."""
    order = np.random.default_rng(seed).permutation(len(posts))
    dated = [
        replace(posts[place], published=BEGIN + timedelta(minutes=at))
        for at, place in enumerate(map(int, order))
    ]
    return {each.id: each.story for each in assign_stories(dated, look_back=None)}


def b_cubed(truth: Mapping[str, str], found: Mapping[str, str]) -> tuple[float, float, float]:
    """B³ precision, recall and F."""
    true, made = _groups(truth), _groups(found)
    pairs = [(true[truth[id]], made[found[id]]) for id in truth]
    precision = float(np.mean([len(right & own) / len(own) for right, own in pairs]))
    recall = float(np.mean([len(right & own) / len(right) for right, own in pairs]))
    return precision, recall, 2 * precision * recall / (precision + recall)


def _groups(labels: Mapping[str, str]) -> Mapping[str, set[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for id, label in labels.items():
        groups[label].add(id)
    return groups


def _post(id: str, title: str, text: str) -> StoryPost:
    body = text.removeprefix(title).strip()
    (vector,) = embed_texts([f"{title}\n{' '.join(body.split()[:60])}".strip()])
    return StoryPost(id=id, published=BEGIN, title=title, text=body, language="en", vector=vector)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
