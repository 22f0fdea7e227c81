"""The report as one self-contained HTML page, and as the HTML part of a mail."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment
from markupsafe import Markup

from search.editions.report import Report
from search.render.headings import read_headings
from search.render.html import make_environment, make_policy, read_style
from search.render.report_headings import read_report_headings
from search.wording.charts import draw_month, draw_share
from watchlists.messages import Messages


def render_report_html(report: Report, messages: Messages) -> str:
    """The whole page; ends in one newline."""
    style = read_style("digest.css", "report.css")
    return (
        _environment()
        .get_template("report.html")
        .render(
            digest=report,
            head=read_headings(messages),
            words=read_report_headings(messages),
            style=Markup(style),  # noqa: S704  (our own files)
            policy=make_policy(style),
            marks_quotes=False,
            is_mail=False,
            address="",
            read_online="",
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = make_environment()
    environment.filters["month"] = draw_month
    environment.filters["share"] = draw_share
    return environment
