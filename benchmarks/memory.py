"""Peak memory of a run, its crawl child included, both languages loaded: `python benchmarks/memory.py`.

A whole `veilleur run` reads French and English feeds from a loopback server in another process; the resident
memory of the run and of everything it started is summed from /proc while it works. Pages shared between
processes count once in PSS and twice in RSS: RSS is what is held against the goal. Goal: under 900 MB.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from feeds import NOW, server

import cli

GOAL = 900.0
EVERY = 0.05
"""Seconds between two looks at /proc."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Megabytes in use at one moment."""

    rss: float
    pss: float


def write_watch(folder: Path, port: int, number: int) -> None:
    """A watchlist of French and English feeds in turn, one a host, and an organisation to find."""
    sources = "".join(
        f'[[source]]\nid = "s{each}"\nurl = "http://127.8.{each // 250}.{1 + each % 250}:{port}/{language}"\n'
        f'language = "{language}"\nallow_private = true\nfull_text = "never"\n'
        for each in range(number)
        for language in [("fr", "en")[each % 2]]
    )
    (folder / "watchlist.toml").write_text(
        f'[watch]\nname = "Bench"\nlanguage = "fr"\ncontact = "https://example.org"\n'
        f'[[organisation]]\nname = "Acme"\nrole = "competitor"\n{sources}'
    )


def family(parent: int) -> Iterator[int]:
    """A process and all that came from it."""
    yield parent
    with suppress(OSError):
        for task in Path(f"/proc/{parent}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child))


def measure_use(pids: Iterator[int]) -> Use:
    """What these processes hold in memory now."""
    rss = pss = 0
    for pid in pids:
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            held = {line.split(":")[0]: line for line in lines[1:]}
            rss += int(held["Rss"].split()[1])
            pss += int(held["Pss"].split()[1])
    return Use(rss=rss / 1024, pss=pss / 1024)


def watch_run(folder: Path) -> tuple[Use, Use]:
    """The highest sums of RSS and of PSS of a run, each at its own moment."""
    command = [
        sys.executable,
        cli.__file__,
        "run",
        "--json",
        "--watch",
        str(folder),
        "--now",
        NOW.isoformat(),
    ]
    uses = [Use(rss=0.0, pss=0.0)]
    pause = Event()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            uses.append(measure_use(family(process.pid)))
            pause.wait(EVERY)
        assert process.stdout is not None
        print(process.stdout.read().splitlines()[-1])
    return max(uses, key=lambda use: use.rss), max(uses, key=lambda use: use.pss)


def main() -> None:
    """Run once, tell the peak."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=60)
    number = parser.parse_args().feeds
    with server() as port, tempfile.TemporaryDirectory() as folder:
        write_watch(Path(folder), port, number)
        rss, pss = watch_run(Path(folder))
    print(
        f"peak memory of a run over {number} feeds, child included: {rss.rss:.0f} MB resident "
        f"({pss.pss:.0f} MB with shared pages counted once), goal {GOAL:.0f}, ratio {rss.rss / GOAL:.2f}"
    )


if __name__ == "__main__":
    main()
