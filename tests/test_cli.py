"""The door: options anywhere on the line, errors in three parts, exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli


def veilleur(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line as a user runs it, in a folder of its own."""
    program = f"import sys; sys.path.insert(0, {str(Path(cli.__file__).parent)!r}); import cli; cli.main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "HOME": str(folder), "LANG": "C.UTF-8", **environment},
    )


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help_and_the_shared_options(name: str) -> None:
    result = CliRunner().invoke(cli.veilleur, [name, "--help"], obj=cli.start_context())

    assert result.exit_code == 0, result.output
    command = cli.veilleur.get_command(None, name)
    assert command.help
    assert {"--now", "--watch", "--lang"} <= {name for param in command.params for name in param.opts}


def test_the_shared_options_count_before_and_after_the_command(tmp_path: Path) -> None:
    before = veilleur("--watch", "elsewhere", "check", folder=tmp_path)
    after = veilleur("check", "--watch", "elsewhere", folder=tmp_path)

    assert before.returncode == after.returncode == 2
    assert "elsewhere" in before.stderr
    assert before.stderr == after.stderr


def test_a_folder_without_a_watch_is_told_in_three_parts(tmp_path: Path) -> None:
    done = veilleur("run", folder=tmp_path)

    what, why, remedy = done.stderr.strip().splitlines()
    assert done.returncode == 2
    assert what
    assert why.startswith("  ")
    assert "veilleur init" in remedy


def test_an_error_speaks_french_where_the_machine_does(tmp_path: Path) -> None:
    english = veilleur("run", folder=tmp_path)
    french = veilleur("run", folder=tmp_path, LANG="fr_FR.UTF-8")

    assert english.stderr != french.stderr
    assert "veilleur init" in french.stderr


def test_a_wrong_time_shows_the_right_form(tmp_path: Path) -> None:
    done = veilleur("check", "--now", "tomorrow", folder=tmp_path)

    assert done.returncode == 2
    assert "2026-11-20T08:00:00+01:00" in done.stderr
