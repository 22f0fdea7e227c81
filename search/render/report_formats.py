"""Every rendering of a report by its name."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import TypeAdapter

from search.editions.comparison import TidyRow
from search.editions.report import Report
from search.render.report_html import render_report_html
from search.render.report_text import render_report_markdown, render_report_text
from search.sheet import Sheet, table_lines
from watchlists.messages import Messages

ReportFormat = Literal["html", "markdown", "text", "json", "csv"]
REPORT_FORMATS: tuple[ReportFormat, ...] = get_args(ReportFormat)
REPORT_SUFFIXES: dict[ReportFormat, str] = {
    "html": "html",
    "markdown": "md",
    "text": "txt",
    "json": "json",
    "csv": "csv",
}
_ADAPTER = TypeAdapter(Report)


def render_report(report: Report, format: ReportFormat, messages: Messages) -> bytes:
    """One rendering as bytes, in UTF-8."""
    if format == "json":
        return _ADAPTER.dump_json(report, indent=2) + b"\n"
    if format == "csv":
        return figure_table(report.figures)
    renderers = {"html": render_report_html, "markdown": render_report_markdown, "text": render_report_text}
    return renderers[format](report, messages).encode()


def read_report(data: str | bytes) -> Report:
    """The report its JSON rendering was made of; raises ValueError on anything else."""
    return _ADAPTER.validate_json(data)


def figure_table(rows: tuple[TidyRow, ...]) -> bytes:
    """One long table, a figure a line, formula-safe."""
    return "".join(f"{line}\r\n" for line in table_lines(Sheet(lines=(), row=TidyRow, rows=rows))).encode()
