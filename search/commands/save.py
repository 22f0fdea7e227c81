"""`veilleur search --save NAME`: a query kept by name in the watchlist."""

from __future__ import annotations

from watchlists.commands.context import Context
from watchlists.model import SavedSearch


def save_search(context: Context, search: SavedSearch) -> None:
    """Write a [[search]] table below the others, in place of one of the same name.

    Its query was parsed before; `search.id` is still to be made from the name.
    """
    from dataclasses import replace

    from watchlists.edit import add_search, remove_search, write_text_atomically
    from watchlists.load import read_watchlist_text
    from watchlists.slugs import make_slug, make_unique

    searches = context.watchlist.searches
    same = next((each for each in searches if each.name.casefold() == search.name.casefold()), None)
    taken = {each.id for each in searches}
    id = same.id if same else make_unique(make_slug(search.name), seed=search.query, taken=taken)
    path = context.watchlist_path
    text = read_watchlist_text(path)
    kept = replace(search, id=id)
    write_text_atomically(path, add_search(remove_search(text, id) if same else text, kept))
    context.note(context.messages.gettext("Saved as {id} in {path}.").format(id=id, path=path))
    for line in tell_uses(context, kept):
        context.note(line)


def tell_uses(context: Context, search: SavedSearch) -> list[str]:
    """What is done with a saved search, a line each."""
    gettext = context.messages.gettext
    lines = []
    if search.alert:
        lines.append(gettext("What it newly finds is told at the end of each run."))
    if search.digest:
        lines.append(gettext("It has a section in each digest."))
    if search.feed:
        text = gettext("Its feed is written with every delivery: {file}")
        lines.append(text.format(file=f"feed-search-{search.id}.xml"))
    return lines
