"""`veilleur export kibana`: a data view and a dashboard for those who look at the cluster with Kibana."""

from __future__ import annotations

import rich_click as click

from watchlists.commands.context import Context, pass_context


@click.command()
@pass_context
def command(context: Context) -> None:
    """Print a Kibana data view and a dashboard as NDJSON.

    Import it under Stack Management, Saved Objects. It holds names of fields, nothing of what was read.
    """
    from search.kibana import saved_objects
    from watchlists.errors import WatchlistError

    _ = context.messages.gettext
    watchlist = context.watchlist
    if watchlist.index.backend != "elasticsearch":
        raise WatchlistError(
            "There is nothing for Kibana to look at.",
            why="The index of this watch is the embedded one.",
            remedy="Move it to a server first: veilleur reindex --to elasticsearch",
        )
    name = _("Veilleur: %(watch)s") % {"watch": watchlist.name}
    for line in saved_objects(watchlist.index.alias, name=name, translate=_):
        click.echo(line)
