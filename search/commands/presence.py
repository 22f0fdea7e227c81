"""`veilleur presence`: on which networks organisations are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from search.commands.sheet import form_options, opened_teller, show_sheet
from watchlists.commands.context import Context, pass_context

if TYPE_CHECKING:
    from crawlers.archive.states import AccountSeen


@click.command()
@click.argument("organisations", metavar="[ORGANISATION]...", nargs=-1)
@click.option("--until", metavar="WHEN", help="As it was known then (default: now).")
@form_options
@pass_context
def command(
    context: Context, organisations: tuple[str, ...], until: str | None, as_json: bool, as_csv: bool
) -> None:
    """Map on which networks organisations are: accounts, first seen when, and which cannot be read.

    From the watchlist, the sources, the pages of their sites and what their posts link to.
    Example: veilleur presence --json
    """
    from search.sheets.presence import make_presence_sheet

    with opened_teller(context, days=None, since=None, until=until) as teller:
        sheet = make_presence_sheet(teller, organisations, seen=read_accounts(context))
        show_sheet(context, sheet, as_json=as_json, as_csv=as_csv)


def read_accounts(context: Context) -> tuple[AccountSeen, ...]:
    """The accounts that pages named, as the archive keeps them; none before the first run."""
    from crawlers.archive import Archive
    from search.folder import WatchFolder

    path = WatchFolder(root=context.folder).archive
    if not path.is_file():
        return ()
    with Archive.open(path, readonly=True) as archive:
        return archive.accounts()
