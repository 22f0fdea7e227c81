"""veilleur crawl, as typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import veilleur
from tests.conftest import NOW
from tests.crawling import Watch, rss
from tests.web import Web
from watchlists.commands.context import Context
from watchlists.errors import WatchlistError


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """A watch of one good and one missing feed."""
    with Web() as web:
        made = Watch(folder=tmp_path, crawl={"delay": 0.01})
        web.page("/feed", rss(("/a", "Alpha", "Fri, 20 Nov 2026 05:00:00 GMT")))
        made.add("good", web.url("/feed"))
        made.add("missing", web.url("/none", host="127.0.0.2"))
        made.write()
        yield made


def crawl(watch: Watch, *arguments: str) -> Result:
    """Run the command in that watch."""
    context = Context(folder=watch.folder, now=NOW, language="en")
    return CliRunner().invoke(veilleur, ["crawl", *arguments], obj=context)


def test_what_happened_to_each_source_is_told_on_stderr_in_plain_lines(watch: Watch) -> None:
    result = crawl(watch)

    assert result.exit_code == 0
    assert result.stdout == ""
    assert "good: read, 1 new" in result.stderr
    assert "missing: failed (nothing is at this address any more (HTTP 404))" in result.stderr
    assert "Sources due: 2 of 2. New items: 1." in result.stderr


def test_outcomes_are_json_lines_on_demand(watch: Watch) -> None:
    result = crawl(watch, "--json", "--quiet")

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert {outcome["source"]: outcome["state"] for outcome in told} == {"good": "ok", "missing": "failed"}
    assert result.stderr == ""


def test_what_is_not_due_is_read_only_when_forced(watch: Watch) -> None:
    crawl(watch)

    again, forced = crawl(watch, "good"), crawl(watch, "good", "--force")

    assert "Sources due: 0 of 1." in again.stderr
    assert "good: unchanged" in forced.stderr


def test_an_unknown_source_is_refused_with_those_there_are(watch: Watch) -> None:
    result = crawl(watch, "god")

    assert isinstance(result.exception, WatchlistError)
    assert "good, missing" in str(result.exception)
