"""The tables of archive.db, and the steps from each version of them to the next.

`PRAGMA user_version` holds how many steps a file has been through. Steps are only ever added.
Times are whole microseconds since 1970 in UTC. `docs/archive.md` explains the tables.
"""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    INSERT INTO facts VALUES ('change', 0);

    CREATE TABLE items (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        thread TEXT,
        parent TEXT,
        author TEXT,
        author_url TEXT,
        first_seen INTEGER NOT NULL,
        published INTEGER,
        fetched INTEGER NOT NULL,
        deleted INTEGER,
        content INTEGER NOT NULL,
        change INTEGER NOT NULL,
        holder TEXT NOT NULL,
        digest BLOB NOT NULL,
        sampled INTEGER,
        upvotes INTEGER,
        downvotes INTEGER,
        replies INTEGER,
        shares INTEGER,
        views INTEGER,
        rating REAL
    );
    CREATE INDEX items_by_change ON items (change);
    CREATE INDEX items_by_thread ON items (thread) WHERE thread IS NOT NULL;
    CREATE INDEX items_by_parent ON items (parent) WHERE parent IS NOT NULL;

    CREATE TABLE keys (
        key TEXT PRIMARY KEY,
        item INTEGER REFERENCES items ON DELETE CASCADE,
        address TEXT NOT NULL,
        is_own INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX keys_by_item ON keys (item);

    CREATE TABLE revisions (
        item INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        number INTEGER NOT NULL,
        at INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (item, number)
    );

    CREATE TABLE sightings (
        item INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        source TEXT NOT NULL,
        first_seen INTEGER NOT NULL,
        position INTEGER,
        is_backfill INTEGER NOT NULL,
        teaser BLOB,
        full BLOB,
        PRIMARY KEY (item, source)
    ) WITHOUT ROWID;
    CREATE INDEX sightings_by_source ON sightings (source, first_seen);

    CREATE TABLE samples (
        item INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
        at INTEGER NOT NULL,
        upvotes INTEGER,
        downvotes INTEGER,
        replies INTEGER,
        shares INTEGER,
        views INTEGER,
        rating REAL,
        PRIMARY KEY (item, at)
    ) WITHOUT ROWID;

    CREATE TABLE outcomes (
        source TEXT, run TEXT, at INTEGER NOT NULL, state TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (source, run)
    );
    CREATE INDEX outcomes_by_time ON outcomes (at);
    CREATE INDEX outcomes_by_source ON outcomes (source, at);
    CREATE TABLE community_samples (
        source TEXT, at INTEGER, body BLOB NOT NULL, PRIMARY KEY (source, at)
    ) WITHOUT ROWID;
    CREATE TABLE fetch_states (source TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE page_states (
        url TEXT PRIMARY KEY, fetched INTEGER NOT NULL, body BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE robots (
        origin TEXT PRIMARY KEY, status INTEGER NOT NULL, body BLOB NOT NULL, fetched INTEGER NOT NULL
    );

    CREATE TABLE tombstones (mark BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
    """,
    """
    CREATE TABLE accounts (
        organisation TEXT, url TEXT, network TEXT NOT NULL, is_readable INTEGER NOT NULL,
        first_seen INTEGER NOT NULL, PRIMARY KEY (organisation, url)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE journal (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        is_sent INTEGER NOT NULL,
        body BLOB NOT NULL
    );
    CREATE INDEX journal_unsent ON journal (seq) WHERE is_sent = 0;
    CREATE TABLE replayed (worker TEXT, seq INTEGER, PRIMARY KEY (worker, seq)) WITHOUT ROWID;
    CREATE TABLE workers (worker TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE readers (
        source TEXT PRIMARY KEY, worker TEXT NOT NULL, taken_over INTEGER
    ) WITHOUT ROWID;
    """,
)
