"""`veilleur export`: hand what the watch holds to other tools."""

from __future__ import annotations

import rich_click as click

from watchlists.commands.group import LazyGroup

SUBCOMMANDS: dict[str, str] = {
    "opml": "watchlists.commands.export_opml",
    "items": "crawlers.commands.export_items",
    "kibana": "search.commands.export_kibana",
}
"""What can be exported -> the module that does it, as `command`."""


@click.command(cls=LazyGroup, modules=SUBCOMMANDS)
def command() -> None:
    """Hand what the watch holds to other tools."""
