"""Time of each sheet (voice, tone, trends...) over generated documents; prints each with its goal and ratio.

python benchmarks/insights.py [--documents 100000]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter

from digest import fill, make_watchlist
from index import NOW

from search.backends import open_index
from search.insights.scope import Scope
from search.sections.teller import Teller
from search.sheet import Sheet
from search.sheets.calendar import make_calendar_sheet
from search.sheets.campaigns import make_campaigns_sheet
from search.sheets.places import make_places_sheet, make_spots_sheet
from search.sheets.presence import make_presence_sheet
from search.sheets.reception import make_reception_sheet
from search.sheets.tone import make_tone_sheet
from search.sheets.trends import make_trends_sheet
from search.sheets.voice import make_voice_sheet
from search.window import Window, wall_clock
from search.wording.voice import Voice
from watchlists.messages import load_messages
from watchlists.model import Campaign, IndexSettings

GOAL = 5.0
"""Seconds a person waits for an answer to a question of their own."""
DAYS = 56
CAMPAIGN = Campaign(
    id="autumn", name="Autumn", organisation="acme", start=date(2026, 10, 20), end=date(2026, 10, 30)
)
SHEETS: dict[str, Callable[[Teller], Sheet]] = {
    "voice": lambda teller: make_voice_sheet(teller, ()),
    "tone": lambda teller: make_tone_sheet(teller, ()),
    "trends": lambda teller: make_trends_sheet(teller, ("topic:topic-1", "que")),
    "reception": lambda teller: make_reception_sheet(teller, ()),
    "calendar": lambda teller: make_calendar_sheet(teller, (), is_past=True),
    "campaigns": lambda teller: make_campaigns_sheet(teller, ()),
    "places": lambda teller: make_places_sheet(teller, ()),
    "places --to-be": make_spots_sheet,
    "presence": lambda teller: make_presence_sheet(teller, (), seen=()),
}


def main() -> None:
    """Build an index, then each sheet over its last eight weeks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    number = parser.parse_args().documents
    watchlist = replace(make_watchlist(), campaigns=(CAMPAIGN,))
    window = Window(start=wall_clock(NOW, -DAYS, timezone="Europe/Paris"), end=NOW, timezone="Europe/Paris")
    voice = Voice(language="fr", timezone="Europe/Paris", messages=load_messages("fr"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        with closing(open_index(IndexSettings(), folder=path, environ={})) as index:
            fill(index, number)
        with closing(open_index(IndexSettings(), folder=path, readonly=True, environ={})) as index:
            teller = Teller(scope=Scope(index=index, watchlist=watchlist, window=window), voice=voice)
            for name, make in SHEETS.items():
                begun = perf_counter()
                make(teller)
                took = perf_counter() - begun
                ratio = took / GOAL
                print(f"{name} over {number} documents: {took:.2f} s, goal {GOAL:.1f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
