"""An Understanding that shares its language work with other machines; see pipelines.recall."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from crawlers.archive import Archive
from pipelines.names import NameFinder
from pipelines.parts import load_parts
from pipelines.reading import Reader
from pipelines.recall import Memo, recalling
from pipelines.store import Store
from pipelines.understand import Understanding
from watchlists.model import Watchlist


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """What is shared, and whether documents are related to each other here."""

    memo: Memo
    tells_stories: bool = True

    def open(
        self,
        path: Path,
        *,
        archive: Archive,
        watchlist: Watchlist,
        key: bytes,
        load_models: bool = True,
    ) -> Understanding:
        """understood.db at `path` over its archive, as Understanding.open has it."""
        reader = Reader(NameFinder(watchlist.organisations), watchlist.languages, load_models=load_models)
        parts = load_parts(load_models=load_models, language=watchlist.language)
        if not self.tells_stories:
            parts = replace(parts, stories=None, subjects=None)
        shared, parts = recalling(reader, parts, watchlist=watchlist, memo=self.memo)
        return Understanding(Store.open(path), archive, watchlist, key=key, parts=parts, reader=shared)
