"""Texts and addresses from outside, made harmless for a line of a digest.

What is left is text: one line, no control, direction-changing or invisible characters. It is
still escaped by each rendering for its own format.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

KEPT_JOINERS = "\u200c\u200d"  # Persian and emoji spellings need them, and they reorder nothing
NO_BREAK = "\u00a0\u202f"
MOST_MARKS = 4  # accents stacked on one letter; more is a text made to overflow its line
STACKABLE = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
MARKS = re.compile(f"({STACKABLE}{{{MOST_MARKS}}}){STACKABLE}+")
DOUBTFUL = re.compile(r"[^ -~\u00a1-\u00ac\u00ae-\u036f]")
"""What must be looked at one by one: all but the characters that most texts are made of, each harmless."""
DROPPED = {"Cf", "Cs", "Co", "Cn"}
URL_PUNCTUATION = ":/?#[]@!$&'()*+,;=%~-._"
SENTENCE_END = re.compile(r"(?<=[.!?…])[\s\u00a0»”\"]+(?=[^\s\d])")


def plain(text: str, *, limit: int = 0) -> str:
    """The text on one line without characters that steer a terminal or a page; `limit` cuts at a word."""
    composed = unicodedata.normalize("NFC", text[:20_000])
    spaced = DOUBTFUL.sub(lambda found: _plain_character(found[0]), composed)
    line = re.sub(" +", " ", MARKS.sub(r"\1", spaced)).strip()
    return shorten(line, limit) if limit else line


def _plain_character(character: str) -> str:
    if character in KEPT_JOINERS or character in NO_BREAK:
        return character
    category = unicodedata.category(character)
    if category in DROPPED:
        return ""
    return " " if category in {"Cc", "Zs", "Zl", "Zp"} else character


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut after a word, with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > limit // 2 else head).rstrip(" ,;:·-–—\u00a0\u202f") + "…"


def shorten_words(text: str, limit: int) -> str:
    """At most `limit` words, with an ellipsis where some were left out."""
    words = text.split(" ")
    if len(words) <= limit:
        return text
    return " ".join(words[:limit]).rstrip(" ,;:·-–—") + "…"


def quoted(text: str, language: str) -> str:
    """A sentence in the quotation marks of a language."""
    return f"«\u00a0{text}\u00a0»" if language == "fr" else f"“{text}”"


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a plain text, in order; a rough cut, good enough to quote from."""
    paragraphs = (plain(each) for each in text[:8_000].split("\n"))
    return tuple(
        sentence
        for paragraph in paragraphs
        if paragraph
        for sentence in SENTENCE_END.split(paragraph)
        if sentence
    )


def safe_url(url: str) -> str:
    """The address with everything but URL characters percent-encoded; empty unless http or https."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return ""
    return quote(url.strip(), safe=URL_PUNCTUATION, errors="replace")
