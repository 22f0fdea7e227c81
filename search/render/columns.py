"""A comparison for a terminal: organisations as columns, as many side by side as the width holds."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from search.editions.comparison import Cell, Comparison, Row, ThreadLine
from search.render.text import display_width
from search.sheet import Line, draw_bar, heading, note

BAR = 6
LABEL = 25
COLUMN = 24
GAP = "  "
NARROWEST = LABEL + len(GAP) + COLUMN


def comparison_lines(comparison: Comparison, *, width: int) -> Iterator[Line]:
    """The table, cut into several where it is too wide, then the threads and the notes."""
    yield heading(comparison.title)
    fitting = max(1, (max(width, NARROWEST) - LABEL) // (len(GAP) + COLUMN))
    for first in range(0, len(comparison.columns), fitting):
        yield Line()
        yield from _table(comparison, slice(first, first + fitting))
    yield Line()
    for thread in (*comparison.best, *comparison.controversial):
        yield from _thread(thread, width)
    if comparison.best or comparison.controversial:
        yield Line()
    for sentence in comparison.notes:
        yield from (note(each) for each in textwrap.wrap(sentence, width))


def _table(comparison: Comparison, part: slice) -> Iterator[Line]:
    yield heading(_joined("", [_fitted(each) for each in comparison.columns[part]]))
    for row in comparison.rows:
        yield from _row(row, row.cells[part])


def _row(row: Row, cells: Sequence[Cell]) -> Iterator[Line]:
    stacked = zip_longest(*(_cell_lines(each) for each in cells), fillvalue="")
    for number, pieces in enumerate(stacked):
        yield Line(text=_joined(row.name if number == 0 else "", pieces), is_dim=number > 0)


def _cell_lines(cell: Cell) -> list[str]:
    """The value; below it its bar and what it was before."""
    below = f"{draw_bar(cell.bar, width=BAR)} {cell.change}" if cell.bar is not None else cell.change
    return [line for text in (cell.value, below) for line in textwrap.wrap(text, COLUMN)]


def _fitted(name: str) -> str:
    return textwrap.shorten(name, COLUMN, placeholder="…")


def _joined(label: str, pieces: Sequence[str]) -> str:
    return GAP.join([_padded(label, LABEL), *(_padded(each, COLUMN) for each in pieces)]).rstrip()


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - display_width(text))


def _thread(thread: ThreadLine, width: int) -> Iterator[Line]:
    told = f"{thread.organisation} · {thread.title}"
    yield from (Line(text=each) for each in textwrap.wrap(told, width, subsequent_indent="  "))
    yield note(f"  {thread.why}  {thread.id}")
