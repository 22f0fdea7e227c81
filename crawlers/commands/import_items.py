"""`veilleur import items FILE`: posts and mails that were found elsewhere."""

from __future__ import annotations

from typing import BinaryIO

import rich_click as click

from watchlists.commands.context import Context, pass_context

BATCH = 500
"""Items kept in one transaction."""


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--source", "source_id", default="manual", show_default=True, help="Source they belong to.")
@pass_context
def command(context: Context, file: BinaryIO, source_id: str) -> None:
    """Bring in posts from a table (CSV), JSON, a mail (.eml) or a mailbox (.mbox).

    Columns: url, title, text, author, date, kind, language, upvotes, replies, views, rating; French names
    do as well. What was brought in before is not doubled.
    """
    from crawlers.archive.states import Arrival
    from crawlers.commands.note import manual_source, open_archive
    from crawlers.parsers.imported import LARGEST, parse_file

    _, ngettext = context.messages.gettext, context.messages.ngettext
    source = manual_source(context.watchlist, source_id)
    found = parse_file(file.read(LARGEST), name=getattr(file, "name", ""), source=source, now=context.now)
    arrivals = [Arrival(item=item) for item in found.items]
    new = 0
    with open_archive(context) as archive:
        for start in range(0, len(arrivals), BATCH):
            landings = archive.put(arrivals[start : start + BATCH], source=source.id, now=context.now)
            new += sum(landing.state == "new" for landing in landings)
    text = ngettext("{count} item brought in.", "{count} items brought in.", new)
    context.note(text.format(count=new))
    if known := len(found.items) - new:
        context.note(_("Known already: {count}.").format(count=known))
    if found.left_out:
        text = _("Left out, without text or with an unusable address: {count}.")
        context.note(text.format(count=found.left_out))
