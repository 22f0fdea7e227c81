"""Documents refused for good are held until they change or somebody lets them go."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from click.testing import CliRunner

from search.commands.quarantine import command
from search.index import Refusal
from search.quarantine import Held, hold, read_quarantine, release, without_held
from watchlists.commands.context import Context

REFUSALS = (Refusal(id="b", reason="too large"), Refusal(id="a", reason="no such field"))
DIGESTS = {"a": "a1", "b": "b1", "c": "c1"}


def test_what_was_refused_is_held_with_its_reason_and_version(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "quarantine.json"

    hold(path, REFUSALS, DIGESTS, now=now)

    assert read_quarantine(path) == (
        Held(id="a", digest="a1", reason="no such field", at=now),
        Held(id="b", digest="b1", reason="too large", at=now),
    )
    assert path.stat().st_mode & 0o077 == 0


def test_a_document_is_sent_again_once_it_has_changed(tmp_path: Path, now: datetime) -> None:
    held = hold(tmp_path / "quarantine.json", REFUSALS, DIGESTS, now=now)

    assert without_held(["a", "b", "c"], DIGESTS, held) == ["c"]
    assert without_held(["a", "b", "c"], {**DIGESTS, "a": "a2"}, held) == ["a", "c"]


def test_a_second_refusal_replaces_the_first(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "quarantine.json"
    hold(path, REFUSALS, DIGESTS, now=now)

    held = hold(path, [Refusal(id="a", reason="still not")], {"a": "a2"}, now=now)

    assert [(each.id, each.digest, each.reason) for each in held] == [
        ("a", "a2", "still not"),
        ("b", "b1", "too large"),
    ]


def test_a_broken_file_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "quarantine.json"
    path.write_text("{")

    assert read_quarantine(path) == ()
    assert release(path) == 0


def test_the_command_lists_and_lets_go(tmp_path: Path, now: datetime) -> None:
    state = tmp_path / ".veilleur"
    state.mkdir()
    hold(state / "quarantine.json", REFUSALS, DIGESTS, now=now)
    context = Context(folder=tmp_path, now=now, language="fr")

    listed = CliRunner().invoke(command, ["list", "--json"], obj=context)
    retried = CliRunner().invoke(command, ["retry", "a"], obj=context)

    assert [json.loads(line)["id"] for line in listed.stdout.splitlines()] == ["a", "b"]
    assert "1 document sera renvoyé." in retried.stderr
    assert [each.id for each in read_quarantine(state / "quarantine.json")] == ["b"]


def test_an_empty_quarantine_says_so(tmp_path: Path, now: datetime) -> None:
    context = Context(folder=tmp_path, now=now, language="en")

    listed = CliRunner().invoke(command, ["list"], obj=context)

    assert "No document is in quarantine." in listed.stderr
