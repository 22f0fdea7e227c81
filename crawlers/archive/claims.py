"""The `keys` table during one transaction: which item each key names."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from crawlers.archive.identity import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A key in use. Without `number`, different things have used it: it names nothing any more."""

    number: int | None
    id: str
    is_own: bool


class Claims:
    """Keys looked up once for the whole batch, kept true while it is written."""

    def __init__(self, connection: sqlite3.Connection, wanted: Iterable[str] = ()) -> None:
        self._connection = connection
        self._known: dict[str, Claim | None] = dict.fromkeys(wanted)
        self._known |= _look_up(connection, list(self._known))

    def get(self, key: str) -> Claim | None:
        """Whose key it is; None when nobody's."""
        if key not in self._known:
            self._known[key] = _look_up(self._connection, [key]).get(key)
        return self._known[key]

    def give(self, key: Key, *, number: int, id: str) -> bool:
        """Let the key name an item; whether that is news. Nobody's own key is taken away."""
        claim = self.get(key.key)
        if claim and claim.number == number and claim.is_own >= key.is_own:
            return False
        if claim and claim.number != number and not key.is_own:
            self.share(key)
            return False
        self._write(key, Claim(number=number, id=id, is_own=key.is_own))
        return True

    def share(self, key: Key) -> None:
        """The key names nothing from now on, unless it is somebody's own."""
        claim = self.get(key.key)
        if claim is None or (claim.number is not None and not claim.is_own):
            self._write(key, Claim(number=None, id="", is_own=False))

    def move(self, drop: int, *, number: int, id: str) -> None:
        """After a merge: the keys of `drop` name the item that stayed."""
        for key, claim in self._known.items():
            if claim and claim.number == drop:
                self._known[key] = Claim(number=number, id=id, is_own=claim.is_own)

    def _write(self, key: Key, claim: Claim) -> None:
        self._known[key.key] = claim
        self._connection.execute(
            "INSERT INTO keys (key, item, address, is_own) VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT (key) DO UPDATE SET item = ?2, address = ?3, is_own = ?4",
            (key.key, claim.number, key.address, claim.is_own),
        )


def _look_up(connection: sqlite3.Connection, keys: list[str]) -> dict[str, Claim | None]:
    rows = connection.execute(
        "SELECT key, item, coalesce(items.id, ''), is_own FROM keys"
        " LEFT JOIN items ON items.number = keys.item WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(keys),),
    )
    return {key: Claim(number=number, id=id, is_own=bool(is_own)) for key, number, id, is_own in rows}
