"""Runs killed at random moments lose nothing and double nothing; two runs at once do not meet.

A handful of moments is tried each time; VEILLEUR_CAMPAIGN=full tries all twenty-five.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from tests.archived import MORNING
from tests.crawling import Watch, rss
from tests.cycling import Left, all_end, facts, family, left_behind, run, start
from tests.web import Web

pytestmark = pytest.mark.slow

SEED = 20261120
KILLS = 25
SAMPLE = (0, 1, 2, 10)
"""One of each victim in a first run, one child in a later run."""

VICTIMS = ("parent", "child", "both")
SOURCES, ENTRIES = 6, 8
LATER, LAST = MORNING + timedelta(hours=2), MORNING + timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A run to be killed: where it starts from, when it takes place, and how things are without a kill."""

    folder: Path
    web: Web
    now_hours: int
    seconds: float
    """What the run takes when nobody disturbs it."""
    calm: Left
    """What is held after it and one more run."""


def serve(web: Web, *, is_later: bool) -> None:
    """Feeds with validators; later each has a new entry, and one of the old was edited."""
    for source in range(SOURCES):
        entries = [
            (
                f"/{source}/{number}",
                f"Acme {source}, note {number}",
                f"Thu, 19 Nov 2026 {number:02}:00:00 GMT",
            )
            for number in range(ENTRIES)
        ]
        if is_later:
            entries[3] = (f"/{source}/3", f"Acme {source}, note 3, corrected", entries[3][2])
            entries.append((f"/{source}/new", f"Acme {source}, the newest", "Fri, 20 Nov 2026 06:30:00 GMT"))
        host = f"127.0.0.{source + 2}"
        web.page("/feed", rss(*entries), host=host, etag=f'"{is_later}"')


def make_watch(web: Web, folder: Path) -> Watch:
    """A watch of all the feeds, each read every hour."""
    folder.mkdir(exist_ok=True)
    watch = Watch(folder=folder, crawl={"delay": 0.2})
    for source in range(SOURCES):
        watch.add(f"s{source}", web.url("/feed", host=f"127.0.0.{source + 2}"), every="1h")
    return watch


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Stage]]:
    """A first run, and a run that meets edited and new entries, both done once in peace."""
    with Web() as first, Web() as second:
        serve(first, is_later=False)
        serve(second, is_later=False)
        yield _first_stage(first, tmp_path_factory), _later_stage(second, tmp_path_factory)


def _first_stage(web: Web, folders: pytest.TempPathFactory) -> Stage:
    empty, calm = folders.mktemp("empty"), folders.mktemp("calm")
    make_watch(web, empty).write()
    begun = monotonic()
    assert run(make_watch(web, calm)).returncode == 0
    seconds = monotonic() - begun
    assert run(make_watch(web, calm), LATER).returncode == 0
    return Stage(folder=empty, web=web, now_hours=0, seconds=seconds, calm=left_behind(calm))


def _later_stage(web: Web, folders: pytest.TempPathFactory) -> Stage:
    read, calm = folders.mktemp("read"), folders.mktemp("later")
    assert run(make_watch(web, read)).returncode == 0
    serve(web, is_later=True)
    shutil.copytree(read, calm, dirs_exist_ok=True)
    begun = monotonic()
    assert run(make_watch(web, calm), LATER).returncode == 0
    seconds = monotonic() - begun
    assert run(make_watch(web, calm), LAST).returncode == 0
    return Stage(folder=read, web=web, now_hours=2, seconds=seconds, calm=left_behind(calm))


def moments() -> tuple[int, ...]:
    """The numbers of the kills to try."""
    return tuple(range(KILLS)) if os.environ.get("VEILLEUR_CAMPAIGN") == "full" else SAMPLE


@pytest.mark.parametrize("number", moments())
def test_a_killed_run_is_made_good_by_the_next(
    stages: tuple[Stage, Stage], tmp_path: Path, number: int
) -> None:
    victim, share = VICTIMS[number % 3], random.Random(SEED + number).random()
    stage = stages[number // 3 % 2]
    shutil.copytree(stage.folder, tmp_path, dirs_exist_ok=True)
    now = MORNING + timedelta(hours=stage.now_hours)

    kill(tmp_path, now.isoformat(), victim, after=share * stage.seconds)

    assert all_end(tmp_path, within=1.0 if victim != "child" else 60.0)
    again = run(make_watch(stage.web, tmp_path), now + timedelta(hours=2))
    assert again.returncode == 0, again.stderr
    left = left_behind(tmp_path)
    assert left.complaints == ()
    assert left.items == stage.calm.items
    assert left.sightings == stage.calm.sightings
    assert left.indexed == left.documents
    assert left.shown == left.outcomes
    assert [id for id, _ in left.documents] == [id for id, _ in stage.calm.documents]


def kill(folder: Path, now: str, victim: str, *, after: float) -> None:
    """Begin a run and kill -9 its parent, its child or both a while later; a run left over is waited for."""
    with start(folder, "run", "--json", "--now", now) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=after)
        children = [pid for pid in family(folder) if pid != process.pid]
        for pid in {"parent": [process.pid], "child": children, "both": [process.pid, *children]}[victim]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate()


def test_of_two_runs_at_once_one_works_and_the_other_says_so(tmp_path: Path) -> None:
    with Web() as web:
        serve(web, is_later=False)
        asked = Event()
        web.stream("/slow", lambda: _hold(web, asked))
        watch = make_watch(web, tmp_path)
        watch.add("slow", web.url("/slow"))
        watch.write()
        with start(tmp_path, "run", "--json", "--now", MORNING.isoformat()) as first:
            assert asked.wait(60)
            second = run(watch)
            web.closing.set()
            out, err = first.communicate()

    assert (second.returncode, second.stdout) == (0, "")
    what, why, remedy = second.stderr.strip().splitlines()
    assert "Another run" in what
    assert str(first.pid) in why
    assert remedy
    done = facts(subprocess.CompletedProcess(first.args, first.returncode, out, err))
    assert done["new"] == SOURCES * ENTRIES


def _hold(web: Web, asked: Event) -> Iterator[bytes]:
    """A body that says when it is asked for, and keeps its reader waiting until the web goes down."""
    asked.set()
    while not web.closing.wait(0.1):
        yield b" "
