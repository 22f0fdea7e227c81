"""`veilleur search --save NAME`: a query kept by name in the watchlist."""

from __future__ import annotations

from watchlists.commands.context import Context


def save_search(context: Context, query: str, *, name: str, has_feed: bool) -> None:
    """Write a [[search]] table below the others; the query was parsed before."""
    from watchlists.edit import add_search, write_text_atomically
    from watchlists.model import SavedSearch
    from watchlists.slugs import make_slug, make_unique

    taken = {each.id for each in context.watchlist.searches}
    id = make_unique(make_slug(name), seed=query, taken=taken)
    search = SavedSearch(id=id, name=name, query=query, feed=has_feed)
    path = context.watchlist_path
    write_text_atomically(path, add_search(path.read_bytes().decode("utf-8-sig"), search))
    context.note(context.messages.gettext("Saved as {id} in {path}.").format(id=id, path=path))
    if has_feed:
        text = context.messages.gettext("Its feed is written with every delivery: {file}")
        context.note(text.format(file=f"feed-search-{id}.xml"))
