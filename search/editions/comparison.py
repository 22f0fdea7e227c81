"""Communities side by side, as readers meet them: finished words in cells; and every figure bare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One figure of one organisation, in words."""

    value: str
    """With the count it rests on, or why nothing is said."""
    change: str = ""
    bar: float | None = None
    """How full a bar is drawn, 0 to 1; None draws none."""
    is_telling: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measure of every organisation, in the order of the columns."""

    id: str
    name: str
    cells: tuple[Cell, ...]

    @property
    def is_telling(self) -> bool:
        """Whether anything is said of any organisation."""
        return any(each.is_telling for each in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadLine:
    """A thread worth reading, and why, in a sentence."""

    organisation: str
    id: str
    title: str
    url: str
    language: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A table of measures by organisations, what it rests on, and the threads that stand out."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    best: tuple[ThreadLine, ...] = ()
    controversial: tuple[ThreadLine, ...] = ()
    notes: tuple[str, ...] = ()
    """Coverage, what is compared with what, and what is too few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyRow:
    """One figure on one line, for spreadsheets and programs.

    Below its floor it is not telling: its value and interval are None, its count is there.
    """

    type: str = "figure"
    organisation: str
    measure: str
    unit: str
    value: float | None
    count: int
    low: float | None
    high: float | None
    before: float | None
    before_count: int
    change: float | None
    is_telling: bool
    since: datetime
    until: datetime
