"""`veilleur compare` over a real embedded index, its table, and the demo's planted answers."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from pipelines.document import Document
from search.backends import open_index
from search.editions.comparison import Cell, Comparison, Row
from search.insights.measured import MEASURES
from search.insights.scope import Scope
from search.render.columns import comparison_lines
from search.render.text import display_width
from search.sections.teller import Teller
from search.sheets.compare import NoiseRow, make_compare_sheet
from search.wording.voice import Voice
from tests.documents import document
from tests.memory_index import MemoryIndex
from tests.morning import END, watchlist
from tests.test_search_communities import DAY, HOUR, WEEK, read_daily, reply, thread
from watchlists.messages import load_messages
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
name = "=Acme Vélo"

[[organisation]]
id = "bolide"
name = "Bolide"

[[source]]
id = "nimbo-forum"
url = "https://forum.nimbo.example"
organisation = "nimbo"

[[source]]
id = "acme-forum"
url = "https://forum.acme.example"
organisation = "acme"
"""


def community() -> list[Document]:
    """Acme answers six threads within the hour, staff writing half of the replies; Nimbo hardly speaks."""
    threads = [
        thread(f"t{n}", ago=(n + 1) * DAY, first=20.0 + n, staff=40.0 + n, author=f"asker {n}")
        for n in range(6)
    ]
    replies = [
        reply(
            f"r{n}", f"t{n % 6}", ago=(n % 6 + 1) * DAY - HOUR, author=f"who {n}", author_is_staff=n % 2 == 0
        )
        for n in range(8)
    ]
    quiet = document("quiet", source="nimbo-forum", owner="nimbo", published=END - DAY, author="nina")
    return [*threads, *replies, quiet]


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    (tmp_path / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    index = open_index(IndexSettings(), folder=tmp_path / ".veilleur" / "index", environ={})
    index.put(community())
    index.put_outcomes(read_daily(40))
    index.commit()
    index.close()
    return tmp_path


def run(folder: Path, *arguments: str, at: datetime = END) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(
        cli.veilleur,
        ["--watch", str(folder), "--now", at.isoformat(), "compare", *arguments],
        obj=cli.start_context(),
    )


def test_organisations_are_columns_with_the_count_behind_each_figure(watch: Path) -> None:
    told = run(watch, "--lang", "en")

    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    (head,) = (line for line in lines if "Nimbo (us)" in line)
    assert head.index("Nimbo (us)") < head.index("=Acme Vélo")
    assert "Bolide" not in head  # it has no place of its own
    (answered,) = (line for line in lines if line.startswith("Answered within a day"))
    assert answered.split("  ")[-1].strip() == "100% of 6 threads"
    assert any("50% of 8 replies" in line for line in lines)
    assert any(
        line.startswith("Half get a reply within") and "22 minutes (6 threads)" in line for line in lines
    )
    assert "Read of Nimbo: 0 of 7 days, and 0 of the 28 before." in told.stdout
    assert "Read of =Acme Vélo: 7 of 7 days, and 28 of the 28 before." in told.stdout


def test_the_table_speaks_french(watch: Path) -> None:
    told = run(watch, "acme")

    assert "Communautés du vendredi 13 novembre 08:00 au vendredi 20 novembre 08:00" in told.stdout
    assert "Répondus en un jour" in told.stdout
    assert "Nimbo" not in told.stdout


def test_json_and_csv_hold_every_figure_telling_or_not(watch: Path) -> None:
    records = [json.loads(line) for line in run(watch, "--json").stdout.splitlines()]
    rows = list(csv.DictReader(StringIO(run(watch, "--csv").stdout)))

    figures = [each for each in records if each["type"] == "figure"]
    assert [(each["organisation"], each["measure"]) for each in figures] == [
        (organisation, measure.id) for organisation in ("nimbo", "acme") for measure in MEASURES
    ]
    assert [each["measure"] for each in rows] == [each["measure"] for each in figures]
    (row,) = (each for each in rows if (each["organisation"], each["measure"]) == ("acme", "staff_share"))
    assert (row["value"], row["count"], row["is_telling"]) == ("0.5", "8", "true")
    assert row["until"] == "2026-11-20T07:00:00+00:00"
    (few,) = (each for each in figures if (each["organisation"], each["measure"]) == ("acme", "solved"))
    assert (few["is_telling"], few["value"], few["low"], few["high"]) == (False, None, None, None)
    silent = [each for each in figures if not each["is_telling"]]
    assert {(each["value"], each["low"], each["change"]) for each in silent} == {(None, None, None)}


def test_spam_in_our_own_place_is_counted_beside_the_table() -> None:
    at_home = {"source": "nimbo-forum", "owner": "nimbo", "published": END - DAY}
    spam = document("spam", intent="spam", **at_home)
    posts = [document(f"post{n}", intent="other", **at_home) for n in range(9)]
    lines, details = compared([spam, *posts])
    few, (row,) = compared([spam])

    assert "Spam and trolling in your community, left out: 1 of 10 posts (10%)." in lines
    assert (details[0].noise, details[0].posts, details[0].share, details[0].is_telling) == (1, 10, 0.1, True)
    assert "Spam and trolling in your community, left out: 1 of 1 post (too few to say)." in few
    assert (row.share, row.share_low, row.share_high, row.is_telling) == (None, None, None, False)


def compared(documents: list[Document]) -> tuple[list[str], list[NoiseRow]]:
    watch = watchlist(language="en")
    scope = Scope(index=MemoryIndex(documents, read_daily(40)), watchlist=watch, window=WEEK)
    voice = Voice(language="en", timezone=watch.timezone, messages=load_messages("en"))
    sheet = make_compare_sheet(Teller(scope=scope, voice=voice), ["nimbo"], width=120)
    return [each.text.strip() for each in sheet.lines], [
        each for each in sheet.details if isinstance(each, NoiseRow)
    ]


def test_json_holds_what_the_table_has_no_place_for(watch: Path) -> None:
    records = [json.loads(line) for line in run(watch, "acme", "--json").stdout.splitlines()]
    details = {each["type"]: each for each in records if each["type"] != "figure"}

    assert details["coverage"] == {
        "type": "coverage",
        "organisation": "acme",
        "days": 7,
        "covered_days": 7,
        "days_before": 28,
        "covered_days_before": 28,
    }
    assert details["staffing"]["replies"] == 4
    assert details["staffing"]["hours"] == [9]  # each an hour after its thread, by the clock of Paris


def test_a_period_is_named_by_days_or_by_its_ends_a_day_included(watch: Path) -> None:
    told = run(watch, "acme", "--since", "2026-11-16", "--until", "2026-11-18", "--json").stdout
    records = [json.loads(line) for line in told.splitlines()]

    first, coverage = records[0], next(each for each in records if each["type"] == "coverage")
    assert (first["since"], first["until"]) == ("2026-11-15T23:00:00+00:00", "2026-11-18T23:00:00+00:00")
    assert coverage["days"] == 3


@pytest.mark.parametrize(
    "arguments",
    [("--days", "7", "--since", "now-3d"), ("--since", "one day"), ("--since", "now", "--until", "now-1d")],
)
def test_a_period_that_is_none_is_a_usage_error(watch: Path, arguments: tuple[str, ...]) -> None:
    assert run(watch, *arguments).exit_code == 2


def test_an_organisation_without_a_community_is_refused(watch: Path) -> None:
    refused = run(watch, "bolide")

    assert refused.exit_code != 0
    assert "no community to compare" in str(refused.exception)


def test_hostile_titles_cannot_steer_the_terminal(tmp_path: Path) -> None:
    title = "\x1b[2J=cmd\u202e\u2066 <b>bold</b>"
    world = [
        thread("t", ago=DAY, title=title),
        *(reply(f"r{n}", "t", author=f"who {n}", ago=HOUR) for n in range(5)),
    ]
    scope = Scope(index=MemoryIndex(world, read_daily(40)), watchlist=watchlist(), window=WEEK)

    sheet = make_compare_sheet(teller_of(scope), ["acme"], width=100)

    told = "\n".join(each.text for each in sheet.lines)
    assert "=cmd <b>bold</b>" in told
    assert not {"\x1b", "\u202e", "\u2066"} & set(told)


def test_both_indexes_give_the_same_sheet(watch: Path) -> None:
    index = open_index(IndexSettings(), folder=watch / ".veilleur" / "index", environ={})
    memory = MemoryIndex(community(), read_daily(40))

    sheets = [
        make_compare_sheet(
            teller_of(Scope(index=each, watchlist=watchlist(), window=WEEK)), ["acme"], width=100
        )
        for each in (index, memory)
    ]
    index.close()

    assert sheets[0] == sheets[1]


def teller_of(scope: Scope) -> Teller:
    return Teller(
        scope=scope, voice=Voice(language="en", timezone="Europe/Paris", messages=load_messages("en"))
    )


# the table as text


def comparison(columns: int) -> Comparison:
    cell = Cell(value="80% of 25 threads", change="up from 60%", bar=0.8)
    return Comparison(
        title="Communities",
        columns=tuple(f"Rival {n}" for n in range(columns)),
        rows=(Row(id="solved", name="Solved", cells=(cell,) * columns),),
        notes=("A note.",),
    )


@pytest.mark.parametrize(("width", "tables"), [(60, 5), (80, 3), (110, 2), (200, 1)])
def test_a_table_too_wide_is_cut_into_several(width: int, tables: int) -> None:
    lines = [each.text for each in comparison_lines(comparison(5), width=width)]

    assert sum(line.startswith("Solved") for line in lines) == tables
    assert all(display_width(line) <= width for line in lines)
    assert " ".join(lines).count("Rival") == 5
