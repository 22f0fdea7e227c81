"""Looking at emerging places: asked by one run, done by the next, at most five a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.discover import Finding
from crawlers.probe import Probed, ProbeJob
from pipelines.document import Document
from search.backends import open_index
from search.books.ledger import Ledger
from search.books.looks import Look, read_looks
from search.folder import WatchFolder
from search.press.printing import print_digest
from search.probing import ask_for_places, probe_places
from tests.memory_index import MemoryIndex
from tests.morning import END, watchlist
from tests.test_search_insights_emerging import citing
from watchlists.errors import VeilleurError
from watchlists.messages import load_messages
from watchlists.model import IndexSettings, Privacy

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> WatchFolder:
    folder = WatchFolder(root=tmp_path)
    index = open_index(IndexSettings(), folder=folder.index, environ={})
    index.put(citing("guidon.example"))
    index.commit()
    index.close()
    return folder


def forum(job: ProbeJob) -> Probed:
    return Probed(finding=Finding(kind="forum", url=job.url, title="Le Guidon", software="Flarum"))


def run(folder: WatchFolder, hours: int = 0, look: object = forum, **settings: object) -> tuple[Look, ...]:
    now = END + hours * HOUR
    probe_places(folder, watchlist(**settings), now=now, environ={}, look=look)  # type: ignore[arg-type]
    with Ledger.open(folder.ledger) as ledger:
        return read_looks(ledger)


def test_what_one_run_asks_for_the_next_looks_at_once(folder: WatchFolder) -> None:
    asked: list[str] = []

    def look(job: ProbeJob) -> Probed:
        asked.append(job.url)
        return forum(job)

    looks = [run(folder, hours, look) for hours in (0, 1, 2)]

    assert looks[0] == ()
    assert (
        looks[1]
        == looks[2]
        == (Look(place="guidon.example", kind="forum", software="Flarum", title="Le Guidon"),)
    )
    assert asked == ["https://guidon.example/"]


def test_nobody_looks_where_that_is_switched_off(folder: WatchFolder) -> None:
    off = Privacy(probe=False)

    assert run(folder, privacy=off) == run(folder, 1, privacy=off) == ()


def test_a_place_that_cannot_be_looked_at_says_why_and_stops_nothing(folder: WatchFolder) -> None:
    def fail(_job: ProbeJob) -> Probed:
        raise VeilleurError("No address.")

    run(folder)

    (look,) = run(folder, 1, fail)

    assert (look.kind, look.reason) == ("", "No address.")


def many() -> list[Document]:
    return [each for number in range(8) for each in citing(f"place{number}.example")]


def test_at_most_five_places_are_asked_for_in_a_day(tmp_path: Path) -> None:
    documents = [replace(document, id=f"d{number}") for number, document in enumerate(many())]
    index = MemoryIndex([*documents, *citing("discord.gg/AbC")])
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        first = ask_for_places(index, watchlist(), ledger, now=END)
        again = ask_for_places(index, watchlist(), ledger, now=END)

    assert len(first) == 5
    assert again == ()
    assert not any("discord" in each for each in first)


def test_the_digest_says_what_is_at_an_emerging_place(folder: WatchFolder) -> None:
    run(folder, -1)
    run(folder)
    watch, messages = watchlist(language="en"), load_messages("en")

    with Ledger.open(folder.ledger) as ledger:
        printed = print_digest(
            MemoryIndex(citing("guidon.example")), watch, ledger, now=END, messages=messages
        )

    assert "There: “Le Guidon” (Flarum)." in " ".join(printed.renderings["text"].decode().split())
