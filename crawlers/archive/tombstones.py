"""What was erased must not come back: marks made with the watch's key, which name nobody."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Iterable

from crawlers.items import Author
from crawlers.pseudonyms import plain_name
from watchlists.errors import ArchiveError

_PROOF = b"archive"


class Tombstones:
    """The marks of one archive; the key is asked for only when there are any."""

    def __init__(self, connection: sqlite3.Connection, key: Callable[[], bytes]) -> None:
        self._connection = connection
        self._ask_key = key
        (self.are_any,) = connection.execute("SELECT EXISTS (SELECT 1 FROM tombstones)").fetchone()
        self._key = self._checked_key() if self.are_any else b""

    def cover(self, keys: Iterable[str], author: Author | None) -> bool:
        """Whether any of these keys, or the author, was erased."""
        return bool(self.are_any) and any(map(self._stands, (*keys, *author_names(author))))

    def raise_for(self, names: Iterable[str], *, at: int) -> None:
        """Leave a mark for each name; an old one is made new again, so that workers are told of it."""
        self._key = self._key or self._checked_key()
        marks = [(self._mark(name), at) for name in names]
        self._connection.executemany(
            "INSERT INTO tombstones (mark, at) VALUES (?, ?)"
            " ON CONFLICT (mark) DO UPDATE SET at = max(at, excluded.at)",
            marks,
        )
        self.are_any = self.are_any or bool(marks)

    def _stands(self, name: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM tombstones WHERE mark = ?", (self._mark(name),))
        return found.fetchone() is not None

    def _mark(self, name: str) -> bytes:
        return mark_of(name, key=self._key)

    def _checked_key(self) -> bytes:
        """The key, if it is the one the marks were made with: another would let everything back."""
        key = self._ask_key()
        proof = hmac.digest(key, _PROOF, "sha256")
        row = self._connection.execute("SELECT value FROM facts WHERE name = 'key'").fetchone()
        if row is None:
            self._connection.execute("INSERT INTO facts VALUES ('key', ?)", (proof,))
        elif not hmac.compare_digest(row[0], proof):
            raise ArchiveError(
                "The watch's key is not the one this archive was made with.",
                why="With another key, what was erased would come back.",
                remedy="Put the file `key` back beside archive.db, from the backup that holds both.",
            )
        return key


def mark_of(name: str, *, key: bytes) -> bytes:
    """The mark of a key or an author's name: the same in every archive of one watch, and naming nobody."""
    return hmac.digest(key, b"gone\0" + name.encode("utf-8", "replace"), "sha256")[:16]


def author_names(author: Author | None) -> tuple[str, ...]:
    """What an author is marked under: the name, and the address of the account."""
    if author is None:
        return ()
    return tuple(f"author:{plain_name(text)}" for text in (author.name, author.url) if text)
