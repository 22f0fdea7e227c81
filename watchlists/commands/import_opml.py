"""`veilleur import opml FILE`: a feed reader's subscriptions become sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import rich_click as click

from watchlists.commands.context import Context, pass_context

if TYPE_CHECKING:
    from watchlists.model import Source, Watchlist
    from watchlists.opml import OpmlEntry


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--organisation", metavar="ID", help="Whose places these are; left out: nobody's.")
@click.option("--dry-run", is_flag=True, help="Say what would be added, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a feed.")
@pass_context
def command(context: Context, file: BinaryIO, organisation: str | None, dry_run: bool, as_json: bool) -> None:
    """Add the feeds of a subscription list (OPML) to the watchlist; FILE may be - for standard input.

    Feeds watched already are left alone. Lists that are not well-formed are read too.
    """
    from watchlists.edit import add_sources, write_text_atomically
    from watchlists.load import parse_watchlist, read_watchlist_text
    from watchlists.opml import MAX_BYTES, read_opml

    watchlist = context.watchlist
    entries = read_opml(file.read(MAX_BYTES + 1))
    sources = tuple(choose_sources(entries, watchlist, organisation=organisation))
    text = add_sources(read_watchlist_text(context.watchlist_path), sources)
    parse_watchlist(text, name=context.watchlist_path.name)
    if not dry_run:
        write_text_atomically(context.watchlist_path, text)
    _tell(context, entries, sources, as_json=as_json)


def choose_sources(
    entries: tuple[OpmlEntry, ...], watchlist: Watchlist, *, organisation: str | None
) -> Iterator[Source]:
    """New sources for the entries that can be read and are not watched yet."""
    from watchlists.addresses import refuse_address
    from watchlists.model import Source
    from watchlists.slugs import make_slug, make_unique, make_url_slug

    known = {source.url for source in watchlist.sources}
    taken = {source.id for source in watchlist.sources}
    for entry in entries:
        if entry.url in known or refuse_address(entry.url):
            continue
        slug = make_slug(entry.title) if entry.title else make_url_slug(entry.url)
        id = make_unique(slug, seed=entry.url, taken=taken)
        taken.add(id)
        yield Source(id=id, url=entry.url, name=entry.title, organisation=organisation)


def _tell(
    context: Context, entries: tuple[OpmlEntry, ...], sources: tuple[Source, ...], *, as_json: bool
) -> None:
    from watchlists.addresses import refuse_address

    _ = context.messages.gettext
    refused = [(entry, refusal) for entry in entries if (refusal := refuse_address(entry.url))]
    for source in sources:
        if as_json:
            context.emit({"id": source.id, "url": source.url, "state": "added"})
        else:
            context.say(f"{source.id}  {source.url}")
    for entry, refusal in refused:
        why = _(refusal.message).format(network=refusal.network, scheme=refusal.scheme)
        if as_json:
            context.emit({"url": entry.url, "state": "left out", "why": why})
        context.note(_("Left out: {url} ({why})").format(url=ascii(entry.url)[1:-1], why=why))
    known = len(entries) - len(sources) - len(refused)
    summary = _("Feeds added: {added}. Watched already: {known}. Left out: {refused}.")
    context.note(summary.format(added=len(sources), known=known, refused=len(refused)))
