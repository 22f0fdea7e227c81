"""`veilleur report`: the last whole week or month, for those who decide."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import rich_click as click
from click import launch

from watchlists.commands.context import Context, pass_context
from watchlists.errors import VeilleurError

if TYPE_CHECKING:
    from search.editions.report import Kind, Report
    from search.render.report_formats import ReportFormat
    from watchlists.model import Language

FORMAT_NAMES = ("html", "markdown", "text", "json", "csv")


def read_date(_ctx: click.Context, _param: click.Parameter, value: str | None) -> date | None:
    """A day as 2026-11-20; else a usage error."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        text = f"{value} is not a day like 2026-11-20"
        raise click.BadParameter(text) from error


@click.command()
@click.option("--week", "kind", flag_value="week", default="week", help="The last whole week (the default).")
@click.option("--month", "kind", flag_value="month", help="The last whole month.")
@click.option("--at", "day", metavar="DAY", callback=read_date, help="As it would have been made that day.")
@click.option(
    "--format", "format", type=click.Choice(FORMAT_NAMES), help="Rendering (default: text; html with --open)."
)
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write it into this file."
)
@click.option("--open", "is_opened", is_flag=True, help="Open the page in the browser.")
@pass_context
def command(
    context: Context,
    kind: Kind,
    day: date | None,
    format: ReportFormat | None,
    output: Path | None,
    is_opened: bool,
) -> None:
    """Write the report of the last whole week or month: communities, share of voice, tone, gaps, trends.

    Weeks go from Monday to Monday, in the watch's timezone. csv holds every figure on a line of its own.
    Example: veilleur report --month --format csv -o october.csv
    """
    from search.render.report_formats import render_report

    chosen: ReportFormat = format or ("html" if is_opened else "text")
    body = render_report(report := _build(context, kind, day), chosen, context.messages)
    if output is None and not is_opened:
        click.echo(body, nl=False)
        return
    path = _write(output or _path(context, report, chosen), body)
    context.say(str(path))
    if is_opened:
        launch(path.absolute().as_uri())


def _build(context: Context, kind: Kind, day: date | None) -> Report:
    from search.folder import WatchFolder, opened_index
    from search.press.reporting import build_report, period_before

    language: Language = "en" if (context.language or context.watchlist.language) == "en" else "fr"
    watchlist = replace(context.watchlist, language=language)
    zone = ZoneInfo(watchlist.timezone)
    moment = datetime.combine(day, time(0), tzinfo=zone) if day else context.now
    window = period_before(kind, moment, timezone=watchlist.timezone)
    with opened_index(WatchFolder(root=context.folder), watchlist.index, environ=os.environ) as index:
        return build_report(
            index, watchlist, kind=kind, window=window, now=context.now, messages=context.messages
        )


def _path(context: Context, report: Report, format: ReportFormat) -> Path:
    from search.folder import WatchFolder
    from search.render.report_formats import REPORT_SUFFIXES

    return WatchFolder(root=context.folder).digests / f"{report.name}.{REPORT_SUFFIXES[format]}"


def _write(path: Path, body: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    except OSError as error:
        raise VeilleurError(
            "The report cannot be written: {path}",
            why=error.strerror or "",
            remedy="Name another file: veilleur report -o FILE",
            path=path,
        ) from error
    return path
