"""`veilleur calendar`: what others launch, run and hold."""

from __future__ import annotations

import rich_click as click

from search.commands.sheet import EIGHT_WEEKS, opened_teller, sheet_options, show_sheet
from watchlists.commands.context import Context, pass_context


@click.command()
@click.argument("organisations", metavar="[ORGANISATION]...", nargs=-1)
@click.option("--past", "is_past", is_flag=True, help="Show what is over, too.")
@sheet_options(EIGHT_WEEKS)
@pass_context
def command(
    context: Context,
    organisations: tuple[str, ...],
    is_past: bool,
    days: int | None,
    since: str | None,
    until: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """List the launches, contests and events competitors and partners announced, those to come first.

    The period is that of the announcements. Example: veilleur calendar --past --days 90
    """
    from search.sheets.calendar import make_calendar_sheet

    with opened_teller(context, days=days, since=since, until=until, usual_days=56) as teller:
        sheet = make_calendar_sheet(teller, organisations, is_past=is_past)
        show_sheet(context, sheet, as_json=as_json, as_csv=as_csv)
