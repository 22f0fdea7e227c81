"""How commands that print a sheet do it: their options, the index they open, the form asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import rich_click as click

from search.commands.period import read_window, usual_period
from watchlists.commands.context import Context

if TYPE_CHECKING:
    from search.sections.teller import Teller
    from search.sheet import Sheet

FOUR_WEEKS = "The last N days (default: 28)."
EIGHT_WEEKS = "The last N days (default: 56)."


def form_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --json and --csv."""
    for option in (
        click.option("--csv", "as_csv", is_flag=True, help="A table for a spreadsheet, formula-safe."),
        click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with every figure."),
    ):
        command = option(command)
    return command


def sheet_options(days_help: str = FOUR_WEEKS) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the period's options, --json and --csv."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        return usual_period(days_help)(form_options(command))

    return add


@contextmanager
def opened_teller(
    context: Context, *, days: int | None, since: str | None, until: str | None, usual_days: int = 28
) -> Iterator[Teller]:
    """The watch over the period asked for, and the voice to tell it with."""
    from search.folder import WatchFolder, opened_index
    from search.insights.scope import Scope
    from search.sections.teller import Teller
    from search.wording.voice import Voice

    window = read_window(context, days=days, since=since, until=until, usual_days=usual_days)
    watchlist = context.watchlist
    language = context.language or watchlist.language
    voice = Voice(language=language, timezone=watchlist.timezone, messages=context.messages)
    with opened_index(WatchFolder(root=context.folder), watchlist.index, environ=os.environ) as index:
        yield Teller(scope=Scope(index=index, watchlist=watchlist, window=window), voice=voice)


def show_sheet(context: Context, sheet: Sheet, *, as_json: bool, as_csv: bool) -> None:
    """The sheet in the form asked for."""
    from search.sheet import emit_rows, table_lines

    if as_json:
        for record in emit_rows(sheet):
            context.emit(record)
    elif as_csv:
        for line in table_lines(sheet):
            context.say(line)
    else:
        for each in sheet.lines:
            context.say(click.style(each.text, bold=each.is_bold or None, dim=each.is_dim or None))
