"""Start a crawl in a process of its own, hear what it does, stop it.

The child writes the archive; the parent only listens. The child lives as long as the pipe to its
standard input is open: when the parent ends, however it ends, the child does too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO

from pydantic import TypeAdapter

from crawlers.lifeline import END, STOP
from crawlers.progress import Event, Finished, Landed, Progress, Trouble, decode_event, raise_trouble
from watchlists.errors import CrawlBroken

__all__ = ["JOBS", "CrawlJob", "CrawlProcess", "Event", "Landed", "Progress", "start_crawl"]

OK, FAILED = 0, 1
"""Exit codes of the child; crawlers.lifeline has a third."""

LONGEST_LOG = 1_000_000
"""Bytes after which crawl.log is put aside; one older log is kept."""

PACKAGES = Path(__file__).resolve().parent.parent
"""Where the packages lie, for a child started from another folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """What one crawl is to do; several may follow each other in one child, over one archive."""

    watchlist: Path
    archive: Path
    now: datetime
    sources: tuple[str, ...] = ()
    """Ids of the sources to read; none means all."""
    force: bool = False
    """Read also what is not due, and what was given up."""


JOBS: TypeAdapter[CrawlJob] = TypeAdapter(CrawlJob)


class CrawlProcess:
    """A process that crawls, one job after the other.

    `events` ends when a job does; then the next may be sent. `wait` ends the process.
    """

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self._events: SimpleQueue[Event | None] = SimpleQueue()
        self._is_ending = False
        # A thread keeps the pipe empty: a parent busy understanding must not hold up the crawl.
        self._listener = Thread(target=self._listen, name="crawl-events", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def events(self) -> Iterator[Event]:
        """What happens in the current job, as it happens; raises VeilleurError when it cannot be done."""
        trouble: Trouble | None = None
        while (event := self._events.get()) is not None:
            if isinstance(event, Trouble):
                trouble = event
            elif isinstance(event, Finished):
                break
            else:
                yield event
        else:
            self._events.put(None)  # the child has ended: so does every later call
            if trouble is None and not self._is_ending:
                raise broken_crawl()
        if trouble is not None:
            raise_trouble(trouble)

    def send(self, job: CrawlJob) -> None:
        """Give the next job; its archive must be that of the first."""
        self._say(JOBS.dump_json(job) + b"\n")

    def stop(self) -> None:
        """End soon: what is read stays, and every open source gets its outcome first."""
        self._is_ending = True
        self._say(STOP)

    def kill(self) -> None:
        """End at once; what was committed stays."""
        self._is_ending = True
        self._child.kill()

    def wait(self) -> int:
        """The exit code of the child, once its jobs are done and it has ended."""
        self._is_ending = True
        self._say(END)
        code = self._child.wait()
        self._listener.join()
        for pipe in (self._child.stdin, self._child.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        return code

    def _say(self, line: bytes) -> None:
        assert self._child.stdin is not None
        if self._child.stdin.closed:
            return
        with suppress(BrokenPipeError):
            self._child.stdin.write(line)
            self._child.stdin.flush()

    def _listen(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            if (event := decode_event(line)) is not None:
                self._events.put(event)
        self._events.put(None)


def broken_crawl() -> CrawlBroken:
    """The child was killed, or could not even start."""
    return CrawlBroken(
        "The crawl ended before it was done.",
        why="Its process was killed or failed; what it had read is kept.",
        remedy="Run again; if it happens again, the reason is in .veilleur/crawl.log",
    )


def start_crawl(job: CrawlJob) -> CrawlProcess:
    """Start the child and give it its job; cheap, so that it can be done before models are loaded."""
    job.archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _open_log(job.archive.parent / "crawl.log") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "crawlers.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "PYTHONPATH": python_path()},
            # Ctrl-C is the parent's to handle.
            start_new_session=True,
        )
    process = CrawlProcess(child)
    process.send(job)
    return process


def python_path() -> str:
    """The parent's way to the packages, for the child."""
    return os.pathsep.join(filter(None, (str(PACKAGES), os.environ.get("PYTHONPATH", ""))))


def _open_log(path: Path) -> IO[bytes]:
    """The log, put aside first when it has grown; readable by its owner only."""
    if path.exists() and path.stat().st_size > LONGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
