"""The `revisions` table: every content an item has had."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crawlers.archive.contents import Content, decode, digest_of, encode
from crawlers.archive.moments import ticks_or_none
from crawlers.archive.rows import Row


def current(connection: sqlite3.Connection, row: Row) -> Content:
    """The newest content of an item."""
    (body,) = connection.execute(
        "SELECT body FROM revisions WHERE item = ? AND number = ?", (row.number, row.content)
    ).fetchone()
    return decode(body)


def write(connection: sqlite3.Connection, row: Row, content: Content, *, at: int) -> None:
    """The content as revision `row.content`."""
    connection.execute(
        "INSERT INTO revisions (item, number, at, body) VALUES (?, ?, ?, ?)",
        (row.number, row.content, at, encode(content)),
    )


def with_content(row: Row, content: Content, *, digest: bytes | None = None) -> Row:
    """The row with the columns that repeat its content brought up to it."""
    author = content.author
    return replace(
        row,
        author=author.name if author else None,
        author_url=author.url if author else None,
        published=ticks_or_none(content.published),
        digest=digest or digest_of(content),
    )
