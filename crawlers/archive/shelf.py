"""Items out of the archive: rows and bodies back into records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from crawlers.archive.contents import Content, decode
from crawlers.archive.database import Database
from crawlers.archive.moments import moment, moment_or_none
from crawlers.archive.rows import COLUMNS, COUNTS, Row, row_of
from crawlers.archive.states import ItemState, Revision
from crawlers.items import Engagement, EngagementSample, Item, Sighting

PAGE = 500
"""Rows read at once; between pages no read is open, so that writers and checkpoints go on."""

# Names of our own columns only; every value is a parameter.
_ITEMS = (
    f"SELECT keys.key, revisions.body, {COLUMNS} FROM keys"  # noqa: S608
    " JOIN items ON items.number = keys.item"
    " JOIN revisions ON revisions.item = items.number AND revisions.number = items.content"
    " WHERE keys.key IN (SELECT value FROM json_each(?))"
)
_THREAD = "SELECT id FROM items WHERE thread = ?1 OR id = ?1 ORDER BY coalesce(published, fetched), id"


def read_items(database: Database, ids: Iterable[str]) -> Iterator[Item]:
    """The items of these ids, in their order; unknown ones left out."""
    remaining = iter(ids)
    while page := list(islice(remaining, PAGE)):
        rows = {str(key): (body, row_of(values)) for key, body, *values in _ask(database, _ITEMS, page)}
        addresses = _addresses(database, [row.number for _, row in rows.values()])
        for body, row in (rows[id] for id in page if id in rows):
            yield item_of(row, decode(body), addresses[row.number])


def item_of(row: Row, content: Content, addresses: Iterable[str]) -> Item:
    """An Item as the records have it."""
    counts: dict[str, Any] = dict(zip(COUNTS, row.counts, strict=True))
    return Item(
        id=row.id,
        kind=content.kind,
        permalink=content.permalink,
        aliases=tuple(each for each in addresses if each != content.permalink),
        native_id=content.native_id,
        thread_id=row.thread,
        parent_id=row.parent,
        title=content.title,
        html=content.html,
        is_teaser=content.is_teaser,
        language=content.language,
        tags=content.tags,
        author=content.author,
        published=content.published,
        published_raw=content.published_raw,
        edited=content.edited,
        deleted=moment_or_none(row.deleted),
        fetched=moment(row.fetched),
        is_accepted=content.is_accepted,
        is_solved=content.is_solved,
        engagement=Engagement(**counts),
        links=content.links,
    )


def _addresses(database: Database, numbers: Sequence[int]) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    sql = (
        "SELECT DISTINCT item, address FROM keys"
        " WHERE item IN (SELECT value FROM json_each(?)) ORDER BY item, address"
    )
    for number, address in _ask(database, sql, numbers):
        found[number].append(address)
    return found


def read_thread(database: Database, thread_id: str) -> tuple[Item, ...]:
    """The opening item and all that name it as their thread, oldest first."""
    ids = [str(id) for (id,) in database.read(_THREAD, (thread_id,))]
    return tuple(read_items(database, ids))


def read_states(database: Database, *, after: int) -> Iterator[ItemState]:
    """States with a change beyond `after`, in the order of their changes."""
    sql = "SELECT id, thread, content, change FROM items WHERE change > ? ORDER BY change LIMIT ?"
    while page := _rows(database, sql, (after, PAGE)):
        for id, thread, content, change in page:
            yield ItemState(id=id, thread_id=thread, content=content, change=change)
        after = page[-1][-1]


def read_ids(database: Database) -> Iterator[str]:
    """Every id, in order."""
    last = ""
    while page := _rows(database, "SELECT id FROM items WHERE id > ? ORDER BY id LIMIT ?", (last, PAGE)):
        yield from (id for (id,) in page)
        (last,) = page[-1]


def read_revisions(database: Database, id: str) -> tuple[Revision, ...]:
    """Every content the item has had, first one first, with what moves around it as it is now."""
    sql = (
        f"SELECT revisions.number, revisions.at, revisions.body, {COLUMNS} FROM items"  # noqa: S608
        " JOIN revisions ON revisions.item = items.number WHERE items.id = ? ORDER BY revisions.number"
    )
    rows = [(number, at, body, row_of(values)) for number, at, body, *values in _rows(database, sql, (id,))]
    addresses = _addresses(database, [rows[0][3].number]) if rows else {}
    return tuple(
        Revision(number=number, at=moment(at), item=item_of(row, decode(body), addresses.get(row.number, ())))
        for number, at, body, row in rows
    )


def read_sightings(database: Database, ids: Iterable[str]) -> dict[str, tuple[Sighting, ...]]:
    """For each known id, where it was seen, first sight first."""
    sql = (
        "SELECT items.id, source, sightings.first_seen, position, is_backfill FROM items"
        " JOIN sightings ON sightings.item = items.number"
        " WHERE items.id IN (SELECT value FROM json_each(?)) ORDER BY sightings.first_seen, source"
    )
    found: defaultdict[str, list[Sighting]] = defaultdict(list)
    for id, source, first_seen, position, is_backfill in _ask(database, sql, list(ids)):
        sighting = Sighting(
            item=id,
            source=source,
            first_seen=moment(first_seen),
            position=position,
            is_backfill=bool(is_backfill),
        )
        found[id].append(sighting)
    return {id: tuple(sightings) for id, sightings in found.items()}


def read_samples(database: Database, ids: Iterable[str]) -> dict[str, tuple[EngagementSample, ...]]:
    """For each id with counts, their samples by time."""
    sql = (
        f"SELECT items.id, samples.at, {', '.join(f'samples.{name}' for name in COUNTS)} FROM items"  # noqa: S608
        " JOIN samples ON samples.item = items.number"
        " WHERE items.id IN (SELECT value FROM json_each(?)) ORDER BY samples.at"
    )
    found: defaultdict[str, list[EngagementSample]] = defaultdict(list)
    for id, at, *counts in _ask(database, sql, list(ids)):
        engagement = Engagement(**dict(zip(COUNTS, counts, strict=True)))
        found[id].append(EngagementSample(item=id, at=moment(at), engagement=engagement))
    return {id: tuple(samples) for id, samples in found.items()}


def read_due(database: Database, source: str, *, at: int) -> tuple[str, ...]:
    """Ids of this source whose counts should be read again, the oldest sample first."""
    sql = (
        f"SELECT {COLUMNS} FROM sightings JOIN items ON items.number = sightings.item"  # noqa: S608
        " WHERE sightings.source = ? AND sightings.first_seen > ? AND items.sampled IS NOT NULL"
        " AND items.deleted IS NULL ORDER BY items.sampled, items.id"
    )
    oldest = at - 14 * 24 * 3_600_000_000  # twice the last age: one missed week is caught up, not more
    rows = (row_of(values) for values in _rows(database, sql, (source, oldest)))
    return tuple(row.id for row in rows if row.is_due(at))


def _ask(database: Database, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    return _rows(database, sql, (json.dumps(values),))


def _rows(database: Database, sql: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
    return database.read(sql, parameters)
