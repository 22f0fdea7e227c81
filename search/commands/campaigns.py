"""`veilleur campaigns`: campaigns before, during and after."""

from __future__ import annotations

import rich_click as click

from search.commands.sheet import opened_teller, sheet_options, show_sheet
from watchlists.commands.context import Context, pass_context


@click.command()
@click.argument("campaigns", metavar="[ID]...", nargs=-1)
@sheet_options("The last N days, for the line on coverage; campaigns have their own (default: 28).")
@pass_context
def command(
    context: Context,
    campaigns: tuple[str, ...],
    days: int | None,
    since: str | None,
    until: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Measure the watchlist's campaigns before, during and after, against the four weeks before them.

    With --until, as they were known then. Example: veilleur campaigns spring-contest --json
    """
    from search.sheets.campaigns import make_campaigns_sheet

    with opened_teller(context, days=days, since=since, until=until) as teller:
        sheet = make_campaigns_sheet(teller, campaigns)
        show_sheet(context, sheet, as_json=as_json, as_csv=as_csv)
