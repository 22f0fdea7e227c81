"""Signs of intent, French and English: patterns over a text in folded letters (lexicons/intent.toml)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from pipelines.folding import fold

MOST_CHARACTERS = 1_000


def cue_features(text: str) -> NDArray[np.float32]:
    """Which signs a text shows: 0, 1, or a little more where it shows one several times."""
    folded = fold(text[:MOST_CHARACTERS])
    counts = [min(len(pattern.findall(folded)), 4) for pattern in _patterns()]
    return np.log2(1 + np.array(counts, dtype=np.float32))


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    content = tomllib.loads((files("pipelines.lexicons") / "intent.toml").read_text("utf-8"))
    return tuple(re.compile("".join(lines.splitlines())) for lines in content.values())
