"""`veilleur alerts` from the command line, over a real embedded index."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from search.alert_book import alert
from search.backends import open_index
from search.folder import WatchFolder
from tests.morning import END
from tests.test_search_alerts import CRISIS, angry, reading, usual
from tests.test_search_command_digest import WATCHLIST
from watchlists.load import load_watchlist
from watchlists.model import IndexSettings


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    (tmp_path / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    index = open_index(IndexSettings(), folder=tmp_path / ".veilleur" / "index", environ={})
    index.put([*usual(), *angry(engagement=2)])
    index.put_outcomes(reading())
    index.commit()
    index.close()
    return tmp_path


def run(folder: Path, *arguments: str, at: str = END.isoformat()) -> Result:
    return CliRunner().invoke(
        cli.veilleur,
        ["--watch", str(folder), "--now", at, "alerts", *arguments],
        obj=cli.start_context(),
    )


def test_the_end_of_a_run_keeps_an_alert_that_the_command_lists(watch: Path) -> None:
    folder = WatchFolder(root=watch)
    alert(folder, load_watchlist(folder.watchlist), now=END, environ={})

    told = run(watch, "--lang", "en")

    assert told.exit_code == 0, told.output
    assert "Nimbo: alert since Friday 20 November 08:00" in told.stdout
    assert "Negative: 8 texts by 8 authors; all voices: 8" in told.stdout
    assert "Nimbo: alert, 3 hours after the first text." in told.stdout
    assert "Acme Vélo: calm" in told.stdout


def test_bars_show_what_speaks_badly_beside_what_is_usual(watch: Path) -> None:
    lines = run(watch, "--lang", "en").stdout.splitlines()

    nimbo = lines.index("Nimbo: alert since Friday 20 November 08:00")
    assert lines[nimbo + 1] == "  speaking badly           ████████████████ 8"
    assert lines[nimbo + 2] == "  usually                  █░░░░░░░░░░░░░░░ 0.2"
    acme = lines.index("Acme Vélo: calm")
    assert lines[acme + 1] == "  speaking badly           ░░░░░░░░░░░░░░░░ 0"


def test_a_table_has_a_row_an_organisation_and_a_row_a_change(watch: Path) -> None:
    folder = WatchFolder(root=watch)
    alert(folder, load_watchlist(folder.watchlist), now=END, environ={})

    nimbo, acme, change = csv.DictReader(io.StringIO(run(watch, "--csv").stdout))

    assert (nimbo["type"], nimbo["organisation"], nimbo["state"], nimbo["red"]) == (
        "state",
        "nimbo",
        "alert",
        "false",
    )
    counted = [nimbo[each] for each in ("volume", "authors", "voices", "day_negative", "engagement")]
    assert counted == ["8", "8", "8", "8", "16"]
    assert 0 < float(nimbo["usual"]) < 1
    assert 0 < float(nimbo["rarity"]) < 1e-5
    assert (nimbo["places"], nimbo["origin"]) == ("gazette", "others")
    assert (acme["state"], acme["day_negative"], acme["volume"], acme["usual"]) == ("calm", "0", "", "")
    assert (change["type"], change["state"], change["volume"]) == ("change", "alert", "8")
    assert change["told_at"] == END.isoformat()


def test_the_table_of_a_quiet_replay_is_its_header(watch: Path) -> None:
    told = run(watch, "--csv", "--replay", "now-9h", "now-5h")

    assert told.stdout.startswith("type,organisation,name,state,red,since,told_at,")
    assert len(told.stdout.splitlines()) == 1


def test_without_a_week_of_past_nothing_is_called_usual(watch: Path) -> None:
    early = (END - timedelta(days=28)).isoformat()

    lines = run(watch, "--lang", "en", at=early).stdout
    record = json.loads(run(watch, "--json", at=early).stdout.splitlines()[0])

    assert "  usually                  too early to say" in lines
    assert record["last_day"]["usual"] is None
    assert record["buzz"] is None  # nothing was judged, so no part of a judgement is shown as nought


def test_states_and_changes_come_as_json_lines(watch: Path) -> None:
    records = [json.loads(line) for line in run(watch, "--json").stdout.splitlines()]

    assert [(each["organisation"], each["state"]) for each in records] == [
        ("nimbo", "alert"),
        ("acme", "calm"),
    ]
    assert records[0]["buzz"]["authors"] == 8


def test_a_replay_tells_when_the_alert_would_have_been_told(watch: Path) -> None:
    since, until = (CRISIS - timedelta(hours=2)).isoformat(), END.isoformat()
    records = [
        json.loads(line) for line in run(watch, "--json", "--replay", since, until).stdout.splitlines()
    ]

    assert [each["state"] for each in records] == ["alert"]
    assert records[0]["told_at"] < END.isoformat()


def test_a_quiet_replay_says_so(watch: Path) -> None:
    told = run(watch, "--replay", "now-9h", "now-5h")

    assert told.stdout.strip() == "Rien n’aurait été signalé."


@pytest.mark.parametrize("span", [("soon", "now"), ("now", "now-1d"), ("2020-01-01", "now")])
def test_times_that_make_no_span_are_refused(watch: Path, span: tuple[str, str]) -> None:
    assert run(watch, "--replay", *span).exit_code == 2
