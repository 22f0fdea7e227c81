"""Time to compare communities and to build a report over generated documents, with goal and ratio.

python benchmarks/report.py [--documents 100000]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import perf_counter

from digest import fill, make_watchlist
from index import NOW

from search.backends import open_index
from search.index import Index
from search.insights.scope import Scope
from search.press.reporting import build_report, period_before
from search.render.report_formats import REPORT_FORMATS, render_report
from search.sections.teller import Teller
from search.sheets.compare import make_compare_sheet
from search.window import Window, wall_clock
from search.wording.voice import Voice
from watchlists.messages import load_messages
from watchlists.model import IndexSettings

GOAL = 5.0
DAYS = 28


def works(index: Index) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    watchlist, messages = make_watchlist(), load_messages("fr")
    window = Window(start=wall_clock(NOW, -DAYS, timezone="Europe/Paris"), end=NOW, timezone="Europe/Paris")
    week, month = (period_before(kind, NOW, timezone=watchlist.timezone) for kind in ("week", "month"))

    voice = Voice(language="fr", timezone=watchlist.timezone, messages=messages)
    teller = Teller(scope=Scope(index=index, watchlist=watchlist, window=window), voice=voice)

    def report(kind: str, window: Window) -> object:
        found = build_report(index, watchlist, kind=kind, window=window, now=NOW, messages=messages)
        return [render_report(found, format, messages) for format in REPORT_FORMATS]

    return {
        f"compare {DAYS} days": lambda: make_compare_sheet(teller, (), width=100),
        "report of a week": lambda: report("week", week),
        "report of a month": lambda: report("month", month),
    }


def main() -> None:
    """Build an index, then each over it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    number = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        with closing(open_index(IndexSettings(), folder=path, environ={})) as index:
            fill(index, number)
        with closing(open_index(IndexSettings(), folder=path, readonly=True, environ={})) as index:
            for name, work in works(index).items():
                begun = perf_counter()
                work()
                took = perf_counter() - begun
                print(f"{name} over {number} documents: {took:.2f} s, goal {GOAL:.1f} s, {took / GOAL:.2f}")


if __name__ == "__main__":
    main()
