"""Everything known of one document, gathered from the archive and what was understood."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace

from crawlers.archive import Archive
from crawlers.archive.states import Revision
from crawlers.items import EngagementSample, Item, Sighting
from crawlers.pseudonyms import load_key, pseudonym
from pipelines.document import Document
from search.folder import WatchFolder
from search.run import opened_understanding
from watchlists.errors import ArchiveError
from watchlists.model import Watchlist


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One document with its history; authors as pseudonyms."""

    document: Document
    sightings: tuple[Sighting, ...]
    revisions: tuple[Revision, ...]
    samples: tuple[EngagementSample, ...]


def open_dossier(folder: WatchFolder, watchlist: Watchlist, address: str) -> Dossier | None:
    """The dossier of an id or address, or None when nothing is known under it."""
    if not folder.archive.exists():
        raise ArchiveError("Nothing has been read yet.", remedy="Read the sources first: veilleur run")
    key = load_key(folder.state)
    with (
        closing(Archive.open(folder.archive, readonly=True)) as archive,
        opened_understanding(folder, watchlist, archive) as understanding,
    ):
        id = archive.resolve(address)
        document = next(iter(understanding.documents([id])), None) if id else None
        if id is None or document is None:
            return None
        revisions = (replace(each, item=hide_author(each.item, key)) for each in archive.revisions(id))
        return Dossier(
            document=document,
            sightings=archive.sightings([id]).get(id, ()),
            revisions=tuple(revisions),
            samples=archive.engagement_samples([id]).get(id, ()),
        )


def hide_author(item: Item, key: bytes) -> Item:
    """The item with its author's name as a pseudonym; staff keep theirs."""
    if item.author is None or item.author.is_staff:
        return item
    return replace(
        item, author=replace(item.author, name=pseudonym(item.author.name, key=key), native_id=None, url=None)
    )
