"""`veilleur tone`: how organisations are spoken of."""

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
    """Tone of what others say of each organisation: counts, net tone with its interval, and by place.

    With what is praised, what is complained of (a sentence each) and the malfunctions reported.
    Example: veilleur tone acme --days 14
    """
    from search.sheets.tone import make_tone_sheet

    with opened_teller(context, days=days, since=since, until=until) as teller:
        sheet = make_tone_sheet(teller, organisations)
        show_sheet(context, sheet, as_json=as_json, as_csv=as_csv)
