"""The tables of ledger.db, as the scripts that made them."""

from __future__ import annotations

MIGRATIONS = (
    """
    CREATE TABLE digests (
        key INTEGER PRIMARY KEY,
        day TEXT NOT NULL,
        started TEXT NOT NULL,
        ended TEXT NOT NULL,
        timezone TEXT NOT NULL,
        built TEXT NOT NULL,
        language TEXT NOT NULL
    ) STRICT;
    CREATE INDEX digests_by_day ON digests (day);
    CREATE TABLE renderings (
        digest INTEGER NOT NULL REFERENCES digests (key) ON DELETE CASCADE,
        format TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (digest, format)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE told (
        document TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        digest INTEGER NOT NULL REFERENCES digests (key) ON DELETE CASCADE,
        PRIMARY KEY (document)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX told_by_time ON told (first_seen);
    """,
    """
    CREATE TABLE vigils (
        organisation TEXT PRIMARY KEY,
        body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE changes (
        key INTEGER PRIMARY KEY,
        told TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX changes_by_time ON changes (told);
    CREATE TABLE probes (
        place TEXT PRIMARY KEY,
        asked TEXT NOT NULL,
        body TEXT
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE deliveries (
        digest INTEGER NOT NULL REFERENCES digests (key) ON DELETE CASCADE,
        recipient TEXT NOT NULL,
        state TEXT NOT NULL,
        attempted TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (digest, recipient)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    CREATE TABLE postings (
        parcel TEXT NOT NULL,
        recipient TEXT NOT NULL,
        state TEXT NOT NULL,
        attempted TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (parcel, recipient)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO postings SELECT 'digest:' || digest, recipient, state, attempted, reason FROM deliveries;
    DROP TABLE deliveries;
    CREATE TABLE letters (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        about TEXT NOT NULL,
        made TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX letters_by_subject ON letters (kind, about, made);
    """,
)
"""Applied in order; their number is the schema's version. Never edited, only added to."""
