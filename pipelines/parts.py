"""Which parts read texts here: the one list of annotators, embedder and story pass in use."""

from __future__ import annotations

from pipelines.annotators import Parts


def load_parts(*, load_models: bool) -> Parts:
    """The parts whose models are present; without `load_models`, those that need none."""
    return Parts()
