"""One worker at a time: a lock file held through the operating system.

The system gives the lock back when its process ends, however it ends: a lock file left behind
by a killed run stops nobody.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from watchlists.errors import LockHeld


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold the lock of that file, made where absent; raises LockHeld, at once, where another holds it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Not inherited by programs started while it is held, so that only this process holds it.
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(file, path)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)


def _take(file: int, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _held(file, path) from error


def _held(file: int, path: Path) -> LockHeld:
    """The refusal, naming the process that wrote its number into the file, and when."""
    holder = os.pread(file, 20, 0).decode("ascii", "replace").strip() or "?"
    since = datetime.fromtimestamp(os.fstat(file).st_mtime, UTC)
    return LockHeld(
        "Another run is at work on this watch; nothing was done.",
        why="Process {holder} has held {path} since {since} UTC.",
        remedy="Wait for it to end, or stop it.",
        holder=holder,
        path=path,
        since=f"{since:%Y-%m-%d %H:%M}",
    )
