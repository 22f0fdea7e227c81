"""`veilleur export items`: everything out, names as pseudonyms, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from crawlers.items import Author, Engagement
from crawlers.pseudonyms import load_key, pseudonym
from tests.archived import MORNING, item, opened, put

WATCHLIST = """
[watch]
name = "Essai"
language = "fr"

[[organisation]]
id = "acme"
name = "Acme"
staff = ["Léa d’Acme"]

[[source]]
id = "blog"
url = "https://blog.acme.example/feed"
organisation = "acme"

[[source]]
id = "ouvert"
url = "https://ouvert.example/feed"
authors = "keep"
authors_reason = "Les signatures de presse sont publiques."
"""


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    """A watch whose archive holds a few posts."""
    (tmp_path / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    with opened(tmp_path / ".veilleur") as archive:
        put(
            archive,
            item(
                "a",
                title='=HYPERLINK("http://evil.example")',
                author=Author(name="Zoé", url="https://z.example"),
            ),
            item("b", title="Ligne 1\nligne 2", author=Author(name="Léa d’Acme"), tags=("@x", "y")),
            item("c", engagement=Engagement(upvotes=-3, rating=4.5), author=None),
        )
        put(archive, item("d", author=Author(name="Rouletabille")), source="ouvert")
    return tmp_path


def export(watch: Path, *arguments: str) -> Result:
    context = replace(cli.start_context(), folder=watch, now=MORNING)
    return CliRunner().invoke(cli.veilleur, ["export", "items", *arguments], obj=context)


def test_every_item_is_one_json_line_with_its_sightings(watch: Path) -> None:
    result = export(watch)
    records = [json.loads(line) for line in result.stdout.splitlines()]

    assert result.exit_code == 0
    assert [record["id"] for record in records] == sorted(item(slug).id for slug in "abcd")
    assert {record["html"] for record in records} == {item(slug).html for slug in "abcd"}
    assert [record["sightings"][0]["source"] for record in records].count("ouvert") == 1
    assert "4 éléments exportés." in result.stderr


def test_people_leave_as_pseudonyms_and_those_who_speak_for_an_organisation_by_name(watch: Path) -> None:
    records = {
        record["permalink"][-1]: record for record in map(json.loads, export(watch).stdout.splitlines())
    }
    hidden = pseudonym("Zoé", key=load_key(watch / ".veilleur"))

    assert records["a"]["author"] == {
        "name": hidden,
        "native_id": None,
        "url": None,
        "is_staff": None,
        "is_bot": None,
    }
    assert records["b"]["author"]["name"] == "Léa d’Acme"
    assert records["c"]["author"] is None
    assert records["d"]["author"]["name"] == "Rouletabille"


def test_no_cell_of_the_table_is_a_formula(watch: Path) -> None:
    result = export(watch, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))

    assert len(rows) == 4
    titles = {row["permalink"][-1]: row["title"] for row in rows}
    assert titles["a"] == '\'=HYPERLINK("http://evil.example")'
    assert titles["b"] == "Ligne 1\nligne 2"
    assert {row["tags"] for row in rows} == {"", "'@x y"}
    assert {row["upvotes"] for row in rows} == {"", "-3"}
    assert {row["sources"] for row in rows} == {"blog", "ouvert"}


def test_before_the_first_run_it_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    result = export(tmp_path)

    assert "veilleur run" in str(result.exception)
    assert result.stdout == ""
