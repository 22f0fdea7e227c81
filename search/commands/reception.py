"""`veilleur reception`: what works."""

from __future__ import annotations

import rich_click as click

from search.commands.sheet import EIGHT_WEEKS, opened_teller, sheet_options, show_sheet
from watchlists.commands.context import Context, pass_context


@click.command()
@click.argument("organisations", metavar="[ORGANISATION]...", nargs=-1)
@sheet_options(EIGHT_WEEKS)
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
    """What works: how posts are received by day, hour, kind, topic, subject and place.

    Engagement against what is usual in that place for posts of that age, as medians with counts.
    Example: veilleur reception --days 90
    """
    from search.sheets.reception import make_reception_sheet

    with opened_teller(context, days=days, since=since, until=until, usual_days=56) as teller:
        sheet = make_reception_sheet(teller, organisations)
        show_sheet(context, sheet, as_json=as_json, as_csv=as_csv)
