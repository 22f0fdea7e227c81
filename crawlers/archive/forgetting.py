"""Erasing: what people ask to have forgotten, and what has been kept for long enough.

Both leave keyed marks, so that a place that still lists an entry does not bring it back as news.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from crawlers.archive.changes import Changes
from crawlers.archive.database import Database, told
from crawlers.archive.identity import key_of
from crawlers.archive.moments import ticks
from crawlers.archive.tombstones import Tombstones, author_names
from crawlers.items import Author
from crawlers.pseudonyms import plain_name, pseudonym

BATCH = 500
"""Items erased in one transaction."""
PAGES_FOR = timedelta(days=90)
"""Validators of pages not read since then are dropped."""


def forget_author(database: Database, author: str, *, now: datetime, key: bytes) -> tuple[str, ...]:
    """Erase everything by an author, given by name, pseudonym or account address; the ids erased."""
    people = _people(database, author, key=key)
    names = {name for person in people for name in author_names(person)}
    authors = json.dumps([[person.name, person.url] for person in people])
    rows = database.read(
        "SELECT number FROM items JOIN json_each(?) ON author = value ->> 0 AND author_url IS value ->> 1",
        (authors,),
    )
    return erase(database, _numbers(rows), names=names, now=now, key=lambda: key)


def forget_address(database: Database, address: str, *, now: datetime, key: bytes) -> tuple[str, ...]:
    """Erase the item of an address (or id), and refuse it from now on; the ids erased."""
    known = key_of(address)
    rows = database.read("SELECT item FROM keys WHERE key = ? AND item IS NOT NULL", (known,))
    return erase(database, _numbers(rows), names={known}, now=now, key=lambda: key)


def expire(
    database: Database, *, now: datetime, retention: Callable[[str], int], key: Callable[[], bytes]
) -> tuple[str, ...]:
    """Erase what every source that saw it has kept for its number of days; the ids erased."""
    sources = [str(source) for (source,) in database.read("SELECT DISTINCT source FROM sightings")]
    cutoffs = json.dumps([[source, ticks(now - timedelta(days=retention(source)))] for source in sources])
    rows = database.read(
        "SELECT number FROM items WHERE number NOT IN (SELECT item FROM sightings"
        " JOIN json_each(?) ON source = value ->> 0 WHERE first_seen >= value ->> 1)",
        (cutoffs,),
    )
    with database.write() as connection:
        connection.execute("DELETE FROM page_states WHERE fetched < ?", (ticks(now - PAGES_FOR),))
    return erase(database, _numbers(rows), names=(), now=now, key=key)


def _people(database: Database, author: str, *, key: bytes) -> list[Author]:
    """Authors in the archive whom the given name, pseudonym or address means; else the name itself."""
    wanted = plain_name(author)
    rows = database.read("SELECT DISTINCT author, author_url FROM items WHERE author IS NOT NULL")
    known = [Author(name=str(name), url=None if url is None else str(url)) for name, url in rows]
    found = [
        person
        for person in known
        if wanted in {plain_name(person.name), plain_name(person.url or ""), pseudonym(person.name, key=key)}
    ]
    return found or [Author(name=author)]


def erase(
    database: Database, numbers: list[int], *, names: Iterable[str], now: datetime, key: Callable[[], bytes]
) -> tuple[str, ...]:
    """Erase items by their numbers, leaving marks of their keys and of these names; the ids erased."""
    erased: list[str] = []
    with _overwritten(database):
        if names:
            with database.write() as connection:
                Tombstones(connection, key).raise_for(names, at=ticks(now))
        for start in range(0, len(numbers), BATCH):
            with database.write() as connection:
                erased += _erase_batch(connection, numbers[start : start + BATCH], key=key, at=ticks(now))
    return tuple(erased)


def _erase_batch(
    connection: sqlite3.Connection, numbers: list[int], *, key: Callable[[], bytes], at: int
) -> list[str]:
    chosen = json.dumps(numbers)
    named = connection.execute(
        "SELECT key, address FROM keys WHERE item IN (SELECT value FROM json_each(?))", (chosen,)
    ).fetchall()
    Tombstones(connection, key).raise_for([name for name, _ in named], at=at)
    connection.executemany("DELETE FROM page_states WHERE url = ?", [(address,) for _, address in named])
    ids = connection.execute(
        "DELETE FROM items WHERE number IN (SELECT value FROM json_each(?)) RETURNING id", (chosen,)
    ).fetchall()
    changes = Changes(connection)
    changes.next()
    changes.keep()
    return sorted(id for (id,) in ids)


@contextmanager
def _overwritten(database: Database) -> Iterator[None]:
    """What is deleted meanwhile is overwritten with zeros, in the file and in its log."""
    with told(database.path):
        database.connection.execute("PRAGMA secure_delete = ON")
        try:
            yield
        finally:
            database.connection.execute("PRAGMA secure_delete = OFF")
            database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _numbers(rows: Iterable[tuple[object, ...]]) -> list[int]:
    return [int(str(number)) for (number,) in rows]
