"""What people bring in themselves lands in the archive once, with where it came from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import start_context, veilleur
from crawlers.archive import Archive
from tests.conftest import NOW
from tests.golden import DATA


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    (tmp_path / "watchlist.toml").write_text('[watch]\nname = "Essai"\nlanguage = "fr"\n', encoding="utf-8")
    return tmp_path


def run(watch: Path, *arguments: str) -> Result:
    given = ["--watch", str(watch), "--now", NOW.isoformat(), *arguments]
    return CliRunner().invoke(veilleur, given, obj=start_context())


def test_a_note_is_an_item_of_the_manual_source(watch: Path) -> None:
    text = "Ils annoncent une hausse."
    result = run(watch, "note", "https://x.com/photon/status/1?s=20", text, "--author", "Photon")

    assert result.exit_code == 0, result.output
    with Archive.open(watch / ".veilleur" / "archive.db", readonly=True) as archive:
        (item,) = archive.items(archive.item_ids())
        (sighting,) = archive.sightings([item.id])[item.id]
    assert result.stdout.strip() == item.id
    assert item.permalink.startswith("https://x.com/photon/status/1?s=20#note-")
    assert (item.html, item.tags, sighting.source) == (f"<p>{text}</p>", ("note",), "manual")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "nowhere"])
def test_a_note_about_no_address_is_refused(watch: Path, url: str) -> None:
    assert run(watch, "note", url, "text").exit_code != 0


def test_a_note_of_no_date_is_refused_with_its_form(watch: Path) -> None:
    result = run(watch, "note", "https://x.example/1", "text", "--date", "zzz")

    assert result.exit_code == 2
    assert "2026-11-20" in result.output


def test_mails_are_brought_in_once(watch: Path) -> None:
    mailbox = str(DATA / "mailbox" / "news.mbox")

    first, second = run(watch, "import", "items", mailbox), run(watch, "import", "items", mailbox)

    assert first.exit_code == second.exit_code == 0, first.output
    assert "3 éléments importés." in first.stderr
    assert "Déjà connus\u00a0: 3." in second.stderr


def test_visits_are_kept_day_by_day(watch: Path, tmp_path: Path) -> None:
    table = tmp_path / "visits.csv"
    table.write_text("date;visites\n2026-11-18;1 204\n2026-11-19;1377\n", encoding="utf-8")

    result = run(watch, "import", "visits", str(table), "--source", "site")

    assert result.exit_code == 0, result.output
    with Archive.open(watch / ".veilleur" / "archive.db", readonly=True) as archive:
        samples = archive.community_samples("site", since=NOW - timedelta(days=7), until=NOW)
    assert [sample.visits for sample in samples] == [1204, 1377]


def test_a_file_without_anything_is_refused_in_three_parts(watch: Path, tmp_path: Path) -> None:
    table = tmp_path / "other.csv"
    table.write_text("a;b\n1;2\n", encoding="utf-8")

    result = run(watch, "import", "items", str(table))

    assert "This file cannot be brought in." in str(result.exception)
    assert not (watch / ".veilleur").exists()
