"""`veilleur digest` from the command line, over a real embedded index."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from search.backends import open_index
from tests.documents import document, mention
from tests.morning import END, history, news, outcomes
from watchlists.model import IndexSettings

WATCHLIST = """
[watch]
name = "Veille Nimbo"
language = "fr"
timezone = "Europe/Paris"

[[organisation]]
id = "nimbo"
name = "Nimbo"
role = "own"

[[organisation]]
id = "acme"
name = "Acme Vélo"

[[source]]
id = "acme-blog"
url = "https://blog.acme.example/feed"
organisation = "acme"

[[source]]
id = "gazette"
url = "https://www.gazette.example/feed"
"""


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    (tmp_path / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    put(tmp_path, [*history(), *news()])
    return tmp_path


def put(folder: Path, documents: list[object]) -> None:
    index = open_index(IndexSettings(), folder=folder / ".veilleur" / "index", environ={})
    index.put(documents)  # type: ignore[arg-type]
    index.put_outcomes(outcomes())
    index.commit()
    index.close()


def run(folder: Path, *arguments: str, at: str = END.isoformat()) -> Result:
    return CliRunner().invoke(
        cli.veilleur, ["--watch", str(folder), "--now", at, "digest", *arguments], obj=cli.start_context()
    )


def test_text_goes_to_stdout_and_is_shown_again_byte_for_byte(watch: Path) -> None:
    first = run(watch)
    again = run(watch, "--date", "2026-11-20", at=(END + timedelta(days=30)).isoformat())

    assert first.exit_code == 0, first.output
    assert "Tour d’horizon du vendredi 20 novembre 2026".upper() in first.stdout
    assert again.stdout_bytes == first.stdout_bytes


def test_the_page_becomes_a_file_named_for_its_day(watch: Path) -> None:
    result = run(watch, "--format", "html")

    path = watch / ".veilleur" / "digests" / "2026-11-20.html"
    assert result.stdout.strip() == str(path)
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_json_and_markdown_are_for_the_next_program(watch: Path) -> None:
    found = json.loads(run(watch, "--format", "json").stdout)

    assert found["day"] == "2026-11-20"
    assert found["competitors"][0]["stories"][0]["id"] == "launch0"
    assert run(watch, "--format", "markdown").stdout.startswith("# Tour d’horizon")


def test_a_second_edition_of_a_day_is_found_by_its_time(watch: Path) -> None:
    morning = run(watch)
    put(
        watch,
        [document("noon", title="À midi", first_seen=END + timedelta(hours=1), mentions=(mention("acme"),))],
    )
    noon = run(watch, at=(END + timedelta(hours=4)).isoformat())

    by_day = run(watch, "--date", "2026-11-20")
    by_time = run(watch, "--date", "2026-11-20T12:00")

    assert by_day.stdout_bytes == morning.stdout_bytes
    assert "--date 2026-11-20T12:00:00" in by_day.stderr
    assert by_time.stdout_bytes == noon.stdout_bytes


def test_asked_again_without_news_the_same_page_comes_with_a_note(watch: Path) -> None:
    first = run(watch)
    again = run(watch, at=(END + timedelta(hours=1)).isoformat())

    assert again.stdout_bytes == first.stdout_bytes
    assert "Rien de nouveau" in again.stderr


def test_recompute_rebuilds_and_says_so_without_keeping(watch: Path) -> None:
    run(watch)

    rebuilt = run(watch, "--date", "2026-11-20", "--recompute", at=(END + timedelta(days=3)).isoformat())

    assert "recomposée" in rebuilt.stdout
    assert "recomposée" not in run(watch, "--date", "2026-11-20").stdout


def test_a_day_without_digest_is_refused_with_the_way_out(watch: Path) -> None:
    run(watch)

    result = run(watch, "--date", "2026-11-19")

    assert result.exception is not None
    assert "--recompute" in str(result.exception)


def test_what_is_no_day_is_a_usage_error(watch: Path) -> None:
    result = run(watch, "--date", "yesterday")

    assert result.exit_code == 2
    assert "2026-11-20" in result.stderr


def test_the_language_of_the_page_can_be_asked_for(watch: Path) -> None:
    result = CliRunner().invoke(
        cli.veilleur,
        ["digest", "--watch", str(watch), "--now", END.isoformat(), "--lang", "en"],
        obj=cli.start_context(),
    )

    assert "The morning watch of Friday 20 November 2026".upper() in result.stdout
    assert "Published by Acme Vélo" in result.stdout
