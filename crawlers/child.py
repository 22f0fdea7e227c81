"""The crawl's own process: `python -m crawlers.child`, started by crawlers.run.

Standard input is the life line: a line of job, then (when it was not the last) the next, then `stop`, or
its end, which means that the parent is no more. Standard output carries events, and nothing else is written
there. Standard error is crawl.log.
"""

from __future__ import annotations

import os
import signal
import sys
from io import FileIO
from typing import BinaryIO

from crawlers.lifeline import LifeLine
from crawlers.progress import Event, Finished, Report, encode_event, tell_trouble
from crawlers.run import FAILED, JOBS, CrawlJob
from watchlists.errors import VeilleurError


def main() -> int:
    """Do the jobs; the exit code of the last one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    # Unbuffered: a thread still reading a buffered stream when Python ends makes it abort.
    stdin = FileIO(0, closefd=False)
    job = JOBS.validate_json(stdin.readline())
    line = LifeLine(stdin)
    line.hold()
    report = make_report(take_over_stdout())
    try:
        return crawl(job, report=report, line=line)
    except VeilleurError as error:
        report(tell_trouble(error))
        report(Finished(exit_code=FAILED))
        return FAILED


def crawl(job: CrawlJob, *, report: Report, line: LifeLine) -> int:
    """Hold the archive and do this job and those that follow on the line."""
    from crawlers.archive import Archive
    from crawlers.locks import hold_lock
    from watchlists.load import load_watchlist

    watchlist = load_watchlist(job.watchlist)
    with hold_lock(job.archive.with_name("archive.lock")), Archive.open(job.archive) as archive:
        from crawlers.reactor import Crawls

        return Crawls(watchlist, memory=archive, report=report, line=line).run(job)


def take_over_stdout() -> BinaryIO:
    """The real standard output, for events only; whatever prints goes to the log from now on."""
    events = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return events


def make_report(stream: BinaryIO) -> Report:
    """Events as lines on a stream."""

    def report(event: Event) -> None:
        stream.write(encode_event(event).encode() + b"\n")
        stream.flush()

    return report


if __name__ == "__main__":
    sys.exit(main())
