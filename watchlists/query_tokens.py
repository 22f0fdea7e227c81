"""The query language cut into tokens, each with its column; the grammar is in query_parser.

French and English are equals here: ET, OU, SAUF beside AND, OR, NOT; « » and “ ” beside " ".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from watchlists.errors import QueryError
from watchlists.query_fields import find_field

TokenKind = Literal[
    "open",
    "close",
    "and",
    "or",
    "not",
    "plus",
    "minus",
    "field",
    "word",
    "phrase",
    "range",
    "compare",
    "url",
    "end",
]
OPERATORS: dict[str, TokenKind] = {
    "AND": "and",
    "ET": "and",
    "&&": "and",
    "OR": "or",
    "OU": "or",
    "||": "or",
    "NOT": "not",
    "SAUF": "not",
}
"""Words in capitals (and two signs) that join; in small letters they are plain words."""

_QUOTES = {'"': '"', "«": "»", "“": "”", "„": "”"}
_SPACE = re.compile(r"\s+")
_FIELD = re.compile(r"([^\W\d_][\w-]*)(\s?):")
_URL = re.compile(r"https?://[^\s\"«»“”<>]+", re.IGNORECASE)
_SLOP = re.compile(r"~(\d{0,3})")
_RANGE = re.compile(r'([\[{])((?:"[^"]*"|[^"\]}])*)([\]}])')
_COMPARE = re.compile(r"[<>]=?")
_WORD = re.compile(r'(?:\\.|[^\s()"«»“”„\\])+|\\', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One piece of a query; `column` counts from 1. `text` is unescaped for phrases, raw for words."""

    kind: TokenKind
    text: str
    column: int
    slop: int = 0


def read_tokens(text: str) -> Iterator[Token]:
    """The tokens of a query, the last one of kind "end"; raises QueryError where one cannot be cut."""
    position, after_field = 0, False
    while position < len(text):
        space = _SPACE.match(text, position)
        if space:
            position = space.end()
            continue
        token, position = _read_token(text, position, after_field=after_field)
        after_field = token.kind in ("field", "compare")
        yield token
    yield Token(kind="end", text="", column=len(text) + 1)


def query_error(column: int, message: str, remedy: str, **values: object) -> QueryError:
    """A QueryError whose message begins with its column, as {at}."""
    return QueryError(message, column=column, why="", remedy=remedy, at=column, **values)


def unescape(word: str) -> str:
    """A word without its backslashes."""
    return _ESCAPE.sub(r"\1", word)


def _read_token(text: str, start: int, *, after_field: bool) -> tuple[Token, int]:
    char = text[start]
    if char in "()":
        return Token(kind="open" if char == "(" else "close", text=char, column=start + 1), start + 1
    if char in _QUOTES:
        return _read_phrase(text, start)
    if after_field and (char in "[{<>"):
        return _read_limits(text, start)
    if char in "+-" and not after_field and _begins_term(text, start + 1):
        return Token(kind="plus" if char == "+" else "minus", text=char, column=start + 1), start + 1
    return _read_word(text, start, after_field=after_field)


def _begins_term(text: str, position: int) -> bool:
    return position < len(text) and not text[position].isspace() and text[position] not in "+-)"


def _read_phrase(text: str, start: int) -> tuple[Token, int]:
    closing = _QUOTES[text[start]]
    end = start + 1
    while end < len(text) and text[end] != closing:
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise query_error(
            start + 1,
            "Column {at}: this quote is opened and never closed.",
            'Close it, as in "service client", or write \\{quote} for a plain sign.',
            quote=text[start],
        )
    slop = _SLOP.match(text, end + 1)
    words = unescape(text[start + 1 : end])
    spoken = words if closing == '"' else words.strip()  # « French quotes » keep a space inside
    token = Token(kind="phrase", text=spoken, column=start + 1, slop=int(slop[1] or 2) if slop else 0)
    return token, slop.end() if slop else end + 1


def _read_limits(text: str, start: int) -> tuple[Token, int]:
    if found := _COMPARE.match(text, start):
        return Token(kind="compare", text=found.group(), column=start + 1), found.end()
    found = _RANGE.match(text, start)
    if not found:
        raise query_error(
            start + 1,
            "Column {at}: this range is opened and never closed.",
            "Write it as [10 TO 20], or [now-7d TO now].",
        )
    return Token(kind="range", text=found.group(), column=start + 1), found.end()


def _read_word(text: str, start: int, *, after_field: bool) -> tuple[Token, int]:
    column = start + 1
    if url := _URL.match(text, start):
        address = _trim_url(url.group())
        return Token(kind="url", text=address, column=column), start + len(address)
    if not after_field and (found := _FIELD.match(text, start)) and (not found[2] or find_field(found[1])):
        return Token(kind="field", text=found[1], column=column), found.end()
    word = _WORD.match(text, start)
    if word is None:  # a closing quote without its opening
        return Token(kind="word", text=text[start], column=column), start + 1
    kind = OPERATORS.get(word.group(), "word") if not after_field else "word"
    return Token(kind=kind, text=word.group(), column=column), word.end()


def _trim_url(url: str) -> str:
    """Without the punctuation of the sentence around it: a closing bracket never opened, a full stop."""
    url = url.rstrip(".,;!")
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(".,;!")
    return url
