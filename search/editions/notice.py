"""Something told at once, between two digests: an alert, or what a saved search found. Pure data.

Sentences are finished here, in the reader's language, as in search.editions.digest; texts from outside are
still to be escaped by each rendering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from search.editions.digest import More, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One short message."""

    kind: Literal["alert", "search"]
    watch: str
    language: str
    subject: str
    """At most 65 characters that carry the news."""
    title: str
    sentences: tuple[str, ...]
    """What happened, when it was noticed, and why it is told."""
    parts: tuple[str, ...] = ()
    """Every part of a judgement, with its count."""
    heading: str = ""
    """What the stories are."""
    stories: tuple[Story, ...] = ()
    more: More | None = None
    documents: int = 0
    closing: tuple[str, ...] = ()
    """Where to see more, and how to be told less."""
    is_urgent: bool = False
