"""Whole runs as a person starts them, each `veilleur` a process of its own, and what they leave behind."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import cli
from crawlers.archive import Archive
from crawlers.items import Outcome
from search.backends import open_index
from search.books.ledger import Ledger
from search.folder import WatchFolder
from search.sync import told_outcomes
from tests.archived import MORNING
from tests.crawling import Watch
from watchlists.load import load_watchlist

BEFORE, AFTER = MORNING - timedelta(days=300), MORNING + timedelta(days=30)
MARK = "VEILLEUR_TEST_RUN"
"""Environment variable by which the processes of one run are known, orphans included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a watch holds, free of ids of rows and times of the machine."""

    items: tuple[tuple[str, str, int], ...]
    """(permalink, title, number of revisions) of every item, sorted."""
    sightings: tuple[tuple[str, str, bool], ...]
    """(item, source, is history), sorted."""
    documents: tuple[tuple[str, str], ...]
    """(id, digest) as understood, ordered by id."""
    indexed: tuple[tuple[str, str], ...]
    """(id, digest) as indexed, ordered by id."""
    outcomes: tuple[tuple[str, str, str], ...]
    """(source, run, state) as archived, sorted; that a source was not due is not indexed."""
    shown: tuple[tuple[str, str, str], ...]
    """The same as indexed."""
    complaints: tuple[str, ...]
    """What SQLite finds wrong with the three files."""


def veilleur(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    with start(folder, *arguments, **environment) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """A command begun in a session of its own."""
    return subprocess.Popen(
        [sys.executable, cli.__file__, *arguments, "--watch", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LANG": "C.UTF-8", MARK: str(folder), **environment},
        start_new_session=True,
    )


def run(watch: Watch, now: datetime = MORNING, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`veilleur run` with its facts as JSON Lines, to its end."""
    watch.write()
    return veilleur(watch.folder, "run", "--json", "--now", now.isoformat(), *arguments)


def facts(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The summary of a run, its outcomes by source under "outcomes"."""
    assert done.stdout, done.stderr
    records: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    outcomes = {each["source"]: each for each in records if each["type"] == "outcome"}
    return records[-1] | {"outcomes": outcomes}


def family(folder: Path) -> Iterator[int]:
    """Ids of the living processes of a watch's runs."""
    mark = f"{MARK}={folder}".encode()
    for each in Path("/proc").iterdir():
        with suppress(OSError):
            if each.name.isdigit() and mark in (each / "environ").read_bytes().split(b"\0"):
                yield int(each.name)


def all_end(folder: Path, *, within: float) -> bool:
    """Whether a watch's processes end in time; what is left over is ended here."""
    until = monotonic() + within
    left_over = [pid for pid in family(folder) if not _ends(pid, within=max(0.0, until - monotonic()))]
    return not left_over


def _ends(pid: int, *, within: float) -> bool:
    """Whether a process ends in time; else it is ended."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        has_ended = bool(select.select([watched], [], [], within)[0])
        if not has_ended:
            signal.pidfd_send_signal(watched, signal.SIGKILL)
        return has_ended
    finally:
        os.close(watched)


def left_behind(folder: Path) -> Left:
    """What the watch holds now."""
    files = WatchFolder(root=folder)
    with closing(Archive.open(files.archive, readonly=True)) as archive:
        ids = tuple(archive.item_ids())
        items = [(item.permalink, item.title, len(archive.revisions(item.id))) for item in archive.items(ids)]
        sightings = [
            (id, each.source, each.is_backfill)
            for id, seen in archive.sightings(ids).items()
            for each in seen
        ]
        outcomes = told_outcomes(archive, since=BEFORE, until=AFTER)
        complaints = [archive.integrity()]
    documents, verdict = _understood(files.understood)
    complaints += [verdict, _ledger_verdict(files.ledger)]
    indexed, shown = _indexed(files)
    return Left(
        items=tuple(sorted(items)),
        sightings=tuple(sorted(sightings)),
        documents=documents,
        indexed=indexed,
        outcomes=_brief(outcomes),
        shown=shown,
        complaints=tuple(each for each in complaints if each != "ok"),
    )


def _understood(path: Path) -> tuple[tuple[tuple[str, str], ...], str]:
    from pipelines.store import Store

    with closing(Store.open(path)) as store:
        assert not store.was_rebuilt
        return tuple(store.digests()), store.integrity()


def _indexed(files: WatchFolder) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str, str], ...]]:
    settings = load_watchlist(files.watchlist).index
    with closing(open_index(settings, folder=files.index, readonly=True, environ={})) as index:
        return tuple(index.ids()), _brief(index.outcomes(since=BEFORE, until=AFTER))


def _brief(outcomes: Iterable[Outcome]) -> tuple[tuple[str, str, str], ...]:
    return tuple(sorted((each.source, each.run, each.state) for each in outcomes))


def _ledger_verdict(path: Path) -> str:
    if not path.exists():
        return "ok"
    with closing(Ledger.open(path)) as ledger:
        return str(ledger._read("PRAGMA integrity_check")[0][0])
