"""`veilleur trends`: how often terms are spoken of."""

from __future__ import annotations

import rich_click as click

from search.commands.sheet import EIGHT_WEEKS, opened_teller, sheet_options, show_sheet
from watchlists.commands.context import Context, pass_context


@click.command()
@click.argument("terms", metavar="TERM...", nargs=-1, required=True)
@sheet_options(EIGHT_WEEKS)
@pass_context
def command(
    context: Context,
    terms: tuple[str, ...],
    days: int | None,
    since: str | None,
    until: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Follow terms week by week: how many texts of all, first seen when, rising, falling or as usual.

    A term is words that stand together, or a query as search takes it.
    Example: veilleur trends "vélo cargo" hashtag:velotaf
    """
    from search.sheets.trends import make_trends_sheet

    with opened_teller(context, days=days, since=since, until=until, usual_days=56) as teller:
        sheet = make_trends_sheet(teller, terms)
        show_sheet(context, sheet, as_json=as_json, as_csv=as_csv)
