"""`veilleur compare`: the communities of organisations side by side."""

from __future__ import annotations

import shutil

import rich_click as click

from search.commands.sheet import opened_teller, sheet_options, show_sheet
from watchlists.commands.context import Context, pass_context

WIDTH = 110
"""Columns where no terminal says how many it has."""
DAYS = 7


@click.command()
@click.argument("organisations", metavar="[ORGANISATION]...", nargs=-1)
@sheet_options("The last N days (default: 7).")
@pass_context
def command(
    context: Context,
    organisations: tuple[str, ...],
    days: int | None,
    since: str | None,
    until: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Compare communities: ours and rivals', how busy, how answered, how received, against four weeks before.

    Each figure shows the count behind it; below a floor it is too few to say.
    Example: veilleur compare acme --days 28
    """
    from search.sheets.compare import make_compare_sheet

    width = shutil.get_terminal_size((WIDTH, 24)).columns
    with opened_teller(context, days=days, since=since, until=until, usual_days=DAYS) as teller:
        sheet = make_compare_sheet(teller, organisations, width=width)
        show_sheet(context, sheet, as_json=as_json, as_csv=as_csv)
