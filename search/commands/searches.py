"""`veilleur searches`: the searches kept in the watchlist, and how to let one go."""

from __future__ import annotations

from dataclasses import asdict

import rich_click as click

from search.commands.save import tell_uses
from watchlists.commands.context import Context, pass_context


@click.command()
@click.option("--delete", "id", metavar="ID", help="Take a saved search out of the watchlist.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a search, on a line of its own.")
@pass_context
def command(context: Context, id: str | None, as_json: bool) -> None:
    """List the saved searches and what is done with each: told at once, in the digest, as a feed.

    Save one with: veilleur search 'panne OR outage' --save Pannes --alert
    """
    if id is not None:
        _delete(context, id)
    elif as_json:
        for each in context.watchlist.searches:
            context.emit(asdict(each))
    else:
        _list(context)


def _delete(context: Context, id: str) -> None:
    from watchlists.edit import remove_search, write_text_atomically
    from watchlists.load import read_watchlist_text

    path = context.watchlist_path
    write_text_atomically(path, remove_search(read_watchlist_text(path), id))
    context.note(context.messages.gettext("Taken out of {path}: {id}").format(path=path, id=id))


def _list(context: Context) -> None:
    searches = context.watchlist.searches
    if not searches:
        context.say(context.messages.gettext("No search is saved yet: veilleur search QUERY --save NAME"))
    for each in searches:
        context.say(f"{each.id}: {each.name}")
        context.say(f"  {each.query}")
        for line in tell_uses(context, each):
            context.say(f"  {line}")
