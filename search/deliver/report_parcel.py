"""A report on its way: the page, the text, and every figure as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from search.deliver.parcel import Attachment, Letter
from search.editions.report import Kind, Report
from search.render.payloads import Brief, Part, tell_line
from search.render.report_formats import REPORT_FORMATS, REPORT_SUFFIXES, figure_table, render_report
from search.render.report_headings import read_report_headings
from search.render.report_mail import render_report_mail
from search.render.report_text import render_report_text
from search.window import Window
from watchlists.messages import Messages


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportParcel:
    """A report as it was built now, and its page's address, if any."""

    report: Report
    link: str
    messages: Messages
    now: datetime

    @property
    def key(self) -> str:
        """As the ledger calls it: `week:202647`, `month:202610`."""
        report = self.report
        window = Window(start=report.start, end=report.end, timezone=report.timezone)
        return f"{report.kind}:{number_of(report.kind, window)}"

    def letter(self) -> Letter:
        """The mail, with the figures attached."""
        report = self.report
        table = Attachment(name=f"{report.name}.csv", kind="text/csv", body=figure_table(report.figures))
        return Letter(
            subject=report.subject,
            text=render_report_text(report, self.messages),
            html=render_report_mail(report, self.messages, link=self.link),
            language=report.language,
            seed=f"{report.end.isoformat()}|{self.key}",
            attachments=(table,),
        )

    def brief(self, *, texts: bool = False) -> Brief:
        """The stories by title and counts, then the measured gaps."""
        report, words = self.report, read_report_headings(self.messages)
        stories = tuple(tell_line(each, self.messages, texts=texts) for each in report.stories)
        return Brief(
            kind=report.kind,
            watch=report.watch,
            day=self.now.astimezone(ZoneInfo(report.timezone)).date().isoformat(),
            language=report.language,
            title=report.title,
            subject=report.subject,
            documents=report.documents,
            parts=(Part(name=words.stories, lines=stories),) if stories else (),
            coverage=" ".join((*report.gaps, report.coverage[0])),
            link=self.link,
            read_online=self.messages.gettext("Read this page in the browser"),
        )

    def files(self) -> Mapping[str, bytes]:
        """Every rendering by its file's name."""
        report = self.report
        return {
            f"{report.name}.{REPORT_SUFFIXES[format]}": render_report(report, format, self.messages)
            for format in REPORT_FORMATS
        }


def number_of(kind: Kind, window: Window) -> int:
    """The week or month as a number that grows: 202647, 202610."""
    first = window.start.astimezone(ZoneInfo(window.timezone)).date()
    year, week, _ = first.isocalendar()
    return year * 100 + week if kind == "week" else first.year * 100 + first.month
