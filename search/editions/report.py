"""The report of a week or a month as a view model: what every rendering shows, finished. Pure data.

As in the digest, sentences are in the reader's language, texts from outside went through
search.wording.plain and are still to be escaped; every figure also stands bare, for the CSV.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from search.editions.comparison import Comparison, TidyRow
from search.editions.digest import Chart, Footer, More, Rising, Story

Kind = Literal["week", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of finished cells, the first of each its name; and the sentence that says what is counted."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One organisation's weeks: what others say, and what is written in its own places."""

    organisation: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One period, for those who decide."""

    schema: int = 1
    kind: Kind
    watch: str
    language: str
    timezone: str
    start: datetime
    end: datetime
    built_at: datetime
    title: str
    subject: str
    glance: tuple[str, ...]
    gaps: tuple[str, ...] = ()
    """Where the best rival differs most from us, a sentence each."""
    gaps_note: str = ""
    communities: Comparison | None = None
    """None where no organisation has a place of its own."""
    voice: Table | None = None
    tone: Table | None = None
    trends: tuple[Trend, ...] = ()
    stories: tuple[Story, ...] = ()
    more: More | None = None
    rising: Rising
    documents: int = 0
    """New texts of the period, what came too late left out."""
    coverage: tuple[str, ...]
    footer: Footer
    figures: tuple[TidyRow, ...] = ()

    @property
    def name(self) -> str:
        """What a file of it is called, without suffix: report-2026-W47, report-2026-10."""
        return f"report-{self.period}"

    @property
    def period(self) -> str:
        """The week or the month as ISO 8601 writes it."""
        first = _local_day(self.start, self.timezone)
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}" if self.kind == "week" else f"{first:%Y-%m}"


def _local_day(moment: datetime, timezone: str) -> date:
    return moment.astimezone(ZoneInfo(timezone)).date()
