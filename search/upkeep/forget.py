"""Forgetting a person or a post: everywhere in a watch, down to the bytes of its files.

The archive comes first, and leaves keyed marks, so that nothing comes back. What follows is derived from it:
broken off on the way, the same command does the rest. What was sent, exported or backed up is out of reach,
and so is what other people wrote about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from crawlers.archive import Archive
from crawlers.locks import hold_lock
from crawlers.pseudonyms import load_key
from pipelines.document import Document
from pipelines.store import Store
from search.backends import rebuilt_index
from search.books.ledger import Kept, Ledger
from search.cluster.spreading import told_workers
from search.folder import WatchFolder, opened_index, refuse_worker, watch_proof
from search.press.printing import recompute
from search.sync import put_documents, put_vectors, sync_outcomes
from watchlists.errors import ArchiveError
from watchlists.messages import load_messages
from watchlists.model import Watchlist


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was erased where."""

    items: int
    digests: int
    """Kept digests that were rebuilt without it."""
    files: int
    """Files of digests and logs that were removed."""


def forget(
    folder: WatchFolder, watchlist: Watchlist, *, subject: str, now: datetime, environ: Mapping[str, str]
) -> Forgotten:
    """Erase all by an author (name, pseudonym, account address), or the post of an address, for good."""
    if not folder.archive.exists():
        raise ArchiveError("There is nothing to forget yet.", remedy="Read the sources first: veilleur run")
    refuse_worker(folder)
    with hold_lock(folder.run_lock), hold_lock(folder.archive.with_name("archive.lock")):
        with told_workers(folder, watchlist, now=now, environ=environ):
            erased = _forget_items(folder, subject, now=now)
        documents = _forget_understood(folder)
        _forget_cursors(folder, (subject, *(document.url for document in documents)))
        ids = tuple({*erased, *(document.id for document in documents)})
        withdrawn = _withdraw(folder, ids, documents)
        _rebuild_index(folder, watchlist, now=now, environ=environ)
        _rewrite(folder, watchlist, withdrawn, now=now, environ=environ)
        files = _remove_files(folder, watchlist, withdrawn, _marks(ids, documents))
    return Forgotten(items=len(ids), digests=len(withdrawn), files=files)


def _forget_items(folder: WatchFolder, subject: str, *, now: datetime) -> tuple[str, ...]:
    key = load_key(folder.state)
    is_address = subject.startswith(("http://", "https://"))
    with Archive.open(folder.archive) as archive:
        return archive.forget(author=subject, address=subject if is_address else None, now=now, key=key)


def _forget_cursors(folder: WatchFolder, addresses: Iterable[str]) -> None:
    """Drop the cursors of readers that still wait for one of these addresses: they begin anew."""
    wanted = tuple(address for address in addresses if address.startswith(("http://", "https://")))
    with Archive.open(folder.archive) as archive:
        for state in archive.fetch_states().values():
            if any(address in state.cursor for address in wanted):
                archive.put_fetch_state(replace(state, cursor=""))
        archive.compact()


def _forget_understood(folder: WatchFolder) -> tuple[Document, ...]:
    """Erase the documents whose items are gone; what they were."""
    if not folder.understood.exists():
        return ()
    with (
        Archive.open(folder.archive, readonly=True) as archive,
        closing(Store.open(folder.understood)) as store,
    ):
        left = set(archive.item_ids())
        orphans = [id for id, _ in store.digests() if id not in left]
        documents = tuple(store.documents(orphans))
        store.delete(orphans)
        store.compact()
    return documents


def _marks(ids: Iterable[str], documents: Iterable[Document]) -> frozenset[str]:
    """What betrays that a text tells of them: ids, addresses, the author's pseudonym, the thread."""
    marks = set(ids)
    for document in documents:
        marks |= {document.url, document.author, document.thread or ""}
    return frozenset(mark for mark in marks if len(mark) > 3)


def _withdraw(folder: WatchFolder, ids: Sequence[str], documents: Iterable[Document]) -> tuple[Kept, ...]:
    """Empty the kept digests that tell of them; also those left empty by an earlier, broken off try."""
    if not folder.ledger.exists():
        return ()
    marks = _marks(ids, documents)
    with Ledger.open(folder.ledger) as ledger:
        found = tuple(kept for kept in ledger.all() if _tells(ledger, kept, marks))
        for kept in found:
            ledger.rewrite(kept.key, ())
        ledger.forget(ids, marks)
        ledger.compact()
    return found


def _tells(ledger: Ledger, kept: Kept, marks: frozenset[str]) -> bool:
    body = ledger.rendering(kept.key, "json")
    if body is None:
        return True
    return bool(marks & ledger.told_by(kept.key)) or any(mark.encode() in body for mark in marks)


def _rebuild_index(
    folder: WatchFolder, watchlist: Watchlist, *, now: datetime, environ: Mapping[str, str]
) -> None:
    """A new index: segments keep what is deleted until they are merged, so the old ones go."""
    if not folder.understood.exists():
        return
    with (
        closing(Store.open(folder.understood)) as store,
        Archive.open(folder.archive, readonly=True) as archive,
        rebuilt_index(
            watchlist.index, folder=folder.index, environ=environ, watch=watch_proof(folder)
        ) as index,
    ):
        ids = [id for id, _ in store.digests()]
        put_documents(index, store.documents(ids))
        put_vectors(index, store, ids)
        sync_outcomes(index, archive, watchlist, now=now)


def _rewrite(
    folder: WatchFolder,
    watchlist: Watchlist,
    withdrawn: Iterable[Kept],
    *,
    now: datetime,
    environ: Mapping[str, str],
) -> None:
    """Build the withdrawn digests anew from what is left; each says so at its top."""
    if not withdrawn:
        return
    with (
        Ledger.open(folder.ledger) as ledger,
        opened_index(folder, watchlist.index, environ=environ) as index,
    ):
        for kept in withdrawn:
            told = replace(watchlist, language="en" if kept.language == "en" else "fr")
            messages = load_messages(kept.language)
            printed = recompute(index, told, ledger, asked=kept, now=now, messages=messages)
            ledger.rewrite(kept.key, printed.renderings.items())
        ledger.compact()


def _remove_files(
    folder: WatchFolder, watchlist: Watchlist, withdrawn: Iterable[Kept], marks: frozenset[str]
) -> int:
    """Remove the files of the withdrawn digests and of reports, and logs that hold a mark; how many."""
    days = tuple({kept.day.isoformat() for kept in withdrawn})
    named = (*days, "feed-")  # feeds hold past digests; the next delivery writes them again
    doomed = {path for path in _digest_files(folder, watchlist) if days and path.name.startswith(named)}
    # a report tells of a whole week or month, and is built anew whenever it is asked for
    doomed |= {path for path in _digest_files(folder, watchlist) if path.name.startswith("report-")}
    doomed |= {path for path in _logs(folder) if _holds(path, marks)}
    for path in doomed:
        path.unlink(missing_ok=True)
    return len(doomed)


def _digest_files(folder: WatchFolder, watchlist: Watchlist) -> Iterator[Path]:
    own = watchlist.delivery.folder
    for place in (folder.digests, *([folder.root / own] if own else [])):
        if place.is_dir():
            yield from (path for path in place.rglob("*") if path.is_file())


def _logs(folder: WatchFolder) -> Iterator[Path]:
    """Logs, and the small files that are derived."""
    for pattern in ("*.log*", "*.json"):
        yield from folder.state.glob(pattern)


def _holds(path: Path, marks: frozenset[str]) -> bool:
    body = path.read_bytes()
    return any(mark.encode() in body for mark in marks)
