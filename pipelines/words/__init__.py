"""Word lists of our own, one entry a line, `#` for comments: French and English together unless named."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=16)
def read_words(name: str) -> frozenset[str]:
    """The entries of `NAME.txt`."""
    lines = (files("pipelines.words") / f"{name}.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
