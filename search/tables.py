"""Rows as CSV that a spreadsheet cannot run: formula-safe cells. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters a spreadsheet may run (OWASP, CSV injection)."""


def safe_cell(value: object) -> str:
    """The value as text; what would begin a formula is kept from running by an apostrophe."""
    if isinstance(value, int | float) or value is None:
        return "" if value is None else str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """One CSV line a row, the header first, without line ends."""
    yield _csv_line(header)
    for row in rows:
        yield _csv_line([safe_cell(value) for value in row])


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)  # its own line end is what makes it quote line ends in cells
    return line.getvalue().removesuffix("\r\n")
