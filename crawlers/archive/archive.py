"""archive.db: everything that was read, with its history. The truth the rest is derived from.

One process writes (the crawl), many read. Each write is one short transaction that waits for its
turn and is never dropped. An Archive belongs to the thread that opened it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from crawlers.archive import adopting, forgetting, journal, logbook, shelf
from crawlers.archive.changes import Changes, latest
from crawlers.archive.claims import Claims
from crawlers.archive.database import Database, told
from crawlers.archive.identity import Key, key_of
from crawlers.archive.intake import Intake
from crawlers.archive.journal import Entry, Journal
from crawlers.archive.moments import ticks
from crawlers.archive.naming import Naming
from crawlers.archive.presence import mark_deleted
from crawlers.archive.reading import Reading, prepare
from crawlers.archive.replay import Replay
from crawlers.archive.states import (
    AccountSeen,
    Arrival,
    FetchState,
    ItemState,
    Landing,
    PageState,
    Revision,
    RobotsCopy,
)
from crawlers.archive.tombstones import Tombstones
from crawlers.items import CommunitySample, EngagementSample, Item, Outcome, Sighting
from crawlers.pseudonyms import load_key
from crawlers.urls import registrable_domain
from watchlists.errors import AddressRefused

PATIENCE = 30.0
"""Seconds a write waits for another one, before it waits again."""


class Archive:
    """The archive as the other packages see it; docs/archive.md tells what it guarantees."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, path: Path, *, readonly: bool = False, patience: float = PATIENCE) -> Self:
        """The archive in that file, made when absent unless `readonly`; raises ArchiveError."""
        return cls(Database.open(path, readonly=readonly, patience=patience))

    def close(self) -> None:
        """Give the file back."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Writing

    def put(self, arrivals: Sequence[Arrival], *, source: str, now: datetime) -> tuple[Landing, ...]:
        """Take what one answer of a source held; a landing for each arrival, in order.

        Each is resolved to the item it is of, by its id, permalink, aliases and native id.
        What was erased is not taken again, and lands as known.
        """
        readings = prepare(arrivals)
        home = self._home(source)
        with self._database.write() as connection:
            tombstones = Tombstones(connection, self._key)
            claims = Claims(connection, _names(readings))
            intake = Intake(connection, source=source, home=home, now=now, claims=claims)
            landings = intake.land(readings, tombstones)
            journal.tell_arrivals(connection, intake.taken, source=source, home=home, now=now)
        return landings

    def alias(self, id: str, *aliases: str) -> None:
        """Say that an item is also known by these addresses; joins items that turn out to be one."""
        with self._database.write() as connection:
            claims = Claims(connection)
            claim = claims.get(id)
            if claim is None or claim.number is None:
                return
            keys = [Key(key=key_of(alias), address=alias) for alias in aliases]
            changes = Changes(connection)
            Naming(connection, claims, changes).connect(claim.number, keys)
            changes.keep()

    def mark_deleted(self, ids: Iterable[str], *, at: datetime) -> int:
        """Mark items as gone from their place, history kept; how many were not marked before."""
        wanted = tuple(ids)
        with self._database.write() as connection:
            if count := mark_deleted(connection, wanted, at=at):
                journal.tell(connection, Entry(at=at, gone=wanted))
        return count

    def put_outcome(self, outcome: Outcome) -> None:
        """Keep what happened to a source in a run; that it was not due is told to nobody."""
        if outcome.state != "not_due":
            self.journal.tell(Entry(at=outcome.at, source=outcome.source, outcome=outcome))
        logbook.write_outcome(self._database, outcome)

    def put_community_sample(self, sample: CommunitySample) -> None:
        """Keep the size of a place at a time."""
        self.journal.tell(Entry(at=sample.at, source=sample.source, sample=sample))
        logbook.write_community_sample(self._database, sample)

    def put_fetch_state(self, state: FetchState) -> None:
        """Remember a source until the next run."""
        logbook.write_fetch_state(self._database, state)

    def put_page_state(self, state: PageState) -> None:
        """Remember the validators of one address."""
        logbook.write_page_state(self._database, state)

    def put_robots(self, copy: RobotsCopy) -> None:
        """Keep a robots.txt as answered."""
        logbook.write_robots(self._database, copy)

    def put_accounts(self, accounts: Iterable[AccountSeen]) -> None:
        """Keep where organisations were seen to be on other networks, each with its first sight."""
        with self._database.write() as connection:
            if new := logbook.keep_accounts(connection, accounts):
                journal.tell(connection, Entry(at=new[0].first_seen, accounts=new))

    # Workers and their desk

    @property
    def journal(self) -> Journal:
        """What this archive was told, where it is a worker's."""
        return Journal(self._database)

    @property
    def replay(self) -> Replay:
        """What workers told, taken in: this archive is a desk's."""
        return Replay(self._database, self._key)

    def tombstones(self) -> dict[bytes, datetime]:
        """The marks of what was erased, each with its time."""
        return logbook.read_tombstones(self._database)

    def adopt(self, marks: Iterable[bytes], *, now: datetime) -> tuple[str, ...]:
        """Erase, and refuse from now on, what another archive of the same key erased; the ids erased."""
        return adopting.adopt(self._database, marks, now=now, key=self._key())

    def holds(self, marks: Iterable[bytes]) -> bool:
        """Whether anything here is meant by one of these marks."""
        return adopting.holds(self._database, marks, key=self._key())

    # Reading items

    def resolve(self, address: str) -> str | None:
        """The id behind an id (former ones too), permalink, alias or `native_address`; None when unknown."""
        sql = "SELECT items.id FROM keys JOIN items ON items.number = keys.item WHERE key = ?"
        rows = self._database.read(sql, (key_of(address),))
        return str(rows[0][0]) if rows else None

    def item(self, id: str) -> Item | None:
        """The item as it is now: newest content, newest counts."""
        return next(self.items([id]), None)

    def items(self, ids: Iterable[str]) -> Iterator[Item]:
        """The items of these ids, in their order; unknown ones left out."""
        return shelf.read_items(self._database, ids)

    def item_ids(self) -> Iterator[str]:
        """Every id, in order."""
        return shelf.read_ids(self._database)

    def count(self) -> int:
        """How many items there are."""
        return int(str(self._database.read("SELECT count(*) FROM items")[0][0]))

    def states(self, *, after: int = 0) -> Iterator[ItemState]:
        """Items that changed beyond `after`, in the order of their changes."""
        return shelf.read_states(self._database, after=after)

    def latest_change(self) -> int:
        """The last change: grows with every new, changed, merged, forgotten or expired item."""
        with told(self._database.path):
            return latest(self._database.connection)

    def thread(self, thread_id: str) -> tuple[Item, ...]:
        """The opening item and all that name it as their thread, by date, then id."""
        return shelf.read_thread(self._database, self.resolve(thread_id) or thread_id)

    def revisions(self, id: str) -> tuple[Revision, ...]:
        """Every content an item has had, first one first."""
        return shelf.read_revisions(self._database, self.resolve(id) or id)

    def sightings(self, ids: Iterable[str]) -> dict[str, tuple[Sighting, ...]]:
        """For each known id, where it was seen, first sight first."""
        return shelf.read_sightings(self._database, ids)

    def engagement_samples(self, ids: Iterable[str]) -> dict[str, tuple[EngagementSample, ...]]:
        """For each id with counts, their samples by time."""
        return shelf.read_samples(self._database, ids)

    def due_samples(self, source: str, *, now: datetime) -> tuple[str, ...]:
        """Ids whose counts should be read again: their ages passed 1 h, 6 h, 1, 3 or 7 days since."""
        return shelf.read_due(self._database, source, at=ticks(now))

    # Reading what is known of sources

    def outcomes(self, *, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """Outcomes with since <= at < until, by time, then source."""
        return logbook.read_outcomes(self._database, since=since, until=until)

    def last_outcomes(self) -> dict[str, Outcome]:
        """The newest outcome of each source that says something of it: "not due" does not."""
        return logbook.read_last_outcomes(self._database)

    def community_samples(
        self, source: str, *, since: datetime, until: datetime
    ) -> tuple[CommunitySample, ...]:
        """Sizes of a place with since <= at < until, by time."""
        return logbook.read_community_samples(self._database, source, since=since, until=until)

    def fetch_state(self, source: str) -> FetchState | None:
        """What is remembered of a source."""
        return logbook.read_fetch_state(self._database, source)

    def fetch_states(self) -> dict[str, FetchState]:
        """What is remembered, by source."""
        return logbook.read_fetch_states(self._database)

    def page_state(self, url: str) -> PageState | None:
        """The validators of one address."""
        return logbook.read_page_state(self._database, url)

    def robots(self, origin: str, *, now: datetime) -> RobotsCopy | None:
        """The robots.txt of an origin; None when unknown or older than 24 hours."""
        return logbook.read_robots(self._database, origin, now=now)

    def accounts(self) -> tuple[AccountSeen, ...]:
        """Where organisations are on other networks, by organisation, then first sight."""
        return logbook.read_accounts(self._database)

    def integrity(self) -> str:
        """`ok`, or what SQLite finds wrong with the file."""
        rows = self._database.read("PRAGMA integrity_check") + self._database.read("PRAGMA foreign_key_check")
        return "; ".join(" ".join(map(str, row)) for row in rows if row != ("ok",)) or "ok"

    # Forgetting

    def forget(
        self, *, author: str | None = None, address: str | None = None, now: datetime, key: bytes
    ) -> tuple[str, ...]:
        """Erase an author's items, or the item of an address, and refuse them from now on; the ids erased."""
        erased: tuple[str, ...] = ()
        if author:
            erased += forgetting.forget_author(self._database, author, now=now, key=key)
        if address:
            erased += forgetting.forget_address(self._database, address, now=now, key=key)
        return erased

    def expire(self, *, now: datetime, retention: Callable[[str], int]) -> tuple[str, ...]:
        """Erase what its sources keep no longer; `retention` gives a source's days. The ids erased."""
        return forgetting.expire(self._database, now=now, retention=retention, key=self._key)

    def compact(self) -> None:
        """Write the file anew without what was ever erased from it, and empty its log."""
        with told(self._database.path):
            self._database.connection.execute("VACUUM")
            self._database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _key(self) -> bytes:
        return load_key(self._database.path.parent)

    def _home(self, source: str) -> str:
        state = self.fetch_state(source)
        try:
            return registrable_domain(state.url) if state else ""
        except AddressRefused:
            return ""


def _names(readings: Iterable[Reading]) -> set[str]:
    """Every key and id a batch mentions."""
    keys = {key.key for each in readings for key in each.keys}
    return keys | {
        id for each in readings for id in (each.item.thread_id, each.item.parent_id) if id is not None
    }
