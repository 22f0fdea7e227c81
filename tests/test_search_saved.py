"""Saved searches: told once at the end of a run, a section of the digest, kept and let go by command."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import cli
from pipelines.document import Document
from search.asking import read_query
from search.books.ledger import Ledger
from search.deliver.channels import open_channels
from search.deliver.dispatch import Dispatch
from search.deliver.feeds import find_hits
from search.press.edition import build_digest
from search.press.printing import print_digest
from search.render.formats import render_all
from search.render.json import read_json
from tests.delivering import Hook, in_order, webhook_server
from tests.documents import document, outcome
from tests.memory_index import MemoryIndex
from tests.morning import END, WINDOW, history, news, outcomes, watchlist
from tests.test_search_command_digest import WATCHLIST
from watchlists.errors import WatchlistError
from watchlists.load import load_watchlist
from watchlists.messages import load_messages
from watchlists.model import Alerts, Decision, Delivery, SavedSearch, Watchlist, Webhook

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PANNES = SavedSearch(id="pannes", name="Pannes d’ici", query="title:panne", alert=True)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook_server() as found:
        yield found


def breakdown(number: int, seen: datetime, **values: Any) -> Document:
    title = f"Encore une panne, la numéro {number}, place du marché"
    defaults = {"title": title, "text": f"{title}.", "published": seen - HOUR / 4, "first_seen": seen}
    return document(f"panne{number:02}", **{**defaults, **values})


def watch_of(*searches: SavedSearch, **changes: Any) -> Watchlist:
    delivery = Delivery(webhooks=(Webhook(id="equipe", url_env="HOOK"),))
    return watchlist(searches=searches, delivery=delivery, **changes)


def end_run(
    root: Path, watch: Watchlist, hook: Hook, documents: Sequence[Document], *, now: datetime
) -> list[str]:
    """What the chat is told at the end of a run: the titles of each message, after its own."""
    before = len(hook.bodies)
    index = MemoryIndex([each for each in documents if each.first_seen <= now], [outcome()])
    with Ledger.open(root / "ledger.db") as ledger:
        channels = open_channels(watch, {"HOOK": hook.url})
        errand = Dispatch(
            watchlist=watch, index=index, ledger=ledger, channels=channels, now=now, pause=lambda _: None
        )
        assert list(errand.send()) is not None
    messages = [json.loads(body) for body in hook.bodies[before:]]
    return [
        text
        for each in messages
        for text in (each["title"], *(s["title"] for part in each["sections"] for s in part["stories"]))
    ]


def test_new_finds_are_told_once_in_one_message_a_search(tmp_path: Path, hook: Hook) -> None:
    watch = watch_of(PANNES)
    found = [breakdown(n, END + n * HOUR / 4) for n in range(1, 4)]
    assert end_run(tmp_path, watch, hook, found, now=END) == []

    told = end_run(tmp_path, watch, hook, found, now=END + HOUR)
    again = end_run(tmp_path, watch, hook, found, now=END + 2 * HOUR)

    assert told[0] == "3 nouveaux textes pour «\u00a0Pannes d’ici\u00a0»"
    assert set(told[1:]) == {each.title for each in found}
    assert again == []


def test_what_the_first_run_after_saving_reads_is_new_and_all_before_is_not(
    tmp_path: Path, hook: Hook
) -> None:
    found = [breakdown(1, END - HOUR), breakdown(2, END)]

    told = end_run(tmp_path, watch_of(PANNES), hook, found, now=END)

    assert told[1:] == [found[1].title]


def test_a_new_sources_history_is_never_told(tmp_path: Path, hook: Hook) -> None:
    found = [breakdown(1, END, is_backfill=True), breakdown(2, END, deleted=END)]

    assert end_run(tmp_path, watch_of(PANNES), hook, found, now=END) == []


def test_ten_are_listed_and_the_rest_is_counted_with_the_way_there(tmp_path: Path, hook: Hook) -> None:
    end_run(tmp_path, watch_of(PANNES), hook, [breakdown(n, END) for n in range(14)], now=END)
    body = json.loads(hook.bodies[0])

    assert len(body["sections"][0]["stories"]) == 10
    assert body["documents"] == 14
    assert body["coverage"].endswith("et 4 de plus.")


def test_what_was_indexed_late_is_told_by_the_next_run(tmp_path: Path, hook: Hook) -> None:
    watch, late = watch_of(PANNES), breakdown(1, END + HOUR)
    end_run(tmp_path, watch, hook, [], now=END)
    assert end_run(tmp_path, watch, hook, [], now=END + 2 * HOUR) == []

    assert end_run(tmp_path, watch, hook, [late], now=END + 3 * HOUR)[1:] == [late.title]


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(replace(PANNES, query="title:trottinette"), id="another-query"),
        pytest.param(replace(PANNES, alert=False), id="switched-off"),
    ],
)
def test_a_search_changed_or_switched_off_meanwhile_begins_anew(
    tmp_path: Path, hook: Hook, between: SavedSearch
) -> None:
    found = [breakdown(1, END + HOUR)]
    end_run(tmp_path, watch_of(PANNES), hook, found, now=END)
    end_run(tmp_path, watch_of(between), hook, found, now=END + HOUR)

    assert end_run(tmp_path, watch_of(PANNES), hook, found, now=END + 2 * HOUR) == []


def test_quiet_hours_gather_what_is_found_into_one_message(tmp_path: Path, hook: Hook) -> None:
    watch = watch_of(PANNES, alerts=Alerts(quiet_from=time(9), quiet_until=time(12)))
    found = [breakdown(n, END + n * HOUR) for n in range(1, 4)]
    end_run(tmp_path, watch, hook, found, now=END)

    held = [end_run(tmp_path, watch, hook, found, now=END + n * HOUR) for n in range(1, 4)]
    told = end_run(tmp_path, watch, hook, found, now=END + 4 * HOUR)

    assert held == [[], [], []]
    assert len(told) == 4


def test_a_mute_is_obeyed(tmp_path: Path, hook: Hook) -> None:
    mute = Decision(action="mute", subject="panne01", why="Connue", on=date(2026, 11, 1))
    found = [breakdown(1, END), breakdown(2, END)]

    told = end_run(tmp_path, watch_of(PANNES, decisions=(mute,)), hook, found, now=END)

    assert told[1:] == [found[1].title]


def test_a_refused_message_is_sent_by_the_next_run_and_only_then(tmp_path: Path, hook: Hook) -> None:
    found = [breakdown(1, END)]
    hook.statuses += [404]
    assert end_run(tmp_path, watch_of(PANNES), hook, found, now=END) == []

    assert end_run(tmp_path, watch_of(PANNES), hook, found, now=END + HOUR)[1:] == [found[0].title]
    assert end_run(tmp_path, watch_of(PANNES), hook, found, now=END + 2 * HOUR) == []


def test_what_is_forgotten_leaves_the_ledger_and_the_rest_is_not_told_again(
    tmp_path: Path, hook: Hook
) -> None:
    found = [breakdown(1, END), breakdown(2, END)]
    end_run(tmp_path, watch_of(PANNES), hook, found, now=END)

    with Ledger.open(tmp_path / "ledger.db") as ledger:
        ledger.forget(["panne01"], ["panne01"])
        ledger.compact()

    assert not [path for path in tmp_path.glob("ledger.db*") if b"panne01" in path.read_bytes()]
    assert end_run(tmp_path, watch_of(PANNES), hook, found[1:], now=END + HOUR) == []


# a section of the digest

CARGO = SavedSearch(
    id="cargo", name="Vélos-cargos", query="title:\"vélo cargo\" OR title:'cargo'", digest=True
)


def digest_of(watch: Watchlist, found: list[Document]) -> Any:
    index = MemoryIndex(found, outcomes())
    return build_digest(index, watch, window=WINDOW, now=END, messages=load_messages(watch.language))


def test_the_digest_counts_what_a_search_found_and_shows_three_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    # A full page would shorten the lines first.
    monkeypatch.setattr("search.press.fitting.MOST_WORDS", 10_000)
    more = [breakdown(n, END - n * HOUR) for n in range(1, 6)]
    watch = watch_of(
        replace(PANNES, digest=True), CARGO, SavedSearch(id="x", name="X", query="introuvable", digest=True)
    )

    digest = digest_of(watch, [*history(), *news(), *more])

    pannes, cargo = digest.searches
    assert (pannes.id, pannes.count, len(pannes.lines)) == ("pannes", 6, 3)
    assert pannes.more.count == 3
    assert (cargo.count, len(cargo.lines)) == (4, 3)
    assert cargo.more is not None
    text = render_all(digest, load_messages("fr"))["text"].decode()
    assert text.index("EN HAUSSE") < text.index("RECHERCHES ENREGISTRÉES") < text.index("COUVERTURE")


def test_the_command_that_lists_the_rest_says_the_query_to_any_shell() -> None:
    query = 'title:panne OR title:"l\'eau"'
    more = [breakdown(n, END - n * HOUR) for n in range(1, 6)]
    watch = watch_of(SavedSearch(id="x", name="X", query=query, digest=True))

    (finds,) = digest_of(watch, more).searches

    program, name, asked = shlex.split(finds.more.command)
    found = MemoryIndex(more).search(read_query(asked, watch, now=END), limit=10)
    assert (program, name) == ("veilleur", "search")
    assert found.total == finds.count == 5


@pytest.mark.parametrize("format", ["html", "markdown", "text"])
def test_every_rendering_tells_the_same_finds(format: Any) -> None:
    digest = digest_of(watch_of(CARGO, language="en"), [*history(), *news()])
    (finds,) = digest.searches

    shown = render_all(digest, load_messages("en"))[format].decode().replace("\\", "")

    flat = " ".join(shown.split())
    assert "Saved searches" in flat or "SAVED SEARCHES" in flat
    position = flat.lower().index("saved searches")
    assert finds.sentence in flat[position:]
    assert in_order([each.title.split("’")[0] for each in finds.lines], flat[position:])


def test_a_find_is_in_exactly_one_digest_and_a_mute_is_obeyed(tmp_path: Path) -> None:
    found = [breakdown(1, END - HOUR), breakdown(2, END + HOUR)]
    watch = watch_of(replace(PANNES, digest=True, alert=False))
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        pages = [
            read_json(
                print_digest(
                    MemoryIndex(found, outcomes()), watch, ledger, now=now, messages=load_messages("fr")
                ).renderings["json"]
            )
            for now in (END, END + DAY)
        ]
    mute = Decision(action="mute", subject="panne01", why="Connue", on=date(2026, 11, 1))

    assert [[each.id for each in page.searches[0].lines] for page in pages] == [["panne01"], ["panne02"]]
    assert digest_of(replace(watch, decisions=(mute,)), found).searches == ()


def test_a_feed_holds_nothing_deleted_muted_or_written_to_disturb() -> None:
    mute = Decision(action="mute", subject="panne02", why="Connue", on=date(2026, 11, 1))
    found = [
        breakdown(1, END - HOUR),
        breakdown(2, END - HOUR),
        breakdown(3, END - HOUR, deleted=END - HOUR / 2),
        breakdown(4, END - HOUR, intent="spam"),
        breakdown(5, END - HOUR, intent="trolling"),
    ]

    hits = find_hits(MemoryIndex(found), watch_of(PANNES, decisions=(mute,)), PANNES, now=END)

    assert [each.id for each in hits] == ["panne01"]


# the commands


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "watchlist.toml").write_text(f"# Ma veille\n{WATCHLIST}", encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        cli.veilleur, ["--watch", str(folder), "--lang", "en", *arguments], obj=cli.start_context()
    )


def test_a_search_is_saved_with_its_uses_listed_changed_and_let_go(folder: Path) -> None:
    before = (folder / "watchlist.toml").read_text(encoding="utf-8")

    saved = run(folder, "search", "panne OR outage", "--save", "Pannes", "--alert", "--digest")
    assert saved.exit_code == 0, saved.output
    assert "told at the end of each run" in saved.stderr
    kept = SavedSearch(id="pannes", name="Pannes", query="panne OR outage", alert=True, digest=True)
    assert load_watchlist(folder / "watchlist.toml").searches == (kept,)

    listed = run(folder, "searches")
    assert listed.stdout.splitlines() == [
        "pannes: Pannes",
        "  panne OR outage",
        "  What it newly finds is told at the end of each run.",
        "  It has a section in each digest.",
    ]
    assert json.loads(run(folder, "searches", "--json").stdout)["query"] == "panne OR outage"

    assert run(folder, "search", "panne", "--save", "pannes", "--feed").exit_code == 0
    assert load_watchlist(folder / "watchlist.toml").searches == (
        SavedSearch(id="pannes", name="pannes", query="panne", feed=True),
    )

    assert run(folder, "searches", "--delete", "pannes").exit_code == 0
    assert (folder / "watchlist.toml").read_text(encoding="utf-8").rstrip() == before.rstrip()
    assert "No search is saved yet" in run(folder, "searches").stdout


def test_a_search_nobody_saved_cannot_be_let_go(folder: Path) -> None:
    result = run(folder, "searches", "--delete", "nothing")

    assert isinstance(result.exception, WatchlistError)
    assert result.exception.remedy == "See the ids with: veilleur searches"


def test_letting_one_search_go_keeps_the_others_and_their_comments(folder: Path) -> None:
    path = folder / "watchlist.toml"
    text = path.read_text(encoding="utf-8")
    tables = [f'\n# about {name}\n[[search]]\nname = "{name}"\nquery = "{name}"\n' for name in ("un", "deux")]
    path.write_text(text + "".join(tables), encoding="utf-8")

    assert run(folder, "searches", "--delete", "un").exit_code == 0

    assert [each.name for each in load_watchlist(path).searches] == ["deux"]
    assert "# about deux" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("flag", ["--alert", "--digest", "--feed"])
def test_a_use_without_a_name_is_a_usage_error(folder: Path, flag: str) -> None:
    assert run(folder, "search", "panne", flag).exit_code == 2
