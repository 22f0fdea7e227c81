"""The documentation says what the program does."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest

import cli
from crawlers.readers import READERS
from watchlists.model import SOURCE_KINDS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND_LINE = re.compile(r"^(?:\$ )?veilleur (?P<arguments>[^\n#]*)", re.MULTILINE)


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "write_commands.py"))

    assert script["PAGE"].read_text(encoding="utf-8") == script["write_page"]()


def test_every_kind_that_can_be_read_has_its_row_and_the_readme_the_same_table() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "write_commands.py"))
    kinds = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in kinds.splitlines() if line[:3] == "| `"
    ]

    assert {row[0].strip("`") for row in rows} == set(SOURCE_KINDS)
    assert set(READERS) <= set(SOURCE_KINDS)
    assert all(len(row) == 5 and all(row) for row in rows)
    assert script["fill_readme"](readme, kinds) == readme


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]

    missing = [link for link in links if not (page.parent / link).exists() and not link.startswith("mailto:")]

    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_shown_exists(page: Path) -> None:
    blocks = re.findall(r"```(?:console|sh|bash)?\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    shown = [line for block in blocks for line in COMMAND_LINE.findall(block)]

    names = {shlex.split(line.replace("…", ""))[0] for line in shown if line.strip()}

    assert {name for name in names if not name.startswith("-")} <= set(cli.COMMANDS)
