"""The commands that print a sheet, from the command line over a real embedded index."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from crawlers.archive import Archive
from crawlers.archive.states import AccountSeen
from search.backends import open_index
from search.books.ledger import Ledger
from search.books.looks import LOOKS, Look
from search.folder import WatchFolder
from search.tables import FORMULA_STARTS
from tests.documents import document, mention
from tests.hostile_titles import HOSTILE_TITLES
from tests.morning import END, history, news, outcomes
from watchlists.messages import load_messages
from watchlists.model import IndexSettings

DAY = timedelta(days=1)
WATCHLIST = """
[watch]
name = "Veille Nimbo"
language = "fr"
timezone = "Europe/Paris"

[[organisation]]
id = "nimbo"
name = "Nimbo"
role = "own"
domains = ["nimbo.example"]

[[organisation]]
id = "acme"
name = "Acme Vélo"
accounts = ["https://www.linkedin.com/company/acme"]

[[source]]
id = "nimbo-forum"
url = "https://forum.nimbo.example"
organisation = "nimbo"

[[source]]
id = "acme-blog"
url = "https://blog.acme.example/feed"
organisation = "acme"

[[source]]
id = "gazette"
name = "La Gazette des villes"
url = "https://www.gazette.example/feed"

[[source]]
id = "cyclist"
url = "https://cyclist.example/feed"

[[campaign]]
id = "all-in"
name = "Tout compris"
organisation = "acme"
start = 2026-11-16
end = 2026-11-18
hashtags = ["#toutcompris"]
"""
COMMANDS = ("voice", "tone", "trends abonnement", "reception", "calendar --past", "campaigns", "places",
            "places --to-be", "presence")  # fmt: skip


def put(folder: Path, documents: list[object]) -> Path:
    (folder / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    index = open_index(IndexSettings(), folder=folder / ".veilleur" / "index", environ={})
    index.put(documents)  # type: ignore[arg-type]
    index.put_outcomes(outcomes())
    index.commit()
    index.close()
    return folder


def plants() -> list[object]:
    """A crisis of late fees, a contest to come, posts with a reception, a place people link to."""
    angry = [
        document(
            f"angry{n}",
            text=f"Numéro {n} : les pénalités de Nimbo sont abusives.",
            mentions=(mention("nimbo", "negative"),),
            phrases=("pénalité",),
            source=("gazette", "cyclist")[n % 2],
            author=f"angry-{n}",
            published=END - 2 * DAY,
        )
        for n in range(12)
    ]
    contest = document(
        "contest",
        title="Concours photo : à vos guidons le 3 décembre",
        source="acme-blog",
        owner="acme",
        author_is_staff=True,
        published=END - 3 * DAY,
    )
    received = [
        document(
            f"post{n}",
            kind="article",
            title=f"Nouvelle {n}",
            source="acme-blog",
            owner="acme",
            engagement_vs_norm=2.0 + n / 10,
            published=END - (1 + 7 * (n % 5)) * DAY,
        )
        for n in range(10)
    ]
    return [*angry, contest, *received]


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put(tmp_path_factory.mktemp("watch"), [*history(), *news(), *plants()])


def run(folder: Path, line: str, *arguments: str, at: str = END.isoformat()) -> Result:
    before = ["--watch", str(folder), "--now", at]
    return CliRunner().invoke(cli.veilleur, [*before, *line.split(), *arguments], obj=cli.start_context())


@pytest.mark.parametrize("line", COMMANDS)
def test_each_prints_lines_objects_and_a_table_of_the_same_rows(watch: Path, line: str) -> None:
    lines, objects, table = (run(watch, line, *form) for form in ((), ("--json",), ("--csv",)))

    assert (lines.exit_code, objects.exit_code, table.exit_code) == (0, 0, 0), lines.output + objects.output
    records = [json.loads(each) for each in objects.stdout.splitlines()]
    rows = list(csv.DictReader(io.StringIO(table.stdout)))
    assert rows
    assert all(set(each) == set(rows[0]) for each in records[: len(rows)])
    assert lines.stdout.strip()


@pytest.mark.parametrize("line", COMMANDS)
def test_french_and_english_say_different_words(watch: Path, line: str) -> None:
    french, english = (run(watch, line, "--lang", each).stdout for each in ("fr", "en"))

    assert french != english
    untranslated = load_messages("fr").gettext
    assert all(
        untranslated(each) == each or each not in french.splitlines() for each in english.splitlines() if each
    )


@pytest.mark.parametrize("line", [each for each in COMMANDS if each != "presence"])
def test_each_says_what_was_read(watch: Path, line: str) -> None:
    said = run(watch, line, "--lang", "en").stdout

    assert "Coverage: 3 of 4 sources read" in said
    assert "1 source of 4 could not be read: cyclist." in said


def test_voice_shows_share_base_and_interval(watch: Path) -> None:
    said = run(watch, "voice", "--lang", "en").stdout

    assert "16 mentions by others" in said  # twelve angry ones, two of the press; two of Acme’s launch
    assert "Nimbo                    ██████████████░░ 88% (between 64% and 97%)" in said
    assert "14 of 16 mentions" in said


def test_tone_shows_the_counts_the_net_and_what_is_complained_of(watch: Path) -> None:
    said = run(watch, "tone nimbo", "--lang", "en").stdout

    assert "negative                 ███████████████░ 13" in said
    assert "net tone: −0.86 (between " in said
    assert "complained of: pénalité (12 authors, 0 in other texts)" in said
    assert "« Numéro 0 : les pénalités de Nimbo sont abusives. »" in said.replace("\u00a0", " ")


def test_phrases_and_malfunctions_are_objects_of_their_own_type(watch: Path) -> None:
    records = [json.loads(each) for each in run(watch, "tone", "--json").stdout.splitlines()]

    types = [each["type"] for each in records]
    assert {"tone", "phrase", "malfunction"} == set(types)
    assert "angry-" not in json.dumps([each for each in records if each["type"] == "phrase"])


def test_trends_take_words_and_queries(watch: Path) -> None:
    said = run(watch, "trends pénalité phrase:abonnement", "--lang", "en").stdout

    assert "pénalité" in said
    assert "12 texts · 12 authors · 2 sources" in said
    assert "2 texts · 2 authors · 2 sources" in said  # the third is a copy


def test_the_calendar_lists_what_is_to_come_and_past_on_demand(watch: Path) -> None:
    ahead, everything = run(watch, "calendar").stdout, run(watch, "calendar --past").stdout

    assert "3 décembre" in ahead
    assert "concours   Acme Vélo · Concours photo" in ahead
    assert "Acme Vélo lance un abonnement" not in ahead
    assert "Acme Vélo lance un abonnement" in everything


def test_reception_shows_the_best_slots(watch: Path) -> None:
    said = run(watch, "reception acme", "--lang", "en").stdout

    assert "Acme Vélo · 10 posts" in said
    assert "Well received beyond chance: Thursday 08:00" in said


def test_campaigns_are_found_by_id(watch: Path) -> None:
    assert "Tout compris · Acme Vélo" in run(watch, "campaigns all-in").stdout
    refused = run(watch, "campaigns other")
    assert "There is no campaign other" in str(refused.exception)


def test_places_tell_what_is_there_and_how_to_decide(watch: Path) -> None:
    with Ledger.open(WatchFolder(root=watch).ledger) as ledger:
        ledger.ask_probe("placevelo.example", asked=END)
        look = Look(place="placevelo.example", kind="discourse", software="Discourse", title="Place Vélo")
        ledger.answer_probe("placevelo.example", LOOKS.dump_json(look).decode())

    said = run(watch, "places", "--lang", "en").stdout

    assert "placevelo.example" in said
    assert "There: “Place Vélo” (Discourse)." in said
    assert "veilleur places watch|ignore placevelo.example" in said
    record = json.loads(run(watch, "places", "--json").stdout.splitlines()[0])
    (row,) = csv.DictReader(io.StringIO(run(watch, "places", "--csv").stdout))
    found = {"software": "Discourse", "kind": "discourse", "title": "Place Vélo", "reason": ""}
    assert {name: record[name] for name in found} == {name: row[name] for name in found} == found
    assert (record["is_looked_at"], record["is_forbidden"], row["is_forbidden"]) == (True, False, "false")


def test_a_place_nobody_looked_at_has_nothing_found(tmp_path: Path) -> None:
    record = json.loads(run(put(tmp_path, [*history(), *news()]), "places", "--json").stdout)

    assert (record["domain"], record["is_looked_at"]) == ("placevelo.example", False)
    assert (record["software"], record["title"], record["is_forbidden"]) == ("", "", None)


def test_where_to_be_shows_the_score_in_parts(watch: Path) -> None:
    said = run(watch, "places --to-be", "--lang", "en").stdout

    assert "La Gazette des villes" in said
    assert "subjects" in said
    assert "activity" in said
    assert "rivals" in said


def test_presence_reads_accounts_from_the_archive(watch: Path) -> None:
    with Archive.open(WatchFolder(root=watch).archive) as archive:
        archive.put_accounts(
            [
                AccountSeen(
                    organisation="acme",
                    network="YouTube",
                    url="https://www.youtube.com/@acme",
                    is_readable=True,
                    first_seen=END - 9 * DAY,
                )
            ]
        )

    said = run(watch, "presence", "--lang", "en").stdout

    assert "named on its site · first seen 11 November" in said
    assert "not watched: veilleur add https://www.youtube.com/@acme" in said
    assert "Networks nothing here can read: LinkedIn." in said


@pytest.mark.parametrize("line", ["voice", "tone", "reception", "calendar", "presence"])
def test_an_organisation_nobody_knows_is_refused_with_those_known(watch: Path, line: str) -> None:
    refused = run(watch, f"{line} nobody")

    assert "There is no organisation nobody" in str(refused.exception)
    assert "nimbo, acme" in str(refused.exception)


@pytest.mark.parametrize(
    "line", ["voice --since soon", "tone --days 0", "calendar --since now --until now-1d", "trends"]
)
def test_periods_and_terms_that_make_no_sense_are_usage_errors(watch: Path, line: str) -> None:
    assert run(watch, line).exit_code == 2


@pytest.mark.parametrize("line", COMMANDS)
def test_an_empty_watch_has_too_little_to_say(tmp_path: Path, line: str) -> None:
    said = run(put(tmp_path, []), line, "--lang", "en")

    assert said.exit_code == 0, said.output
    table = run(tmp_path, line, "--csv")
    assert table.exit_code == 0
    assert table.stdout.startswith("type,")  # a table without rows has its header


def test_a_figure_below_its_floor_is_marked_and_empty_in_json_and_in_the_table(tmp_path: Path) -> None:
    few = [
        document(f"few{n}", mentions=(mention("nimbo", "negative"),), published=END - DAY, text="Le frein.")
        for n in range(2)
    ]
    post = document("post", source="acme-blog", owner="acme", engagement_vs_norm=2.0, published=END - DAY)
    folder = put(tmp_path, [*few, post])
    empty = {
        "voice nimbo": ("share", "share_low", "share_high", "is_changed"),
        "tone nimbo": ("net", "net_low", "net_high", "change_low"),
        "reception acme": ("reception", "low", "high", "is_good"),
    }

    for line, names in empty.items():
        records = [json.loads(each) for each in run(folder, line, "--json").stdout.splitlines()]
        rows = list(csv.DictReader(io.StringIO(run(folder, line, "--csv").stdout)))
        assert [records[0][name] for name in names] == [None] * len(names)
        assert [rows[0][name] for name in names] == [""] * len(names)
        assert (records[0]["is_telling"], rows[0]["is_telling"]) == (False, "false")
    (course,) = (
        each
        for each in map(json.loads, run(folder, "trends frein", "--json").stdout.splitlines())
        if each["type"] == "term"
    )
    assert (course["total"], course["is_telling"], course["usual"]) == (2, False, None)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rival's launches, complaints and links, all titled to break out."""
    documents: list[object] = []
    for number, title in enumerate(HOSTILE_TITLES):
        launch = f"{title} lance le 3 décembre"
        documents += [
            document(f"launch{number}", title=launch, source="acme-blog", owner="acme", author_is_staff=True),
            *(
                document(
                    f"angry{number}-{voice}",
                    title=title,
                    text=f"{title} pénalité abusive. Une phrase de plus.",
                    mentions=(mention("nimbo", "negative"),),
                    intent="malfunction",
                    phrases=(title[:80], "pénalité abusif"),
                    author=f"voice-{voice}",
                    link_domains=(title[:60],),
                    source=("gazette", "cyclist")[voice % 2],
                )
                for voice in range(3)
            ),
        ]
    return put(tmp_path_factory.mktemp("hostile"), documents)


@pytest.mark.parametrize("line", ["tone", "calendar", "places", "places --to-be", "trends pénalité"])
def test_hostile_titles_appear_as_text(hostile: Path, line: str) -> None:
    said = run(hostile, line)
    cells = [cell for row in csv.reader(io.StringIO(run(hostile, line, "--csv").stdout)) for cell in row]

    assert said.exit_code == 0, said.output
    unwanted = {each for each in said.stdout.replace("\n", "") if unicodedata.category(each) in {"Cc", "Cf"}}
    assert unwanted <= {"\u200c", "\u200d"}
    assert [cell for cell in cells if cell.startswith(FORMULA_STARTS) and not is_number(cell)] == []


def is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).isdigit()
