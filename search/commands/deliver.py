"""`veilleur digest --deliver` and `--dry-run`: the digest to everybody who gets it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from watchlists.commands.context import Context
from watchlists.errors import DeliveryError

if TYPE_CHECKING:
    from search.deliver.outbox import Delivery
    from search.deliver.rounds import Rounds


def hand_over(context: Context, *, dry_run: bool, waits_for_hour: bool = False) -> None:
    """Send to every channel, at most once each, or show what would go; failures end with exit code 1."""
    from crawlers.locks import hold_lock
    from search.folder import WatchFolder

    watch = context.watchlist
    with hold_lock(WatchFolder(root=context.folder).deliver_lock), _opened(context, waits_for_hour) as rounds:
        if dry_run:
            lines = [f"{recipient}: {text}" for recipient, text in rounds.preview()]
            for line in lines or [context.messages.gettext("Nothing would be sent.")]:
                context.say(line)
            return
        failed = [each for each in rounds.deliver() if not _tell(context, each)]
    if failed:
        raise DeliveryError(
            "The digest did not certainly reach everybody: {names}.",
            why="What was refused is tried again by the next delivery; what may have arrived is not.",
            remedy="Check the channel in watchlist.toml, then: veilleur digest --deliver",
            names=", ".join(f"{each.recipient} ({each.reason})" for each in failed),
            watch=watch.name,
        )


@contextmanager
def _opened(context: Context, waits_for_hour: bool) -> Iterator[Rounds]:
    from search.books.ledger import Ledger
    from search.deliver.rounds import Rounds
    from search.folder import WatchFolder, opened_index, refuse_worker

    folder, watchlist = WatchFolder(root=context.folder), context.watchlist
    refuse_worker(folder)
    with (
        opened_index(folder, watchlist.index, environ=os.environ) as index,
        Ledger.open(folder.ledger) as ledger,
    ):
        yield Rounds(
            folder=folder,
            watchlist=watchlist,
            index=index,
            ledger=ledger,
            environ=os.environ,
            now=context.now,
            waits_for_hour=waits_for_hour,
        )


def _tell(context: Context, delivery: Delivery) -> bool:
    """Say what came of one delivery; whether it certainly arrived."""
    texts = {
        "sent": context.messages.gettext("Sent to {recipient}."),
        "refused": context.messages.gettext("Refused by {recipient}: {reason}"),
    }
    unknown = context.messages.gettext("Not known whether it reached {recipient}, and not repeated: {reason}")
    text = texts.get(delivery.state, unknown)
    context.note(text.format(recipient=delivery.recipient, reason=delivery.reason))
    return delivery.state == "sent"
