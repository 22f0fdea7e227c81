"""The report as the HTML part of a mail: 600 px, no picture; its tables as blocks, one organisation each."""

from __future__ import annotations

from search.editions.report import Report
from search.render.headings import read_headings
from search.render.mail import inline_page
from search.render.report_headings import read_report_headings
from watchlists.messages import Messages


def render_report_mail(report: Report, messages: Messages, *, link: str = "") -> str:
    """Every style inlined, nothing loaded from anywhere."""
    return inline_page(
        "report_mail.html",
        digest=report,
        head=read_headings(messages),
        words=read_report_headings(messages),
        is_mail=True,
        address=link,
        read_online=messages.gettext("Read this page in the browser"),
    )
