"""`veilleur export opml`: the watch's feeds as a subscription list."""

from __future__ import annotations

import rich_click as click

from watchlists.commands.context import Context, pass_context


@click.command()
@pass_context
def command(context: Context) -> None:
    """Print the watch's feeds as OPML, for any feed reader."""
    from watchlists.opml import write_opml

    context.say(write_opml(context.watchlist).rstrip("\n"))
