"""Two items that turn out to be one: the one seen first stays, and gets everything of the other."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crawlers.archive import revisions
from crawlers.archive.changes import Changes
from crawlers.archive.contents import complete
from crawlers.archive.revisions import with_content
from crawlers.archive.rows import Row, newer_counts, save


def merge(connection: sqlite3.Connection, one: Row, other: Row, *, changes: Changes) -> Row:
    """The row that stays; the other's id has become one of its keys."""
    keep, drop = sorted((one, other), key=lambda row: (row.first_seen, row.id))
    newest, older = (
        revisions.current(connection, row) for row in sorted((one, other), key=lambda row: -row.fetched)
    )
    content = complete(newest, older)
    _move_sightings(connection, keep, drop)
    _move_samples(connection, keep, drop)
    count, at = _move_revisions(connection, keep, drop)
    _move_names(connection, keep, drop, changes=changes)
    connection.execute("DELETE FROM items WHERE number = ?", (drop.number,))
    merged = replace(with_content(_joined(keep, drop), content), content=count + 1, change=changes.next())
    revisions.write(connection, merged, content, at=at)
    save(connection, merged)
    return merged


def _joined(keep: Row, drop: Row) -> Row:
    """The row that stays, with the newest counts of the two and what only the other knew."""
    newest, older = sorted((keep, drop), key=lambda row: -(row.sampled or 0))
    return replace(
        keep,
        thread=keep.id if keep.thread == drop.id else keep.thread or drop.thread,
        parent=keep.parent or drop.parent,
        fetched=max(keep.fetched, drop.fetched),
        deleted=None if keep.deleted is None or drop.deleted is None else min(keep.deleted, drop.deleted),
        sampled=newest.sampled,
        counts=newer_counts(newest.counts, older.counts),
    )


def _move_sightings(connection: sqlite3.Connection, keep: Row, drop: Row) -> None:
    """Each source keeps its first sight of either."""
    connection.execute(
        "INSERT INTO sightings SELECT ?, source, first_seen, position, is_backfill, teaser, full"
        " FROM sightings WHERE item = ?"
        " ON CONFLICT (item, source) DO UPDATE SET"
        " position = CASE WHEN excluded.first_seen < first_seen THEN excluded.position ELSE position END,"
        " is_backfill = CASE WHEN excluded.first_seen < first_seen"
        " THEN excluded.is_backfill ELSE is_backfill END,"
        " first_seen = min(first_seen, excluded.first_seen),"
        " teaser = coalesce(teaser, excluded.teaser), full = coalesce(full, excluded.full)",
        (keep.number, drop.number),
    )


def _move_samples(connection: sqlite3.Connection, keep: Row, drop: Row) -> None:
    connection.execute("UPDATE OR IGNORE samples SET item = ? WHERE item = ?", (keep.number, drop.number))


def _move_revisions(connection: sqlite3.Connection, keep: Row, drop: Row) -> tuple[int, int]:
    """All revisions of both, numbered anew by time; how many there are, and the time of the last."""
    both = connection.execute(
        "SELECT at, body FROM revisions WHERE item IN (?, ?) ORDER BY at, item = ?, number",
        (keep.number, drop.number, drop.number),
    ).fetchall()
    connection.execute("DELETE FROM revisions WHERE item IN (?, ?)", (keep.number, drop.number))
    connection.executemany(
        "INSERT INTO revisions (item, number, at, body) VALUES (?, ?, ?, ?)",
        [(keep.number, number, at, body) for number, (at, body) in enumerate(both, start=1)],
    )
    return len(both), int(both[-1][0])


def _move_names(connection: sqlite3.Connection, keep: Row, drop: Row, *, changes: Changes) -> None:
    connection.execute("UPDATE keys SET item = ? WHERE item = ?", (keep.number, drop.number))
    rename(connection, drop.id, keep.id, changes=changes)


def rename(connection: sqlite3.Connection, old: str, new: str, *, changes: Changes) -> None:
    """Items that named their thread or parent by `old` name it by the id it has."""
    named = connection.execute(
        "SELECT number FROM items WHERE thread = ? OR parent = ?", (old, old)
    ).fetchall()
    for (number,) in named:
        connection.execute(
            "UPDATE items SET thread = CASE thread WHEN ?1 THEN ?2 ELSE thread END,"
            " parent = CASE parent WHEN ?1 THEN ?2 ELSE parent END, change = ?3 WHERE number = ?4",
            (old, new, changes.next(), number),
        )
