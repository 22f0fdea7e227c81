"""A worker: reads its share of the sources, understands single documents, tells the desk.

Its archive keeps a journal of what it was told; whatever the cluster does not have of it is sent at the end
of each run, found by comparison. A cluster that was down or emptied costs nothing but time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from crawlers.archive import Archive
from crawlers.pseudonyms import KEY_FILE, KEY_SIZE
from crawlers.run import CrawlJob, Event, start_crawl
from crawlers.shards import Shard, share_of
from pipelines.store import batched
from pipelines.understand import Understanding
from search.cluster.hello import Hello, watchlist_print
from search.cluster.parts import ClusterMemo, Parts, opened_parts
from search.folder import WatchFolder, refuse_desk
from search.retention import expire_items
from search.role import Crawl, Role
from search.run import Observer, RunRequest, RunSession, ignore
from search.summary import Remark, RunSummary
from watchlists.errors import WatchlistError
from watchlists.model import Watchlist

KEY_FILE_VARIABLE = "VEILLEUR_KEY_FILE"
SENT_AT_ONCE = 500
MARGIN = timedelta(days=2)
"""Near its end a part may have left the cluster before it leaves the journal, or after."""


@dataclass(slots=True, kw_only=True)
class Worker:
    """One worker's folder, and what it does at the end of a run."""

    folder: WatchFolder
    watchlist: Watchlist
    shard: Shard
    host: str
    environ: Mapping[str, str]
    sent: int = field(default=0, init=False)
    """Entries sent by the last run."""
    refused: int = field(default=0, init=False)
    """Entries that the server will never take."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources in this share."""
        return tuple(source.id for source in share_of(self.watchlist.sources, self.shard))

    def choose(self, asked: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the sources asked for that this worker reads; all of its own where none is named."""
        return tuple(id for id in self.sources if not asked or id in asked)

    def finish(self, understanding: Understanding, now: datetime) -> None:
        """Erase what the desk forgot and what is old, drop what was made of it, send what is new."""
        with opened_parts(self.folder, self.watchlist, self.environ) as parts:
            has_erased = self._obey(parts, now)
            expire_items(self.folder.archive, self.watchlist, now=now)
            for _ in understanding.settle(now=now):  # what left the archive leaves the rest
                continue
            if has_erased:
                understanding.compact()
            with Archive.open(self.folder.archive) as archive:
                self.sent = self._send(parts, archive, now)

    def remarks(self) -> tuple[Remark, ...]:
        """What this worker did, in a line."""
        values = {
            "share": str(self.shard),
            "sources": str(len(self.sources)),
            "all": str(len(self.watchlist.sources)),
            "sent": str(self.sent),
        }
        text = "Share {share}: {sources} of {all} sources; told the desk: {sent} entries."
        told = Remark(text=text, values=tuple(values.items()))
        if not self.refused:
            return (told,)
        text = "{count} entries are too large for the server, and are not told."
        return (told, Remark(text=text, values=(("count", str(self.refused)),)))

    def _obey(self, parts: Parts, now: datetime) -> bool:
        """Erase what the desk forgot, here and what this worker sent meanwhile; whether anything was here."""
        with Archive.open(self.folder.archive) as archive:
            marks = {bytes.fromhex(mark) for mark in parts.index.forgotten()}
            new = marks - archive.tombstones().keys()
            if not new:
                return False
            # The cluster first: marks that are adopted are new no more.
            parts.erase([mark.hex() for mark in new])
            if has_some := archive.holds(new):
                parts.index.forget_memories()  # this run may have put some back
            archive.adopt(new, now=now)
            archive.compact()
            return has_some

    def _send(self, parts: Parts, archive: Archive, now: datetime) -> int:
        """Send what the cluster lacks; how many entries."""
        self.refused = 0
        journal, worker = archive.journal, _name(parts, archive)
        kept_since = now - longest_kept(self.watchlist)
        journal.expire(before=kept_since)
        parts.index.refresh()
        if parts.index.count(worker, since=kept_since + MARGIN) < journal.count_sent(
            since=kept_since + MARGIN
        ):
            journal.mark_unsent()  # the cluster lost some
        until, sent = journal.latest(), 0
        for answers in batched(parts.send(worker, journal.unsent()), SENT_AT_ONCE):
            taken = [each.seq for each in answers if each.is_taken]
            journal.mark_sent(taken)
            journal.drop(each.seq for each in answers if not each.is_taken)
            sent += len(taken)
            self.refused += len(answers) - len(taken)
        parts.index.refresh()
        parts.say_hello(self._hello(worker, now, until))
        parts.index.refresh()
        return sent

    def _hello(self, worker: str, now: datetime, until: int) -> Hello:
        return Hello(
            worker=worker,
            host=self.host,
            number=self.shard.number,
            of=self.shard.of,
            at=now,
            until=until,
            sources=len(self.sources),
            watchlist=watchlist_print(self.watchlist),
        )


def _name(parts: Parts, archive: Archive) -> str:
    """The worker's name; another one where the desk heard more of it than it knows: a backup put back."""
    journal = archive.journal
    heard = next((each.until for each in parts.hellos() if each.worker == journal.worker), 0)
    is_older = journal.first_unsent() <= heard or journal.latest() < heard
    return journal.begin_anew() if is_older else journal.worker


def longest_kept(watchlist: Watchlist) -> timedelta:
    """The longest any source of the watch keeps what it read."""
    own = (source.retention_days for source in watchlist.sources)
    return timedelta(days=max(watchlist.privacy.retention_days, *(days or 0 for days in own), 0))


class WorkerSession:
    """Runs of one worker, one after the other; see search.run.RunSession."""

    def __init__(self, worker: Worker, session: RunSession, memo: ClusterMemo) -> None:
        self._worker, self._session, self._memo = worker, session, memo

    def cycle(self, request: RunRequest, *, observe: Observer = ignore) -> RunSummary:
        """One run at `request.now`, of the sources of this share alone."""
        self._memo.begin(request.now)
        own = RunRequest(
            now=request.now,
            sources=self._worker.choose(request.sources),
            force=request.force,
            environ=request.environ,
        )
        return self._session.cycle(own, observe=observe)


@contextmanager
def opened_worker(worker: Worker) -> Iterator[WorkerSession]:
    """A session of a worker; raises VeilleurError where its folder or settings do not allow it."""
    need_cluster(worker.watchlist)
    refuse_desk(worker.folder)
    take_key(worker.folder, worker.environ)
    with Archive.open(worker.folder.archive) as archive:
        archive.journal.begin()
    memo = ClusterMemo(worker.folder, worker.watchlist, environ=worker.environ, keeps=True)
    role = Role(start=start_share, memo=memo, finish=worker.finish, remarks=worker.remarks)
    try:
        with RunSession(worker.folder, worker.watchlist, environ=worker.environ, role=role) as session:
            yield WorkerSession(worker, session, memo)
    finally:
        memo.close()


class Idle:
    """The crawl of a worker whose share is empty."""

    def events(self) -> Iterator[Event]:
        """Nothing happens."""
        return iter(())

    def send(self, job: CrawlJob, /) -> None:
        """There is nothing to do in any job: a share is empty for as long as a session lasts."""
        del job

    def stop(self) -> None:
        """It has ended."""

    def wait(self) -> int:
        """It has ended well."""
        return 0


def start_share(job: CrawlJob) -> Crawl:
    """The crawl of the sources named; none where none is (a crawl job without names means all)."""
    return start_crawl(job) if job.sources else Idle()


def need_cluster(watchlist: Watchlist) -> None:
    """Raise WatchlistError unless the watch has an index that several machines can share."""
    if watchlist.index.backend != "elasticsearch":
        raise WatchlistError(
            "Workers need an index that they can all reach.",
            why="The embedded index is a folder of one machine, with one writer.",
            remedy='Set backend = "elasticsearch" and its url under [index] in watchlist.toml.',
        )


def take_key(folder: WatchFolder, environ: Mapping[str, str]) -> None:
    """Have the watch's key in this folder, copied from where the environment says; a worker makes none."""
    place = folder.state / KEY_FILE
    if place.exists():
        return
    given = environ.get(KEY_FILE_VARIABLE, "")
    if not given:
        raise WatchlistError(
            "This worker has no key.",
            why="Workers and desk share one key: it makes the pseudonyms, and seals what they exchange.",
            remedy="Copy the desk's .veilleur/key into this folder's, or name it in VEILLEUR_KEY_FILE.",
        )
    _copy_key(Path(given), place)


def _copy_key(given: Path, place: Path) -> None:
    try:
        with given.open("rb") as file:
            key = file.read(KEY_SIZE + 1)
        if len(key) != KEY_SIZE:
            raise _wrong_key(given)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = place.with_name(f"{KEY_FILE}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            target.write(key)
        draft.rename(place)
    except OSError as error:
        raise WatchlistError(
            "The key file cannot be read.",
            why="{path}: {reason}.",
            remedy="Check the path in VEILLEUR_KEY_FILE and who may read it.",
            path=given,
            reason=error.strerror or type(error).__name__,
        ) from error


def _wrong_key(given: Path) -> WatchlistError:
    return WatchlistError(
        "The key file {path} holds no key.",
        why="A key is {size} bytes, neither more nor less.",
        remedy="Copy the desk's .veilleur/key as it is;"
        " for a new watch: head -c {size} /dev/urandom > {path}",
        path=given,
        size=KEY_SIZE,
    )
