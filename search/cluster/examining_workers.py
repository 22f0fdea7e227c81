"""What a worker's folder, or the desk's, lacks: for `veilleur doctor`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from crawlers.archive import Archive
from search.cluster.hello import remark_on
from search.cluster.parts import opened_parts
from search.finding import Finding
from search.folder import WatchFolder
from watchlists.errors import IndexUnavailable, VeilleurError
from watchlists.model import Watchlist


def examine_workers(
    folder: WatchFolder, watchlist: Watchlist, *, environ: Mapping[str, str], now: datetime
) -> Iterator[Finding]:
    """Nothing in a folder that has to do with no worker; what is wrong with the server is told elsewhere."""
    if not folder.archive.exists():
        return
    try:
        with Archive.open(folder.archive, readonly=True) as archive:
            worker, cursors = archive.journal.worker, archive.replay.cursors()
            waiting = archive.journal.count_unsent()
        if worker:
            yield _tell_waiting(waiting)
        if worker or cursors:
            yield from _examine_parts(folder, watchlist, environ, now=now, is_desk=not worker)
    except IndexUnavailable:
        return
    except VeilleurError as error:
        yield Finding(state="broken", error=error)


def _tell_waiting(waiting: int) -> Finding:
    if not waiting:
        return Finding(state="ok", text="This worker has told the desk all it read")
    return Finding(
        state="missing",
        text="{count} entries of this worker wait to be told to the desk.",
        remedy="veilleur run --shard K/N",
        values=(("count", str(waiting)),),
    )


def _examine_parts(
    folder: WatchFolder, watchlist: Watchlist, environ: Mapping[str, str], *, now: datetime, is_desk: bool
) -> Iterator[Finding]:
    with opened_parts(folder, watchlist, environ) as parts:
        hellos = parts.hellos()
    yield Finding(state="ok", text="{count} workers known", values=(("count", str(len(hellos))),))
    if is_desk:
        for remark in remark_on(hellos, watchlist=watchlist, now=now):
            yield Finding(state="missing", text=remark.text, values=remark.values)
