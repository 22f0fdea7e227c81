"""Move a watch from one engine to the other: fill, compare, and only then change the line that names it.

Broken off anywhere before that line, the watch uses the index it had, and the same command goes on where it
stopped: what is there already is not sent again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawlers.archive import Archive
from crawlers.locks import hold_lock
from pipelines.embeddings import encoder_version
from pipelines.understand import Understanding
from search.backends import erase_index, open_index
from search.folder import WatchFolder, watch_proof
from search.index import Index
from search.quarantine import read_quarantine, release
from search.run import opened_understanding
from search.sync import EPOCH, Observer, ignore, sync_documents, sync_outcomes, told_outcomes
from search.upkeep.rebuild import catch_up, require_archive
from watchlists.edit import set_index, write_text_atomically
from watchlists.errors import IndexDamaged, IndexOfAnother, IndexUnavailable, VeilleurError
from watchlists.load import parse_watchlist
from watchlists.model import IndexSettings, Watchlist


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a watch is to be moved: the engine, and a server's address where the watchlist has none yet."""

    backend: str
    url: str = ""
    adopts: bool = False
    """Whether to fill it even where it is another watch's: what is there goes."""

    def write_into(self, text: str) -> str:
        """The watchlist's text with this engine in its [index]."""
        return set_index(text, backend=self.backend, **({"url": self.url} if self.url else {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchReport:
    """What was moved."""

    put: int
    """Documents sent by this try; those of an earlier one were there."""
    documents: int
    refused: int
    left_over: str = ""
    """Why the index that was in use could not be removed; empty where it was."""


def switch(
    folder: WatchFolder,
    watchlist: Watchlist,
    target: Target,
    *,
    now: datetime,
    environ: Mapping[str, str],
    observe: Observer = ignore,
) -> SwitchReport:
    """Fill the other engine from what was understood, compare both, and use it from then on.

    The index that was in use is removed: what is forgotten later would stay in it.
    """
    require_archive(folder)
    settings = parse_watchlist(target.write_into(_read(folder))).index
    with hold_lock(folder.run_lock):
        release(folder.quarantine)  # refused by the other engine; this one is asked itself
        with (
            closing(Archive.open(folder.archive, readonly=True)) as archive,
            opened_understanding(folder, watchlist, archive) as understanding,
            _opened(folder, settings, environ=environ, adopts=target.adopts) as index,
        ):
            catch_up(understanding, now=now)
            report = sync_documents(
                index, understanding, quarantine=folder.quarantine, now=now, observe=observe
            )
            sync_outcomes(index, archive, watchlist, now=now, is_whole=True)
            index.commit()
            documents = _compare(folder, index, understanding)
            _compare_records(index, archive, watchlist, now=now)
        write_text_atomically(folder.watchlist, target.write_into(_read(folder)))
        left_over = _remove(folder, watchlist.index, environ=environ)
    return SwitchReport(put=report.put, documents=documents, refused=len(report.refused), left_over=left_over)


def _read(folder: WatchFolder) -> str:
    return folder.watchlist.read_bytes().decode("utf-8")


@contextmanager
def _opened(
    folder: WatchFolder, settings: IndexSettings, *, environ: Mapping[str, str], adopts: bool
) -> Iterator[Index]:
    """The engine to be filled; what another version of Veilleur left there is removed first."""
    watch = watch_proof(folder)
    try:
        index = open_index(settings, folder=folder.index, environ=environ, watch=watch)
    except (IndexDamaged, IndexOfAnother) as error:
        if isinstance(error, IndexOfAnother) and not adopts:
            raise
        erase_index(settings, folder=folder.index, environ=environ)
        index = open_index(settings, folder=folder.index, environ=environ, watch=watch)
    with closing(index):
        index.commit()  # what an earlier try has sent is seen
        yield index


def _compare(folder: WatchFolder, index: Index, understanding: Understanding) -> int:
    """How many documents there are; raises IndexUnavailable where they are not those understood."""
    refused = {each.id for each in read_quarantine(folder.quarantine)}
    wanted = {id: digest for id, digest in understanding.ids_and_digests() if id not in refused}
    held = dict(index.ids())
    missing, surplus = len(wanted.keys() - held.keys()), len(held.keys() - wanted.keys())
    other = sum(held[id] != digest for id, digest in wanted.items() if id in held)
    if missing or surplus or other:
        raise _differs(
            "Documents missing: {missing}; too many: {surplus}; of other content: {other}.",
            missing=missing,
            surplus=surplus,
            other=other,
        )
    model = encoder_version()
    vectors = understanding.count_vectors(model=model), index.count_vectors(model)
    if vectors[0] != vectors[1]:
        raise _differs("Vectors of meaning: {there} of {wanted}.", there=vectors[1], wanted=vectors[0])
    return len(held)


def _compare_records(index: Index, archive: Archive, watchlist: Watchlist, *, now: datetime) -> None:
    """Raise IndexUnavailable unless every outcome and community sample is there."""
    until = now + timedelta(seconds=1)
    wanted = len(told_outcomes(archive, since=EPOCH, until=until))
    there = len(index.outcomes(since=EPOCH, until=until))
    for source in watchlist.sources:
        wanted += len(tuple(archive.community_samples(source.id, since=EPOCH, until=until)))
        there += len(index.samples(source.id, since=EPOCH, until=until))
    if there < wanted:
        raise _differs("Outcomes and community samples: {there} of {wanted}.", there=there, wanted=wanted)


def _differs(why: str, **values: int) -> IndexUnavailable:
    return IndexUnavailable(
        "The filled index is not what was understood; the watch uses the one it had.",
        why=why,
        remedy="Try again; if another program writes there, stop it first.",
        **values,
    )


def _remove(folder: WatchFolder, settings: IndexSettings, *, environ: Mapping[str, str]) -> str:
    """Remove the index that was in use and what workers left beside it; why not, if it cannot be."""
    try:
        erase_index(settings, folder=folder.index, environ=environ, watch=watch_proof(folder))
        if settings.backend == "elasticsearch":
            from search.backends.elasticsearch_parts_storage import remove_parts

            remove_parts(settings, environ=environ)
    except VeilleurError as error:
        return str(error)
    return ""
