"""A reader's decisions, written with date and reason into the watchlist; later digests obey them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import rich_click as click
from click import get_current_context

from search.commands.sheet import opened_teller, sheet_options, show_sheet
from watchlists.commands.context import Context, pass_context

if TYPE_CHECKING:
    from search.books.looks import Look

Action = Literal["mute", "promote", "watch", "ignore"]
WHY = click.option("--why", default="", help="The reason, kept beside the decision.")


def decide(context: Context, action: Action, subject: str, why: str) -> None:
    """Write one decision into the watchlist, without losing a comment of it."""
    from zoneinfo import ZoneInfo

    from watchlists.edit import add_decision, write_text_atomically
    from watchlists.load import read_watchlist_text
    from watchlists.model import Decision

    today = context.now.astimezone(ZoneInfo(context.watchlist.timezone)).date()
    decision = Decision(action=action, subject=subject, why=why, on=today)
    path = context.watchlist_path
    write_text_atomically(path, add_decision(read_watchlist_text(path), decision))
    text = context.messages.gettext("Written into the watchlist: {action} {subject}")
    context.note(text.format(action=action, subject=subject))


@click.command()
@click.argument("subject", metavar="ID|TERM")
@WHY
@pass_context
def mute(context: Context, subject: str, why: str) -> None:
    """Leave a document, a story or a rising term out of later digests."""
    decide(context, "mute", subject, why)


@click.command()
@click.argument("subject", metavar="ID|TERM")
@WHY
@pass_context
def promote(context: Context, subject: str, why: str) -> None:
    """Show a document, a story or a term first in later digests."""
    decide(context, "promote", subject, why)


@click.group(invoke_without_command=True)
@click.option("--to-be", "is_to_be", is_flag=True, help="Rank the places where it would be good to be.")
@sheet_options()
@pass_context
def places(
    context: Context,
    is_to_be: bool,
    days: int | None,
    since: str | None,
    until: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """List the places people begin to link to, or rank those where to be; decide about them.

    Example: veilleur places --to-be --days 90
    """
    if get_current_context().invoked_subcommand is not None:
        return
    from search.sheets.places import make_places_sheet, make_spots_sheet

    with opened_teller(context, days=days, since=since, until=until) as teller:
        sheet = make_spots_sheet(teller) if is_to_be else make_places_sheet(teller, read_looks(context))
        show_sheet(context, sheet, as_json=as_json, as_csv=as_csv)


def read_looks(context: Context) -> tuple[Look, ...]:
    """What looks at emerging places found, as the ledger keeps it."""
    from search.books.ledger import Ledger
    from search.books.looks import read_looks as read
    from search.folder import WatchFolder

    with Ledger.open(WatchFolder(root=context.folder).ledger) as ledger:
        return read(ledger)


@places.command("watch")
@click.argument("domain")
@WHY
@pass_context
def watch_place(context: Context, domain: str, why: str) -> None:
    """Note that a place is worth watching: it is no longer told as emerging."""
    decide(context, "watch", domain, why)


@places.command("ignore")
@click.argument("domain")
@WHY
@pass_context
def ignore_place(context: Context, domain: str, why: str) -> None:
    """Leave a place out of later digests."""
    decide(context, "ignore", domain, why)
