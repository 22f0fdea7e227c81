"""What an archive was told, in order, for another archive to be told the same: how workers feed a desk.

Kept only in a worker's archive (`begin`), in the transaction of the write it tells of. What the archive knew
already is left out. An entry has a number that only grows; `is_sent` says that the cluster has it.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex

from pydantic import TypeAdapter

from crawlers.archive import logbook
from crawlers.archive.database import Database
from crawlers.archive.identity import keys_of
from crawlers.archive.moments import ticks
from crawlers.archive.reading import Reading
from crawlers.archive.states import AccountSeen, Arrival
from crawlers.archive.tombstones import author_names
from crawlers.items import CommunitySample, Outcome
from watchlists.errors import ArchiveError

PAGE = 200
PORTION = 4_000_000
"""Characters of texts in one entry; one that is larger stands alone."""
LARGEST = 64 * 1024 * 1024
"""Bytes an entry may unpack to: more was not written by us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing an archive was told at `at`."""

    at: datetime
    source: str = ""
    home: str = ""
    """The registrable domain the source was read from."""
    arrivals: tuple[Arrival, ...] = ()
    shared: tuple[str, ...] = ()
    """Keys that different entries of the same listing had: they identify nothing."""
    gone: tuple[str, ...] = ()
    """Ids of items that had disappeared."""
    outcome: Outcome | None = None
    sample: CommunitySample | None = None
    accounts: tuple[AccountSeen, ...] = ()
    """Where organisations were seen to be on other networks."""

    @property
    def rank(self) -> int:
        """Among entries of one moment: what arrived comes before what is said of it."""
        return 0 if self.arrivals else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """An entry with its place in the journal."""

    seq: int
    entry: Entry


_ENTRY = TypeAdapter(Entry)


def pack(entry: Entry) -> bytes:
    """The entry as compressed JSON."""
    return zlib.compress(_ENTRY.dump_json(entry, exclude_defaults=True), 3)


def unpack(body: bytes) -> Entry:
    """The entry `pack` was given; raises ValueError for anything else."""
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(body, LARGEST)
    except zlib.error as error:
        raise ValueError("not an entry") from error
    return _ENTRY.validate_json(data)


def names_in(entry: Entry) -> set[str]:
    """What erasing goes by: the keys of every item told of, and the names of its author."""
    items = [arrival.item for arrival in entry.arrivals]
    keys = {key.key for item in items for key in keys_of(item)}
    return keys | {name for item in items for name in author_names(item.author)} | set(entry.gone)


def without(entry: Entry, is_erased: Callable[[str], bool]) -> Entry | None:
    """The entry without what it tells of anything erased; None where nothing is left."""
    arrivals = tuple(
        each
        for each in entry.arrivals
        if not any(map(is_erased, names_in(replace(entry, arrivals=(each,), gone=()))))
    )
    left = replace(entry, arrivals=arrivals, gone=tuple(id for id in entry.gone if not is_erased(id)))
    tells = left.arrivals or left.gone or left.outcome or left.sample or left.accounts
    return left if tells else None


def is_kept(connection: sqlite3.Connection) -> bool:
    """Whether this archive keeps a journal."""
    return connection.execute("SELECT 1 FROM facts WHERE name = 'worker'").fetchone() is not None


def tell(connection: sqlite3.Connection, entry: Entry) -> None:
    """Add an entry, where a journal is kept, within the caller's transaction."""
    if is_kept(connection):
        connection.execute(
            "INSERT INTO journal (at, is_sent, body) VALUES (?, 0, ?)", (ticks(entry.at), pack(entry))
        )


def tell_arrivals(
    connection: sqlite3.Connection, taken: Sequence[Reading], *, source: str, home: str, now: datetime
) -> None:
    """Add what a source's answer changed, in entries of a size that a server takes."""
    if not is_kept(connection):
        return
    shared = tuple(sorted({key for each in taken for key in each.shared}))
    for some in _in_portions(taken):
        arrivals = tuple(
            Arrival(item=each.item, position=each.position, is_backfill=each.is_backfill) for each in some
        )
        tell(connection, Entry(at=now, source=source, home=home, arrivals=arrivals, shared=shared))


def _in_portions(taken: Sequence[Reading]) -> Iterator[list[Reading]]:
    portion: list[Reading] = []
    size = 0
    for each in taken:
        if portion and size + len(each.item.html) > PORTION:
            yield portion
            portion, size = [], 0
        portion.append(each)
        size += len(each.item.html)
    if portion:
        yield portion


class Journal:
    """The journal of one archive."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def worker(self) -> str:
        """The name this archive goes by among workers; empty where it keeps no journal."""
        rows = self._database.read("SELECT value FROM facts WHERE name = 'worker'")
        return str(rows[0][0]) if rows else ""

    def begin(self) -> str:
        """Keep a journal from now on; the worker's name. Raises ArchiveError where items are already held."""
        if worker := self.worker:
            return worker
        known = logbook.read_accounts(self._database)  # `veilleur add` may have been here before
        with self._database.write() as connection:
            if connection.execute("SELECT EXISTS (SELECT 1 FROM items)").fetchone() != (0,):
                raise ArchiveError(
                    "This folder was already read without --shard.",
                    why="A worker tells the desk all it ever read, and this archive did not write it down.",
                    remedy="Make this folder the desk (veilleur run --desk), and give each worker a new one.",
                )
            name = token_hex(8)
            connection.execute("INSERT OR IGNORE INTO facts VALUES ('worker', ?)", (name,))
            for each in known:
                tell(connection, Entry(at=each.first_seen, accounts=(each,)))
        return self.worker

    def tell(self, entry: Entry) -> None:
        """Add an entry, in a transaction of its own."""
        with self._database.write() as connection:
            tell(connection, entry)

    def unsent(self) -> Iterator[Numbered]:
        """Entries the cluster does not have yet, in order."""
        after = 0
        sql = "SELECT seq, body FROM journal WHERE is_sent = 0 AND seq > ? ORDER BY seq LIMIT ?"
        while rows := self._database.read(sql, (after, PAGE)):
            for seq, body in rows:
                after = int(str(seq))
                yield Numbered(seq=after, entry=unpack(_bytes(body)))

    def count_unsent(self) -> int:
        """How many entries the cluster does not have yet."""
        return int(str(self._database.read("SELECT count(*) FROM journal WHERE is_sent = 0")[0][0]))

    def first_unsent(self) -> int:
        """The number of the first entry the cluster does not have yet, or that the next one will get."""
        rows = self._database.read("SELECT min(seq) FROM journal WHERE is_sent = 0")
        return self.latest() + 1 if rows[0][0] is None else int(str(rows[0][0]))

    def drop(self, seqs: Iterable[int]) -> None:
        """Leave out entries that nobody will ever take."""
        with self._database.write() as connection:
            connection.executemany("DELETE FROM journal WHERE seq = ?", [(seq,) for seq in seqs])

    def mark_sent(self, seqs: Iterable[int]) -> None:
        """Say that the cluster has these."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE journal SET is_sent = 1 WHERE seq IN (SELECT value FROM json_each(?))",
                (json.dumps(list(seqs)),),
            )

    def mark_unsent(self) -> None:
        """Say that the cluster lost some: all is sent again."""
        with self._database.write() as connection:
            connection.execute("UPDATE journal SET is_sent = 0")

    def count_sent(self, *, since: datetime) -> int:
        """How many entries from then on the cluster should have."""
        rows = self._database.read(
            "SELECT count(*) FROM journal WHERE is_sent = 1 AND at >= ?", (ticks(since),)
        )
        return int(str(rows[0][0]))

    def latest(self) -> int:
        """The number of the last entry there ever was; 0 when there was none."""
        rows = self._database.read("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")
        return int(str(rows[0][0])) if rows else 0

    def begin_anew(self) -> str:
        """Go on under another name, with what is not sent: the desk knows the old one's numbers otherwise."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM journal WHERE is_sent = 1")
            connection.execute("UPDATE facts SET value = ? WHERE name = 'worker'", (token_hex(8),))
        return self.worker

    def expire(self, *, before: datetime) -> int:
        """Drop what is older; how many entries."""
        with self._database.write() as connection:
            return connection.execute("DELETE FROM journal WHERE at < ?", (ticks(before),)).rowcount


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value
