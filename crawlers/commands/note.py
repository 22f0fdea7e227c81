"""`veilleur note URL TEXT`: what a person read where we cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import rich_click as click

from watchlists.commands.context import Context, pass_context

if TYPE_CHECKING:
    from crawlers.archive import Archive
    from watchlists.model import Source, Watchlist


@click.command()
@click.argument("url")
@click.argument("text")
@click.option("--title", default="", help="Its title.")
@click.option("--author", default="", help="Who wrote it there.")
@click.option("--date", "written", metavar="DATE", default="", help="When it was written (default: now).")
@click.option("--source", "source_id", default="manual", show_default=True, help="Source it belongs to.")
@pass_context
def command(context: Context, /, url: str, text: str, source_id: str, **details: str) -> None:
    """Keep what you read somewhere, with its address, as if it had been crawled.

    Example: veilleur note https://example.org/post/1 "They raise their prices" --author Camille
    """
    from crawlers.archive.states import Arrival
    from crawlers.parsers.imported import Note, make_note
    from crawlers.urls import canonical_url

    source = manual_source(context.watchlist, source_id)
    address = canonical_url(url)
    date = _read_written(details["written"], context.now)
    told = Note(url=address, text=text, title=details["title"], author=details["author"], published=date)
    note = make_note(told, source=source, now=context.now)
    assert note is not None
    with open_archive(context) as archive:
        (landing,) = archive.put([Arrival(item=note)], source=source.id, now=context.now)
    context.say(landing.id)


def manual_source(watchlist: Watchlist, id: str) -> Source:
    """The source that what people bring in belongs to; made up where the watchlist has none of that id."""
    from watchlists.model import Source

    return watchlist.source(id) or Source(id=id, url=id, kind="manual")


@contextmanager
def open_archive(context: Context) -> Iterator[Archive]:
    """The archive for writing, which nobody else is writing meanwhile."""
    from crawlers.archive import Archive
    from crawlers.locks import hold_lock

    with hold_lock(context.state / "archive.lock"), Archive.open(context.state / "archive.db") as archive:
        yield archive


def _read_written(text: str, now: datetime) -> datetime | None:
    from crawlers.parsers.dates import read_date

    found = read_date(text, now=now, languages=("fr", "en")) if text else None
    if text and found is None:
        raise click.BadParameter(f"{text} is not a date like 2026-11-20 or 2026-11-20T08:00")
    return found
