"""Exports of any size: every match once, as many as the search counts, never held all at once."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import start_context, veilleur
from search.backends import open_index
from search.commands.search import CSV_HEADER, csv_row
from search.folder import WatchFolder
from search.index import Index
from search.tables import csv_lines
from tests.documents import document
from tests.elasticsearch_server import fresh_settings
from watchlists.model import IndexSettings
from watchlists.query import Everything, Keyword

pytestmark = pytest.mark.elasticsearch

MANY = 12_500
"""More than a server gives of one search."""
TEXT = "Le réseau de Nimbo est en panne depuis ce matin, et personne ne répond. " * 3


@pytest.fixture(scope="module")
def server() -> Iterator[IndexSettings]:
    """Many documents on the server, every fifth from another source."""
    with fresh_settings() as settings:
        with closing(open_index(settings, folder=Path(), environ={})) as index:
            index.put(
                document(f"d{number:05d}", title="=1+1", text=TEXT, source="forum" if number % 5 else "blog")
                for number in range(MANY)
            )
            index.commit()
        yield settings


@pytest.fixture
def folder(server: IndexSettings, tmp_path: Path) -> WatchFolder:
    """A watch on that server."""
    lines = ['[watch]\nname = "Essai"\n[index]\nbackend = "elasticsearch"', f'url = "{server.url}"']
    (tmp_path / "watchlist.toml").write_text("\n".join([*lines, f'alias = "{server.alias}"\n']))
    return WatchFolder(root=tmp_path)


def search(folder: WatchFolder, *words: str) -> Result:
    """`veilleur search` in the watch."""
    done = CliRunner().invoke(veilleur, ["search", *words, "--watch", str(folder.root)], obj=start_context())
    assert done.exit_code == 0, done.output
    return done


@pytest.mark.parametrize(("query", "count"), [("réseau", MANY), ("source:blog panne", MANY // 5)])
def test_a_table_has_as_many_rows_as_the_search_counts(folder: WatchFolder, query: str, count: int) -> None:
    rows = list(csv.reader(io.StringIO(search(folder, query, "--csv").stdout)))

    assert tuple(rows[0]) == CSV_HEADER
    ids = [row[0] for row in rows[1:]]
    assert len(ids) == len(set(ids)) == count
    assert ids == sorted(ids)
    assert rows[1][5] == "'=1+1"
    assert f"{count} document" in search(folder, query, "-n", "1", "--lang", "en").stdout


def test_every_match_as_json(folder: WatchFolder) -> None:
    records = [json.loads(line) for line in search(folder, "réseau", "--json", "--all").stdout.splitlines()]

    assert [record["id"] for record in records] == [f"d{number:05d}" for number in range(MANY)]
    assert {record["text"] for record in records} == {TEXT}


@pytest.mark.parametrize("words", [["--all"], ["--all", "--json", "--like", "panne"]])
def test_all_is_for_json_alone(folder: WatchFolder, words: list[str]) -> None:
    done = CliRunner().invoke(veilleur, ["search", *words, "--watch", str(folder.root)], obj=start_context())

    assert done.exit_code == 2


def test_memory_does_not_grow_with_the_number_of_matches(server: IndexSettings) -> None:
    with closing(open_index(server, folder=Path(), readonly=True, environ={})) as index:
        whole_of(index, "blog")  # what is loaded once is loaded now
        few, many = peak_of(index, "blog"), peak_of(index, None)

    assert many < 2 * few  # of five times as many


def whole_of(index: Index, source: str | None) -> int:
    """Write a whole export to nowhere; how many lines."""
    query = Keyword("source", source) if source else Everything()
    return sum(1 for _ in csv_lines(CSV_HEADER, map(csv_row, index.scan(query))))


def peak_of(index: Index, source: str | None) -> int:
    """Most bytes held at once by an export."""
    tracemalloc.start()
    whole_of(index, source)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
