"""Decisions are written into the watchlist with their date and reason, and lose no comment."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from tests.conftest import NOW
from watchlists.commands.context import Context
from watchlists.load import load_watchlist

WATCHLIST = '# mine\n[watch]\nname = "Test"\nlanguage = "en"  # as I read\n'


@pytest.mark.parametrize(
    ("arguments", "action", "subject"),
    [
        (["mute", "pancake"], "mute", "pancake"),
        (["promote", "pancake"], "promote", "pancake"),
        (["places", "watch", "guidon.example"], "watch", "guidon.example"),
        (["places", "ignore", "guidon.example"], "ignore", "guidon.example"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_decision_is_kept_with_its_date_and_reason(
    tmp_path: Path, arguments: list[str], action: str, subject: str
) -> None:
    path = tmp_path / "watchlist.toml"
    path.write_text(WATCHLIST, encoding="utf-8")

    result = CliRunner().invoke(
        cli.veilleur, [*arguments, "--why", "noise"], obj=Context(folder=tmp_path, now=NOW)
    )

    assert result.exit_code == 0, result.output
    (decision,) = load_watchlist(path).decisions
    assert (decision.action, decision.subject, decision.why) == (action, subject, "noise")
    assert decision.on == date(2026, 11, 20)
    assert path.read_text(encoding="utf-8").startswith(WATCHLIST)
