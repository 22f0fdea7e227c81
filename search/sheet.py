"""A sheet: what one question found, for a person in a terminal and, row by row, for the next program.

Lines are text already, plain and in the reader's language. Rows are flat records: one JSON object a line,
or a table. What does not fit the table's columns is in `details`, which only JSON shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any

from babel.numbers import format_percent

from search.render.text import display_width
from search.tables import csv_lines
from search.wording.plain import shorten
from search.wording.voice import Voice

FULL, EMPTY = "█", "░"
BAR = 16
LABEL = 24
DIGITS = 4
MOST_DIGITS = 12
"""For what fewer would round away: a chance of 3e-9 is not none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, and how it is printed."""

    text: str = ""
    is_bold: bool = False
    is_dim: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The answer to one question; `rows` are records of the class `row`, each with a `type`."""

    lines: tuple[Line, ...]
    row: type[Any]
    """Its fields are the columns of the table, also where there is no row."""
    rows: tuple[Any, ...] = ()
    details: tuple[Any, ...] = ()


def label(text: str, *, width: int = LABEL) -> str:
    """The beginning of a line: cut or filled to so many columns."""
    short = shorten(text, width)
    return short + " " * max(0, width - display_width(short))


def heading(text: str) -> Line:
    """A line that begins something."""
    return Line(text=text, is_bold=True)


def note(text: str) -> Line:
    """A line of small print."""
    return Line(text=text, is_dim=True)


def draw_bar(share: float, *, width: int = BAR) -> str:
    """So much of a whole as blocks; something is never drawn as nothing."""
    filled = min(width, round(share * width)) or (1 if share > 0 else 0)
    return FULL * filled + EMPTY * (width - filled)


def percent(voice: Voice, value: float) -> str:
    """A share as the language writes it: 47 %."""
    return str(format_percent(round(value, 2), locale=voice.language))


def signed(voice: Voice, value: float) -> str:
    """A number from -1 to 1 with its sign."""
    return ("+" if value > 0 else "") + voice.number(value, digits=2).replace("-", "−")


def emit_rows(sheet: Sheet) -> Iterator[dict[str, object]]:
    """Every row as a JSON object."""
    for row in (*sheet.rows, *sheet.details):
        yield {name: _for_json(value) for name, value in cells_of(row)}


def table_lines(sheet: Sheet) -> Iterator[str]:
    """The rows as CSV, formula-safe; the header alone where there is none."""
    header = [each.name for each in fields(sheet.row)]
    return csv_lines(header, ([_for_table(value) for _, value in cells_of(row)] for row in sheet.rows))


def cells_of(row: object) -> list[tuple[str, object]]:
    """The names and values of a flat record."""
    assert is_dataclass(row)
    return [(each.name, getattr(row, each.name)) for each in fields(row)]


def _for_json(value: object) -> object:
    if isinstance(value, float):
        return round(value, DIGITS) or round(value, MOST_DIGITS)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return (
        [_for_json(each) for each in value]
        if isinstance(value, Sequence) and not isinstance(value, str)
        else value
    )


def _for_table(value: object) -> object:
    simple = _for_json(value)
    if isinstance(simple, bool):
        return str(simple).lower()
    return (
        " ".join("" if each is None else str(each) for each in simple) if isinstance(simple, list) else simple
    )
