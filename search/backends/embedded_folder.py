"""The embedded index's folder: made, opened, read as last committed; engine failures translated."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from search.backends.embedded_schema import VERSION, build_schema, register_analyzers
from search.backends.embedded_view import View
from watchlists.errors import IndexDamaged, IndexUnavailable

_META = "meta.json"
"""The engine's list of segments, replaced as a whole by every commit."""
_VERSION = "version"
REBUILD = "Build it anew, nothing is fetched or lost: veilleur reindex"
MAKE_ROOM = "Make room on the disk, then try again; what was written before is kept."
_FULL = ("No space left", "File too large", "disk is full", "disk I/O error")
"""How the system and SQLite say that the disk is full."""


def open_engine(folder: Path, *, readonly: bool) -> tantivy.Index:
    """The engine on its folder, which is made when missing unless only to be read."""
    if not (folder / _META).exists():
        if readonly:
            raise IndexUnavailable("There is no index yet.", remedy="Read the sources first: veilleur run")
        return _create(folder)
    _check_version(folder)
    with guarded(folder):
        engine = tantivy.Index.open(str(folder))
        register_analyzers(engine)
        return engine


@contextmanager
def guarded(folder: Path, *, remedy: str = REBUILD) -> Iterator[None]:
    """Turn whatever the engine raises into IndexUnavailable; into IndexDamaged where building anew helps."""
    try:
        yield
    except (ValueError, OSError, RuntimeError, sqlite3.Error) as error:
        raise _unavailable(folder, error, remedy) from error
    except BaseException as error:
        # The engine's panics are outside Exception, and their class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise _unavailable(folder, error, remedy) from error


class Snapshots:
    """Gives views on the newest commit, whoever made it."""

    def __init__(self, engine: tantivy.Index, folder: Path) -> None:
        self._engine = engine
        self._meta = folder / _META
        self._seen: tuple[int, int, int] | None = None
        self._view: View | None = None

    def newest(self) -> View:
        """The index as the last commit left it."""
        status = self._meta.stat()
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if self._view is None or seen != self._seen:
            self._engine.reload()
            self._view = View(self._engine.searcher(), self._engine.schema)
            self._seen = seen
        return self._view


def _create(folder: Path) -> tantivy.Index:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / _VERSION).write_text(f"{VERSION}\n", encoding="ascii")
        engine = tantivy.Index(build_schema(), path=str(folder))
    except (ValueError, OSError) as error:
        raise IndexUnavailable(
            "The index cannot be made in {folder}.",
            why="{error}",
            remedy="Make room there, or give this account the right to write.",
            folder=folder,
            error=error,
        ) from error
    register_analyzers(engine)
    return engine


def _check_version(folder: Path) -> None:
    try:
        found = (folder / _VERSION).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        found = "?"
    if found != str(VERSION):
        raise IndexDamaged(
            "The index in {folder} was made by another version of Veilleur.",
            why="It is of form {found}; this version reads form {wanted}.",
            remedy=REBUILD,
            folder=folder,
            found=found,
            wanted=VERSION,
        )


def _unavailable(folder: Path, error: BaseException, remedy: str) -> IndexUnavailable:
    if any(sign in str(error) for sign in _FULL):
        remedy = MAKE_ROOM  # building anew would need the room, too
    elif "lockfile" in str(error).lower() or "LockBusy" in str(error):
        return IndexUnavailable(
            "The index in {folder} is being written by another process.",
            why="{error}",
            remedy="Wait for the other run to end, then try again.",
            folder=folder,
            error=error,
        )
    if remedy == REBUILD:
        return IndexDamaged(
            "The index in {folder} cannot be used.", why="{error}", remedy=remedy, folder=folder, error=error
        )
    return IndexUnavailable(
        "The index in {folder} cannot be used.", why="{error}", remedy=remedy, folder=folder, error=error
    )
