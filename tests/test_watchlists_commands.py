"""init, check, import and export, as a person or a script runs them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import watchlists.commands.export as export_module
import watchlists.commands.import_ as import_module
from watchlists.commands.check import command as check
from watchlists.commands.context import Context
from watchlists.commands.init import ask
from watchlists.commands.init import command as init
from watchlists.errors import VeilleurError, WatchlistError
from watchlists.load import load_watchlist
from watchlists.messages import load_messages
from watchlists.starter import Answers, write_starter

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
LIST = b"""<opml version="1.0"><body>
<outline text="Blog" xmlUrl="https://blog.example/feed.xml"/>
<outline text="Forum R&D" xmlUrl="https://forum.example/latest.rss"/>
<outline text="Closed" xmlUrl="https://www.facebook.com/feeds/page.php?id=1"/>
<outline text="Local" xmlUrl="file:///etc/passwd"/>
</body></opml>"""


def run(command: click.Command, folder: Path, *words: str, data: bytes | None = None) -> Result:
    context = Context(folder=folder, now=NOW, language="en")
    result = CliRunner().invoke(command, words, obj=context, input=data)
    if isinstance(result.exception, VeilleurError):
        raise result.exception
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run(init, tmp_path, "--brand", "Acme", "--competitor", "www.bolt.example")
    return tmp_path


def test_init_without_a_terminal_takes_flags_and_writes_a_commented_watchlist(folder: Path) -> None:
    text = (folder / "watchlist.toml").read_text("utf-8")
    watchlist = load_watchlist(folder / "watchlist.toml")

    assert [(each.name, each.role) for each in watchlist.organisations] == [
        ("Acme", "own"),
        ("Bolt", "competitor"),
    ]
    assert watchlist.organisations[1].domains == ("bolt.example",)
    assert "# [[source]]" in text


def test_init_says_what_comes_next(tmp_path: Path) -> None:
    result = run(init, tmp_path, "--brand", "Acme", "--competitor", "https://bolt.example")

    assert str(tmp_path / "watchlist.toml") in result.stdout
    assert "veilleur add https://bolt.example" in result.stderr


def test_init_takes_a_server_a_name_and_a_contact(tmp_path: Path) -> None:
    words = ["--brand", 'A "b"', "--name", "V", "--contact", "v@a.example", "--language", "en"]
    run(init, tmp_path / "new", *words, "--elasticsearch", "https://search.example:9200")

    watchlist = load_watchlist(tmp_path / "new" / "watchlist.toml")
    assert (watchlist.name, watchlist.contact, watchlist.language) == ("V", "v@a.example", "en")
    assert (watchlist.index.backend, watchlist.index.url) == ("elasticsearch", "https://search.example:9200")


def test_init_never_overwrites(folder: Path) -> None:
    before = (folder / "watchlist.toml").read_bytes()

    with pytest.raises(WatchlistError, match="already"):
        run(init, folder, "--brand", "Other")

    assert (folder / "watchlist.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param([], "brand", id="no-brand"),
        pytest.param(
            ["--brand", "A", "--competitor", "https://x.com/bolt"], "X gives no lasting", id="closed"
        ),
        pytest.param(["--brand", "A", "--elasticsearch", "search:9200"], "errors: 1", id="bad-server"),
    ],
)
def test_init_refuses_before_anything_is_written(tmp_path: Path, words: list[str], said: str) -> None:
    with pytest.raises(WatchlistError, match=said) as caught:
        run(init, tmp_path, *words)

    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_init_asks_three_questions_at_most() -> None:
    asked: list[Answers] = []

    @click.command()
    def asking() -> None:
        asked.append(ask(Answers(language="", brand="")))

    result = CliRunner().invoke(asking, input="en\nAcme\nhttps://a.example, b.example\n")

    assert result.exit_code == 0
    assert asked == [Answers(language="en", brand="Acme", competitors=("https://a.example", "b.example"))]


def test_a_french_starter_is_french() -> None:
    text = write_starter(Answers(language="fr", brand="Acme"), load_messages("fr"))

    assert "Veille de Acme" in text
    assert "Qui est suivi." in text


def test_check_counts_what_is_in_order(folder: Path) -> None:
    result = run(check, folder)

    assert result.exit_code == 0
    assert "in order" in result.stdout
    assert "Organisations: 2" in result.stdout
    assert "Nothing is read yet" in result.stderr
    assert json.loads(run(check, folder, "--json").stdout)["organisations"] == 2


def test_check_says_every_error_and_exits_with_two(folder: Path) -> None:
    path = folder / "watchlist.toml"
    path.write_text(path.read_text("utf-8") + "\n[alerts]\nmin_volum = 3\nmin_authors = 0\n", "utf-8")

    result = run(check, folder, "--json")
    with pytest.raises(WatchlistError, match="min_volum") as caught:
        run(check, folder)

    report = json.loads(result.stdout)
    assert result.exit_code == caught.value.exit_code == 2
    assert report["ok"] is False
    assert [problem["line"] for problem in report["problems"]] == sorted(
        problem["line"] for problem in report["problems"]
    )
    assert "Did you mean `min_volume`?" in {problem["remedy"] for problem in report["problems"]}


def test_import_adds_feeds_once_and_says_what_it_left_out(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "subscriptions.opml"
    path.write_bytes(LIST)

    first = run(import_module.command, folder, str(path))
    before = (folder / "watchlist.toml").read_bytes()
    second = run(import_module.command, folder, "opml", str(path))

    assert [source.id for source in load_watchlist(folder / "watchlist.toml").sources] == [
        "blog",
        "forum-r-d",
    ]
    assert "Feeds added: 2. Watched already: 0. Left out: 2." in first.stderr
    assert "Facebook" in first.stderr
    assert "file:" in first.stderr
    assert "Feeds added: 0. Watched already: 2. Left out: 2." in second.stderr
    assert (folder / "watchlist.toml").read_bytes() == before


def test_import_can_say_what_it_would_do(folder: Path) -> None:
    before = (folder / "watchlist.toml").read_bytes()

    result = run(
        import_module.command, folder, "opml", "-", "--dry-run", "--json", "--organisation", "acme", data=LIST
    )

    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [record["state"] for record in records] == ["added", "added", "left out", "left out"]
    assert (folder / "watchlist.toml").read_bytes() == before


def test_import_for_an_unknown_organisation_changes_nothing(folder: Path) -> None:
    before = (folder / "watchlist.toml").read_bytes()

    with pytest.raises(WatchlistError, match="zzz"):
        run(import_module.command, folder, "opml", "-", "--organisation", "zzz", data=LIST)

    assert (folder / "watchlist.toml").read_bytes() == before


def test_what_is_imported_can_be_exported(folder: Path) -> None:
    run(import_module.command, folder, "opml", "-", data=LIST)

    result = run(export_module.command, folder, "opml")

    assert 'xmlUrl="https://forum.example/latest.rss"' in result.stdout
    assert result.stdout.startswith("<?xml")


def test_groups_list_what_they_hold() -> None:
    context = click.Context(import_module.command)

    assert import_module.command.list_commands(context) == list(import_module.SUBCOMMANDS)
    assert import_module.command.get_command(context, "nothing") is None
