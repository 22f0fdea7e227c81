"""What HTML elements and class names mean to a reader: block, quote of an earlier post, code, decoration."""

from __future__ import annotations

from typing import Literal

from pipelines.words import read_words

Part = Literal["skipped", "quote", "code"]
LINES = frozenset({"br", "li", "tr"})
"""Elements that begin a line."""


def is_block(tag: str) -> bool:
    """Whether the element stands apart as a paragraph does."""
    return tag in read_words("block_elements")


def part_of(tag: str, classes: str | None) -> Part | None:
    """Which part of a post an element begins; None when it goes on with the one it stands in."""
    names = set(classes.lower().split()) if classes else set()
    if tag in read_words("skipped_elements") or names & read_words("skipped_classes"):
        return "skipped"
    if tag == "blockquote" or names & read_words("quote_classes"):
        return "quote"
    return "code" if tag == "pre" or names & read_words("code_classes") else None
