"""Where a watch keeps its files, and how they are opened together."""

from __future__ import annotations

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
    """The watch's index, closed again whatever happens."""
    from search.backends import open_index

    index = open_index(settings, folder=folder.index, readonly=readonly, environ=environ)
    try:
        yield index
    finally:
        index.close()


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
