"""Parts as workers and desk see them: entries sealed on the way out, opened on the way in."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawlers.archive.journal import Entry, Numbered, names_in, pack, unpack, without
from crawlers.archive.tombstones import mark_of
from crawlers.pseudonyms import load_key
from search.cluster.hello import HELLO, Hello
from search.cluster.sealing import Broken, Seal
from search.folder import WatchFolder
from watchlists.errors import IndexUnavailable, WatchlistError
from watchlists.model import Watchlist

if TYPE_CHECKING:
    from search.backends.elasticsearch_parts import Answered, Part, PartsIndex

logger = logging.getLogger(__name__)

REMEMBERED = timedelta(days=14)
"""How long language work is kept for others: a desk that was away longer reads the texts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An entry of a worker; None where its part could not be opened."""

    worker: str
    seq: int
    entry: Entry | None


class Parts:
    """The parts of one watch, in the clear on this side."""

    def __init__(self, index: PartsIndex, key: bytes) -> None:
        self.index = index
        self._key = key
        self._seal = Seal(key)

    def check_key(self) -> None:
        """Raise WatchlistError unless this folder has the key the others have."""
        if not self.index.agree_on_key(self._seal.proof):
            raise WatchlistError(
                "This folder's key is not the watch's.",
                why="Workers and desk share one key: it makes the pseudonyms, and seals what they exchange.",
                remedy="Copy the desk's .veilleur/key into this folder's .veilleur, then run again.",
            )

    def send(self, worker: str, entries: Iterable[Numbered]) -> Iterator[Answered]:
        """Send entries; what became of each."""
        return self.index.put(self._part(worker, each) for each in entries)

    def _part(self, worker: str, numbered: Numbered) -> Part:
        from search.backends.columns import microseconds
        from search.backends.elasticsearch_parts import Part

        entry, about = numbered.entry, f"{worker}-{numbered.seq}"
        marks = sorted(mark_of(name, key=self._key).hex() for name in names_in(entry))
        return Part(
            worker=worker,
            seq=numbered.seq,
            at=microseconds(entry.at),
            rank=entry.rank,
            source=entry.source,
            marks=tuple(marks),
            body=self._seal.close(pack(entry), about=about),
        )

    def since(self, cursors: Mapping[str, int], hellos: Iterable[Hello]) -> Iterator[Opened]:
        """What workers told beyond these numbers, in the order of its time."""
        spans = {
            each.worker: (cursors.get(each.worker, 0), each.until)
            for each in hellos
            if each.until > cursors.get(each.worker, 0)
        }
        for part in self.index.parts(spans):
            yield Opened(worker=part.worker, seq=part.seq, entry=self._entry(part))

    def _entry(self, part: Part) -> Entry | None:
        about = f"{part.worker}-{part.seq}"
        try:
            return unpack(self._seal.open(part.body, about=about))
        except ValueError:
            logger.warning("part %s cannot be opened: it was not written by this watch", about)
            return None

    def erase(self, marks: Sequence[str]) -> int:
        """Rewrite or delete every part that tells of what these mark; how many did."""
        wanted = frozenset(marks)

        def is_erased(name: str) -> bool:
            return mark_of(name, key=self._key).hex() in wanted

        found = self.index.telling_of(sorted(wanted))
        left = {
            place: rest
            for place, part in found.items()
            if (entry := self._entry(part)) and (rest := without(entry, is_erased))
        }
        self.index.delete(found.keys() - left.keys())
        for (worker, seq), entry in left.items():
            for _ in self.send(worker, [Numbered(seq=seq, entry=entry)]):
                continue
        if found:
            self.index.expunge()
        return len(found)

    def forget(self, marks: Sequence[str], *, at: datetime) -> int:
        """Let every worker know what is forgotten, and erase it here; how many parts told of it."""
        self.index.put_forgotten(marks, at=at)
        self.index.refresh()
        self.index.forget_memories()
        return self.erase(marks)

    def say_hello(self, hello: Hello) -> None:
        """Tell the desk of this worker."""
        body = self._seal.close(HELLO.dump_json(hello), about=f"hello {hello.worker}")
        self.index.put_worker(hello.worker, body)

    def hellos(self) -> tuple[Hello, ...]:
        """Every worker, as of its last run."""
        found = []
        for worker, body in self.index.workers().items():
            try:
                found.append(HELLO.validate_json(self._seal.open(body, about=f"hello {worker}")))
            except ValueError:
                logger.warning("the record of worker %s cannot be opened", worker)
        return tuple(found)


@contextmanager
def opened_parts(folder: WatchFolder, watchlist: Watchlist, environ: Mapping[str, str]) -> Iterator[Parts]:
    """The parts of a watch, its key checked; closed again whatever happens."""
    from search.backends.elasticsearch_parts import PartsIndex

    with closing(PartsIndex.open(watchlist.index, environ=environ)) as index:
        parts = Parts(index, load_key(folder.state))
        parts.check_key()
        yield parts


class ClusterMemo:
    """A pipelines.recall.Memo on the cluster; while that cannot be reached, nothing is remembered."""

    def __init__(
        self, folder: WatchFolder, watchlist: Watchlist, *, environ: Mapping[str, str], keeps: bool
    ) -> None:
        self._watchlist, self._environ = watchlist, environ
        self._keeps = keeps
        self._seal = Seal(load_key(folder.state))
        self._index: PartsIndex | None = None
        self._is_away = False
        self.now: datetime | None = None
        """When what is kept now is read."""

    def find(self, keys: Sequence[str], /) -> Mapping[str, bytes]:
        """The memories there are, of these, that were sealed with the watch's key."""
        try:
            return dict(self._open(self._reached().find_memories(keys))) if not self._is_away else {}
        except IndexUnavailable as error:
            self._give_up(error)
            return {}

    def keep(self, memories: Mapping[str, bytes], /) -> None:
        """Keep these; a desk keeps none, for nobody asks after it."""
        if not self._keeps or self._is_away or self.now is None:
            return
        sealed = {key: self._seal.close(body, about=key) for key, body in memories.items()}
        try:
            self._reached().keep_memories(sealed, at=self.now)
        except IndexUnavailable as error:
            self._give_up(error)

    def begin(self, now: datetime) -> None:
        """A new run: what could not be reached is tried again."""
        self.now, self._is_away = now, False

    def close(self) -> None:
        """Give the connection back."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def _open(self, found: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
        for key, body in found.items():
            try:
                yield key, self._seal.open(body, about=key)
            except Broken:
                logger.warning("memory %s cannot be opened", key)

    def _reached(self) -> PartsIndex:
        from search.backends.elasticsearch_parts import PartsIndex

        if self._index is None:
            self._index = PartsIndex.open(self._watchlist.index, environ=self._environ)
        return self._index

    def _give_up(self, error: IndexUnavailable) -> None:
        """What cannot be shared is read here; the end of the run will say what is wrong."""
        self._is_away = True
        logger.warning("language work is not shared in this run: %s", error)
