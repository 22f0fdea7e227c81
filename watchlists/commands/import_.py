"""`veilleur import`: bring in what other tools hold."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from watchlists.commands.group import LazyGroup

SUBCOMMANDS: dict[str, str] = {
    "opml": "watchlists.commands.import_opml",
    "items": "crawlers.commands.import_items",
    "visits": "crawlers.commands.import_visits",
}
"""What can be imported -> the module that does it, as `command`."""


class ImportGroup(LazyGroup):
    """Takes a subscription list's path alone, too: `veilleur import subscriptions.opml`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The subcommand that is named, or the one the file's name calls for."""
        if args[0] not in SUBCOMMANDS and Path(args[0]).suffix.lower() in (".opml", ".xml"):
            args = ["opml", *args]
        return super().resolve_command(ctx, args)


@click.command(cls=ImportGroup, modules=SUBCOMMANDS)
def command() -> None:
    """Bring in what other tools hold: a feed reader's subscriptions, and more."""
