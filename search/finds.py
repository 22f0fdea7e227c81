"""What saved searches find: each text told once, from the run after which the search was saved.

The ledger's `letters` hold, for each search, when it began (`begun`) and what was told (`search`, the
ids of its documents). A search whose query was changed begins anew, and so does one whose alert was
off meanwhile: nobody is sent the past.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from pipelines.document import Document
from search.asking import read_query
from search.books.ledger import Ledger
from search.index import Index
from search.window import LOOK_BACK, between
from watchlists.model import SavedSearch, Watchlist
from watchlists.query import And, Keyword, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """New texts of a search, not yet told to everybody."""

    number: int
    search: SavedSearch
    documents: tuple[str, ...]
    made: datetime


def note_finds(index: Index, watchlist: Watchlist, ledger: Ledger, *, now: datetime) -> None:
    """Keep, for each search that is to tell, what it finds and never told."""
    alerting = {_name(each): each for each in watchlist.searches if each.alert}
    _forget_others(ledger, alerting)
    for name, search in alerting.items():
        began = _began(ledger, name)
        if began is None:
            began = now
            _keep(ledger, "begun", name, (), now=now)
        since = max(began, now - LOOK_BACK)
        told = _told(ledger, name, since=since)
        tree = match_new(search, watchlist, since=since, until=now + timedelta(microseconds=1))
        new = [each.id for each in index.scan(tree) if each.id not in told and each.deleted is None]
        if new:
            _keep(ledger, "search", name, new, now=now)


def match_new(search: SavedSearch, watchlist: Watchlist, *, since: datetime, until: datetime) -> Query:
    """What a search finds among texts first seen in [since, until), history left out."""
    tree = read_query(search.query, watchlist, now=until)
    return And((tree, between("first_seen", since, until), Keyword("backfill", "false")))


def read_finds(ledger: Ledger, watchlist: Watchlist, *, since: datetime) -> tuple[Find, ...]:
    """What was kept since a time, oldest first; of searches that still are to tell."""
    alerting = {_name(each): each for each in watchlist.searches if each.alert}
    rows = ledger.select(
        "SELECT key, about, made, body FROM letters WHERE kind = 'search' AND made >= ? ORDER BY key",
        _stamp(since),
    )
    return tuple(
        Find(
            number=key,
            search=alerting[about],
            documents=tuple(filter(None, json.loads(body))),  # forgotten ones are left empty
            made=datetime.fromisoformat(made),
        )
        for key, about, made, body in rows
        if about in alerting
    )


def read_documents(index: Index, find: Find) -> tuple[Document, ...]:
    """The texts of a find that are still there."""
    found = (index.get(id) for id in find.documents)
    return tuple(each for each in found if each is not None and each.deleted is None)


def _name(search: SavedSearch) -> str:
    """A search and its query: the same name for another query is another search."""
    return f"{search.id}:{sha256(search.query.encode()).hexdigest()[:16]}"


def _began(ledger: Ledger, name: str) -> datetime | None:
    rows = ledger.select("SELECT MAX(made) FROM letters WHERE kind = 'begun' AND about = ?", name)
    return datetime.fromisoformat(rows[0][0]) if rows[0][0] else None


def _told(ledger: Ledger, name: str, *, since: datetime) -> frozenset[str]:
    """What was told since a time; nothing first seen later can have been told before."""
    statement = "SELECT body FROM letters WHERE kind = 'search' AND about = ? AND made >= ?"
    rows = ledger.select(statement, name, _stamp(since))
    return frozenset(id for (body,) in rows for id in json.loads(body))


def _keep(ledger: Ledger, kind: str, name: str, ids: Sequence[str], *, now: datetime) -> None:
    ledger.change(
        "INSERT INTO letters (kind, about, made, body) VALUES (?, ?, ?, ?)",
        kind,
        name,
        _stamp(now),
        json.dumps(list(ids)),
    )


def _forget_others(ledger: Ledger, names: Iterable[str]) -> None:
    """Searches that tell no more lose their beginning: told to tell again, they begin again."""
    ledger.change(
        "DELETE FROM letters WHERE kind = 'begun' AND about NOT IN (SELECT value FROM json_each(?))",
        json.dumps(list(names)),
    )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
