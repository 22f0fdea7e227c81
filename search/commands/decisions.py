"""A reader's decisions, written with date and reason into the watchlist; later digests obey them."""

from __future__ import annotations

from typing import Literal

import rich_click as click

from watchlists.commands.context import Context, pass_context

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


@click.group()
def places() -> None:
    """Decide about the emerging places a digest shows."""


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
