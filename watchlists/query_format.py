"""Query tree -> text that parses to the same tree: what saved queries and links are written with."""

from __future__ import annotations

import re
from datetime import datetime

from watchlists.query import And, Everything, Has, Keyword, Not, Or, Phrase, Prefix, Query, Range, Words
from watchlists.query_tokens import OPERATORS

_SPECIAL = re.compile(r"[\\\s()\"«»“”„*~^:\[\]{}<>+\-&|]")


def format_query(query: Query) -> str:
    """The query as text, in the English operators; parse_query reads it back."""
    if isinstance(query, And):
        return " AND ".join(_format_part(part, inside=And) for part in query.parts) or "*"
    if isinstance(query, Or):
        return " OR ".join(_format_part(part, inside=Or) for part in query.parts) or "NOT *"
    if isinstance(query, Not):
        return f"NOT {_format_part(query.part, inside=Not)}"
    return _format_leaf(query)


def _format_part(part: Query, *, inside: type[And | Or | Not]) -> str:
    needs_brackets = isinstance(part, And | Or) and not (inside is Or and isinstance(part, And))
    text = format_query(part)
    return f"({text})" if needs_brackets else text


def _format_leaf(query: Everything | Words | Phrase | Keyword | Prefix | Range | Has) -> str:
    if isinstance(query, Everything):
        return "*"
    return f"{query.field}:{_format_value(query)}" if query.field else _format_value(query)


def _format_value(query: Words | Phrase | Keyword | Prefix | Range | Has) -> str:
    match query:
        case Keyword(_, value):
            return _quote(value)
        case Phrase(text, _, slop):
            return f"{_quote(text)}~{slop}" if slop else _quote(text)
        case Prefix(value):
            return f"{_escape(value)}*"
        case Words(text):
            return _escape(text)
        case Range():
            return _format_range(query)
        case Has():
            return "*"


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _escape(text: str) -> str:
    escaped = _SPECIAL.sub(lambda found: f"\\{found.group()}", text)
    return f"\\{escaped}" if escaped in OPERATORS or escaped.startswith("http") else escaped


def _format_range(query: Range) -> str:
    opening, closing = "[" if query.include_low else "{", "]" if query.include_high else "}"
    return f"{opening}{_format_end(query.low)} TO {_format_end(query.high)}{closing}"


def _format_end(end: float | datetime | None) -> str:
    if isinstance(end, datetime):
        return end.isoformat()
    return "*" if end is None else repr(end)
