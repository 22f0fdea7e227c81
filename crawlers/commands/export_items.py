"""`veilleur export items`: everything that was read, for other tools, authors as pseudonyms."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

import rich_click as click

from watchlists.commands.context import Context, pass_context

if TYPE_CHECKING:
    from crawlers.archive import Archive
    from crawlers.items import Item, Sighting
    from crawlers.shown_authors import ShownAuthors

COLUMNS = (
    *(
        "id",
        "kind",
        "published",
        "edited",
        "deleted",
        "first_seen",
        "sources",
        "title",
        "permalink",
        "author",
    ),
    *("is_staff", "language", "tags", "thread_id", "parent_id"),
    *("upvotes", "downvotes", "replies", "shares", "views", "rating"),
)
PAGE = 500
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters a spreadsheet may run; such a cell gets an apostrophe before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """An item as it leaves, with where it was seen."""

    item: Item
    sightings: tuple[Sighting, ...]


@click.command()
@click.option(
    "--format",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="One JSON object a line, with the texts; or a table without them.",
)
@pass_context
def command(context: Context, format: str) -> None:
    """Print every item that was read; people's names leave as pseudonyms.

    Names stay where somebody speaks for an organisation, and where the watchlist keeps them.
    """
    from crawlers.archive import Archive
    from crawlers.pseudonyms import load_key
    from crawlers.shown_authors import ShownAuthors

    with Archive.open(context.state / "archive.db", readonly=True) as archive:
        authors = ShownAuthors(context.watchlist, key=load_key(context.state))
        count = _print_all(context, read_exported(archive, authors), format=format)
    text = context.messages.ngettext("{count} item exported.", "{count} items exported.", count)
    context.note(text.format(count=count))


def read_exported(archive: Archive, authors: ShownAuthors) -> Iterator[Exported]:
    """Every item by id, its author as outputs may have it; a page in memory at a time."""
    ids = archive.item_ids()
    while page := list(islice(ids, PAGE)):
        seen = archive.sightings(page)
        for item in archive.items(page):
            sightings = seen.get(item.id, ())
            author = authors.show(item.author, sources=[sighting.source for sighting in sightings])
            yield Exported(item=replace(item, author=author), sightings=sightings)


def json_line(exported: Exported) -> str:
    """The whole record as one JSON object."""
    record = asdict(exported.item) | {"sightings": [_sighting(each) for each in exported.sightings]}
    return json.dumps(record, ensure_ascii=False, default=_plain)


def csv_line(cells: Sequence[object]) -> str:
    """The cells as one line that no spreadsheet runs, without line end."""
    line = io.StringIO()
    csv.writer(line).writerow([safe_cell(cell) for cell in cells])
    return line.getvalue().removesuffix("\r\n")


def cells_of(exported: Exported) -> tuple[object, ...]:
    """The record's cells, in the order of COLUMNS."""
    item, sightings = exported.item, exported.sightings
    counts = item.engagement
    return (
        *(item.id, item.kind, item.published, item.edited, item.deleted),
        sightings[0].first_seen if sightings else None,
        " ".join(sighting.source for sighting in sightings),
        *(item.title, item.permalink, item.author.name if item.author else ""),
        item.author.is_staff if item.author else None,
        *(item.language, " ".join(item.tags), item.thread_id, item.parent_id),
        *(counts.upvotes, counts.downvotes, counts.replies, counts.shares, counts.views, counts.rating),
    )


def safe_cell(value: object) -> str:
    """The value as text that is never a formula."""
    if value is None or isinstance(value, int | float):
        return "" if value is None else str(value)
    text = _plain(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _print_all(context: Context, records: Iterator[Exported], *, format: str) -> int:
    count = 0
    write: Callable[[Exported], str] = json_line
    if format == "csv":
        context.say(csv_line(COLUMNS))
        write = _csv_record
    for record in records:
        context.say(write(record))
        count += 1
    return count


def _csv_record(record: Exported) -> str:
    return csv_line(cells_of(record))


def _sighting(sighting: Sighting) -> dict[str, object]:
    return {name: value for name, value in asdict(sighting).items() if name != "item"}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
