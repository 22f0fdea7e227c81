"""`veilleur voice`: share of voice."""

from __future__ import annotations

import rich_click as click

from search.commands.sheet import opened_teller, sheet_options, show_sheet
from watchlists.commands.context import Context, pass_context


@click.command()
@click.argument("organisations", metavar="[ORGANISATION]...", nargs=-1)
@sheet_options()
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
    """Share of voice: of all mentions by others, how many are ours, and how many are each competitor's.

    By mentions and by stories, with the base, an interval, the time before and the weeks.
    Example: veilleur voice --days 90
    """
    from search.sheets.voice import make_voice_sheet

    with opened_teller(context, days=days, since=since, until=until) as teller:
        sheet = make_voice_sheet(teller, organisations)
        show_sheet(context, sheet, as_json=as_json, as_csv=as_csv)
