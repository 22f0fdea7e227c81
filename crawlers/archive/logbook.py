"""What is kept of sources rather than of items: outcomes, sizes, fetch states, robots copies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from crawlers.archive.database import Database
from crawlers.archive.moments import moment, ticks
from crawlers.archive.states import AccountSeen, FetchState, PageState, RobotsCopy
from crawlers.items import CommunitySample, Outcome

ROBOTS_FOR = timedelta(hours=24)

_OUTCOME = TypeAdapter(Outcome)
_SAMPLE = TypeAdapter(CommunitySample)
_FETCH = TypeAdapter(FetchState)
_PAGE = TypeAdapter(PageState)


def write_outcome(database: Database, outcome: Outcome) -> None:
    """Keep what happened, replacing what was said of the same source and run."""
    with database.write() as connection:
        keep_outcome(connection, outcome)


def keep_outcome(connection: sqlite3.Connection, outcome: Outcome) -> None:
    """The same, within the caller's transaction."""
    body = _OUTCOME.dump_json(outcome, exclude_defaults=True)
    values = (outcome.source, outcome.run, ticks(outcome.at), outcome.state, body)
    sql = "REPLACE INTO outcomes (source, run, at, state, body) VALUES (?, ?, ?, ?, ?)"
    connection.execute(sql, values)


def read_outcomes(database: Database, *, since: datetime, until: datetime) -> tuple[Outcome, ...]:
    """Outcomes with since <= at < until, by time, then source."""
    sql = "SELECT body FROM outcomes WHERE at >= ? AND at < ? ORDER BY at, source"
    return tuple(_OUTCOME.validate_json(body) for (body,) in _read(database, sql, ticks(since), ticks(until)))


def read_last_outcomes(database: Database) -> dict[str, Outcome]:
    """The newest outcome of each source that was read, or tried: "not due" says nothing of it."""
    sql = (
        "SELECT sources.source, body FROM (SELECT DISTINCT source FROM outcomes) AS sources"
        " JOIN outcomes ON outcomes.rowid = ("
        "SELECT rowid FROM outcomes AS newest WHERE newest.source = sources.source AND state <> 'not_due'"
        " ORDER BY at DESC LIMIT 1) ORDER BY sources.source"
    )
    return {source: _OUTCOME.validate_json(body) for source, body in _read(database, sql)}


def write_community_sample(database: Database, sample: CommunitySample) -> None:
    """Keep the size of a place at a time."""
    with database.write() as connection:
        keep_community_sample(connection, sample)


def keep_community_sample(connection: sqlite3.Connection, sample: CommunitySample) -> None:
    """The same, within the caller's transaction."""
    values = (sample.source, ticks(sample.at), _SAMPLE.dump_json(sample, exclude_defaults=True))
    connection.execute("REPLACE INTO community_samples (source, at, body) VALUES (?, ?, ?)", values)


def read_community_samples(
    database: Database, source: str, *, since: datetime, until: datetime
) -> tuple[CommunitySample, ...]:
    """Sizes of a place with since <= at < until, by time."""
    sql = "SELECT body FROM community_samples WHERE source = ? AND at >= ? AND at < ? ORDER BY at"
    rows = _read(database, sql, source, ticks(since), ticks(until))
    return tuple(_SAMPLE.validate_json(body) for (body,) in rows)


def keep_accounts(connection: sqlite3.Connection, accounts: Iterable[AccountSeen]) -> tuple[AccountSeen, ...]:
    """Keep accounts, each with its earliest sight, within the caller's transaction; those that say more."""
    sql = (
        "INSERT INTO accounts (organisation, url, network, is_readable, first_seen) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (organisation, url) DO UPDATE SET network = excluded.network,"
        " is_readable = excluded.is_readable, first_seen = min(first_seen, excluded.first_seen)"
        " WHERE network <> excluded.network OR is_readable <> excluded.is_readable"
        " OR first_seen > excluded.first_seen"
    )
    return tuple(each for each in accounts if connection.execute(sql, _account_values(each)).rowcount)


def _account_values(account: AccountSeen) -> tuple[object, ...]:
    first_seen = ticks(account.first_seen)
    return account.organisation, account.url, account.network, account.is_readable, first_seen


def read_accounts(database: Database) -> tuple[AccountSeen, ...]:
    """Every account, by organisation, then first sight."""
    sql = (
        "SELECT organisation, network, url, is_readable, first_seen FROM accounts"
        " ORDER BY organisation, first_seen, url"
    )
    return tuple(
        AccountSeen(
            organisation=organisation,
            network=network,
            url=url,
            is_readable=bool(is_readable),
            first_seen=moment(first_seen),
        )
        for organisation, network, url, is_readable, first_seen in _read(database, sql)
    )


def write_fetch_state(database: Database, state: FetchState) -> None:
    """Keep what is remembered of a source."""
    values = (state.source, _FETCH.dump_json(state, exclude_defaults=True))
    _write(database, "REPLACE INTO fetch_states (source, body) VALUES (?, ?)", values)


def read_fetch_states(database: Database) -> dict[str, FetchState]:
    """What is remembered, by source."""
    rows = _read(database, "SELECT source, body FROM fetch_states ORDER BY source")
    return {source: _FETCH.validate_json(body) for source, body in rows}


def read_fetch_state(database: Database, source: str) -> FetchState | None:
    """What is remembered of one source."""
    rows = _read(database, "SELECT body FROM fetch_states WHERE source = ?", source)
    return _FETCH.validate_json(rows[0][0]) if rows else None


def write_page_state(database: Database, state: PageState) -> None:
    """Keep the validators of one address."""
    values = (state.url, ticks(state.fetched), _PAGE.dump_json(state, exclude_defaults=True))
    _write(database, "REPLACE INTO page_states (url, fetched, body) VALUES (?, ?, ?)", values)


def read_page_state(database: Database, url: str) -> PageState | None:
    """The validators of one address."""
    rows = _read(database, "SELECT body FROM page_states WHERE url = ?", url)
    return _PAGE.validate_json(rows[0][0]) if rows else None


def write_robots(database: Database, copy: RobotsCopy) -> None:
    """Keep a robots.txt as answered."""
    values = (copy.origin, copy.status, copy.body, ticks(copy.fetched))
    _write(database, "REPLACE INTO robots (origin, status, body, fetched) VALUES (?, ?, ?, ?)", values)


def read_robots(database: Database, origin: str, *, now: datetime) -> RobotsCopy | None:
    """The robots.txt of an origin, unless older than 24 hours at `now`."""
    sql = "SELECT status, body, fetched FROM robots WHERE origin = ? AND fetched > ?"
    rows = _read(database, sql, origin, ticks(now - ROBOTS_FOR))
    if not rows:
        return None
    status, body, fetched = rows[0]
    return RobotsCopy(origin=origin, status=status, body=body, fetched=moment(fetched))


def read_tombstones(database: Database) -> dict[bytes, datetime]:
    """The marks of what was erased, each with its time."""
    return {mark: moment(at) for mark, at in _read(database, "SELECT mark, at FROM tombstones")}


def _read(database: Database, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    return database.read(sql, parameters)


def _write(database: Database, sql: str, values: tuple[object, ...]) -> None:
    with database.write() as connection:
        connection.execute(sql, values)
