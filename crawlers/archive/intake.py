"""Arrivals into the archive, within one transaction: which item each is, and what it changes.

Who may change a text: the source it came from (the item's *holder*) and any source on the item's
own domain. Every other source only completes what is missing. And a source is believed to show an
edit only when its own reading differs from its last one: two sources that render one post
differently do not rewrite it in turns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from crawlers.archive import revisions
from crawlers.archive.changes import Changes
from crawlers.archive.claims import Claims
from crawlers.archive.contents import Content, complete, digest_of, revise
from crawlers.archive.matching import find_matches, known_id
from crawlers.archive.moments import ticks, ticks_or_none
from crawlers.archive.naming import Naming
from crawlers.archive.reading import Reading
from crawlers.archive.revisions import with_content
from crawlers.archive.rows import (
    Counts,
    Row,
    insert,
    next_number,
    save,
    with_counts,
    with_place,
    with_presence,
)
from crawlers.archive.states import Landing
from crawlers.archive.tombstones import Tombstones
from crawlers.urls import registrable_domain
from watchlists.errors import AddressRefused

State = Literal["new", "changed", "sampled", "sighted", "known"]

_SLOTS = {
    False: "INSERT INTO sightings (item, source, first_seen, position, is_backfill, teaser)"
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (item, source) DO UPDATE SET teaser = excluded.teaser",
    True: "INSERT INTO sightings (item, source, first_seen, position, is_backfill, full)"
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (item, source) DO UPDATE SET full = excluded.full",
}
_SAMPLE = (
    "REPLACE INTO samples (item, at, upvotes, downvotes, replies, shares, views, rating)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


class Intake:
    """One batch of one source, being written; `home` is the registrable domain it is read from."""

    def __init__(
        self, connection: sqlite3.Connection, *, source: str, home: str, now: datetime, claims: Claims
    ) -> None:
        self.connection = connection
        self.source = source
        self.home = home
        self.at = ticks(now)
        self.changes = Changes(connection)
        self.claims = claims
        self.naming = Naming(connection, claims, self.changes)
        self.taken: list[Reading] = []
        """The readings that changed anything at all."""
        self._number = next_number(connection)

    def land(self, readings: Sequence[Reading], tombstones: Tombstones) -> tuple[Landing, ...]:
        """Write every reading, in order."""
        landings = tuple(
            Landing(id=each.item.id, state="known")
            if tombstones.cover((key.key for key in each.keys), each.item.author)
            else self._land(each)
            for each in readings
        )
        self.changes.keep()
        return landings

    def _land(self, reading: Reading) -> Landing:
        before = self.connection.total_changes
        landing = self._take(reading)
        if self.connection.total_changes != before:
            self.taken.append(reading)
        return landing

    def _take(self, reading: Reading) -> Landing:
        matches = find_matches(self.connection, self.claims, reading)
        row, state = self._meet(matches, reading) if matches else (self._insert(reading), "new")
        for key in reading.keys:
            if key.key in reading.shared and not key.is_own:
                self.claims.share(key)
            else:
                self.naming.give(key, row)
        return Landing(id=row.id, state=state)

    def _insert(self, reading: Reading) -> Row:
        item = reading.item
        row = Row(
            number=self._take_number(),
            id=item.id,
            thread=known_id(self.claims, item.thread_id),
            parent=known_id(self.claims, item.parent_id),
            author=None,
            author_url=None,
            first_seen=self.at,
            published=None,
            fetched=ticks(item.fetched),
            deleted=ticks_or_none(item.deleted),
            content=1,
            change=self.changes.next(),
            holder=self.source,
            digest=reading.digest,
            sampled=self.at if any(count is not None for count in reading.counts) else None,
            counts=reading.counts,
        )
        row = with_content(row, reading.content, digest=reading.digest)
        insert(self.connection, row)
        revisions.write(self.connection, row, reading.content, at=self.at)
        self._sight(row, reading)
        self._sample(row)
        return row

    def _take_number(self) -> int:
        self._number += 1
        return self._number - 1

    def _meet(self, matches: list[Row], reading: Reading) -> tuple[Row, State]:
        """Bring the reading into the item it is of, after joining the items it shows to be one."""
        row = matches[0]
        for other in matches[1:]:
            row = self.naming.join(row, other)
        after, is_sighted = self._read(row, reading)
        after = self._settle(after, reading)
        if is_sighted or replace(after, sampled=row.sampled) != row:
            after = replace(after, change=self.changes.next())
        if after != row:
            save(self.connection, after)
        if after.sampled != row.sampled:
            self._sample(after)
        return after, _state(row, after, is_sighted=is_sighted, is_merged=len(matches) > 1)

    def _read(self, row: Row, reading: Reading) -> tuple[Row, bool]:
        """The row after this source's reading of the content; whether the source is new to the item."""
        seen = self.connection.execute(
            "SELECT teaser, full FROM sightings WHERE item = ? AND source = ?", (row.number, self.source)
        ).fetchone()
        last = seen and seen[reading.content.is_full]
        if last == reading.digest:
            return row, False
        self._sight(row, reading)
        return self._edit(row, reading, is_edit=last is not None), seen is None

    def _edit(self, row: Row, reading: Reading, *, is_edit: bool) -> Row:
        stored = revisions.current(self.connection, row)
        may_revise = is_edit and (self.source == row.holder or self._is_home(stored))
        content = (revise if may_revise else complete)(stored, reading.content)
        if digest_of(content) == row.digest:
            return row
        gives_body = content.html == reading.content.html != stored.html
        after = replace(
            with_content(row, content),
            content=row.content + 1,
            fetched=ticks(reading.item.fetched),
            holder=self.source if gives_body else row.holder,
        )
        revisions.write(self.connection, after, content, at=self.at)
        return after

    def _is_home(self, content: Content) -> bool:
        try:
            return bool(self.home) and registrable_domain(content.permalink) == self.home
        except AddressRefused:
            return False

    def _settle(self, row: Row, reading: Reading) -> Row:
        """The row after what moves around the content: counts, thread, presence."""
        item, is_holder = reading.item, self.source == row.holder
        if row.sampled is not None and self.at < row.sampled:
            self._sample_late(row, reading.counts)
        else:
            row = with_counts(row, reading.counts, at=self.at)
        row = with_place(
            row,
            thread=row.id if item.thread_id == item.id else known_id(self.claims, item.thread_id),
            parent=known_id(self.claims, item.parent_id),
            is_holder=is_holder,
        )
        return with_presence(
            row, deleted=ticks_or_none(item.deleted), fetched=ticks(item.fetched), is_holder=is_holder
        )

    def _sight(self, row: Row, reading: Reading) -> None:
        self.connection.execute(
            _SLOTS[reading.content.is_full],
            (row.number, self.source, self.at, reading.position, reading.is_backfill, reading.digest),
        )

    def _sample_late(self, row: Row, counts: Counts) -> None:
        """Keep counts that were read before the newest known ones: a worker's that was late."""
        if any(count is not None for count in counts):
            sql = _SAMPLE.replace("REPLACE", "INSERT OR IGNORE")
            self.connection.execute(sql, (row.number, self.at, *counts))

    def _sample(self, row: Row) -> None:
        if row.sampled is not None:
            self.connection.execute(_SAMPLE, (row.number, row.sampled, *row.counts))


def _state(before: Row, after: Row, *, is_sighted: bool, is_merged: bool) -> State:
    if is_merged or after.content != before.content:
        return "changed"
    if is_sighted:
        return "sighted"
    if after.counts != before.counts:
        return "sampled"
    return "changed" if after.change != before.change else "known"
