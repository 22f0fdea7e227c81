"""Where a watch keeps its files, and how they are opened together."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from search.index import Index
from watchlists.errors import ArchiveError
from watchlists.model import IndexSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFolder:
    """The paths of one watch; nothing here reads or writes."""

    root: Path

    @property
    def watchlist(self) -> Path:
        """What to watch, written by people."""
        return self.root / "watchlist.toml"

    @property
    def state(self) -> Path:
        """Everything Veilleur writes."""
        return self.root / ".veilleur"

    @property
    def archive(self) -> Path:
        """The truth: what was read."""
        return self.state / "archive.db"

    @property
    def understood(self) -> Path:
        """Derived: what was understood."""
        return self.state / "understood.db"

    @property
    def ledger(self) -> Path:
        """What was said."""
        return self.state / "ledger.db"

    @property
    def index(self) -> Path:
        """Derived: the embedded index."""
        return self.state / "index"

    @property
    def digests(self) -> Path:
        """Digests as files."""
        return self.state / "digests"

    @property
    def quarantine(self) -> Path:
        """Documents the index refused for good, with the reason."""
        return self.state / "quarantine.json"

    @property
    def run_lock(self) -> Path:
        """Held by whoever works on the watch."""
        return self.state / "run.lock"

    @property
    def deliver_lock(self) -> Path:
        """Held while anything is handed over."""
        return self.state / "deliver.lock"


@contextmanager
def opened_index(
    folder: WatchFolder, settings: IndexSettings, *, environ: Mapping[str, str], readonly: bool = True
) -> Iterator[Index]:
    """The watch's index, closed again whatever happens; raises IndexOfAnother before it writes elsewhere."""
    from search.backends import open_index

    watch = "" if readonly else watch_proof(folder)
    index = open_index(settings, folder=folder.index, readonly=readonly, environ=environ, watch=watch)
    try:
        yield index
    finally:
        index.close()


def watch_proof(folder: WatchFolder) -> str:
    """What an index on a server knows a watch by: made of the key, and telling nothing of it."""
    from crawlers.pseudonyms import load_key

    return hmac.digest(load_key(folder.state), b"index proof\0", "sha256")[:8].hex()


def refuse_worker(folder: WatchFolder) -> None:
    """Raise ArchiveError for a worker's folder: it would make the index equal to its share."""
    from crawlers.archive import Archive

    if not folder.archive.exists():
        return
    with Archive.open(folder.archive) as archive:
        if not archive.journal.worker:
            return
    raise ArchiveError(
        "This folder is a worker's: it holds a share of the watch only.",
        why="The index, digests and forgetting are the desk's.",
        remedy="Run it in the desk's folder; here: veilleur run --shard K/N",
    )


def refuse_desk(folder: WatchFolder) -> None:
    """Raise ArchiveError for a desk's folder: what it read itself would be read twice."""
    if is_desk(folder):
        raise ArchiveError(
            "This folder is a desk's: workers read its sources.",
            why="Read here as well, sites would be asked twice, and what is new would pass for history.",
            remedy="Here: veilleur run --desk. A worker needs a folder of its own."
            " Without workers from now on: veilleur run --alone",
        )


def is_desk(folder: WatchFolder) -> bool:
    """Whether workers read for this folder."""
    from crawlers.archive import Archive

    if not folder.archive.exists():
        return False
    with Archive.open(folder.archive) as archive:
        return archive.replay.is_desk
