"""How long a watch keeps what it read: at the end of each run, what is older leaves the archive."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from crawlers.archive import Archive
from watchlists.model import Watchlist


def expire_items(archive: Path, watchlist: Watchlist, *, now: datetime) -> int:
    """Erase what every source that saw it keeps no longer; how many items."""
    days = {source.id: source.retention_days for source in watchlist.sources}

    def retention(source: str) -> int:
        return days.get(source) or watchlist.privacy.retention_days

    with Archive.open(archive) as writing:
        return len(writing.expire(now=now, retention=retention))
