"""One worker at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crawlers.locks import hold_lock
from watchlists.errors import LockHeld

ROOT = Path(__file__).parents[1]
HOLDER = """
import sys
from pathlib import Path
from crawlers.locks import hold_lock

with hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_held_by_one_and_names_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with hold_lock(path), pytest.raises(LockHeld) as refusal, hold_lock(path):
        pass

    assert str(os.getpid()) in str(refusal.value)
    assert str(path) in str(refusal.value)
    assert len(refusal.value.parts()) == 3
    assert refusal.value.exit_code == 0


def test_a_lock_given_back_can_be_taken_again(tmp_path: Path) -> None:
    path = tmp_path / ".veilleur" / "run.lock"
    with hold_lock(path):
        first = path.read_text()
    with hold_lock(path):
        second = path.read_text()

    assert first == second == f"{os.getpid()}\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_lock_of_a_killed_process_is_free_at_once(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(LockHeld, match=str(process.pid)), hold_lock(path):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        with hold_lock(path):
            holder = path.read_text()

    assert holder == f"{os.getpid()}\n"


def test_a_program_started_meanwhile_does_not_inherit_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with hold_lock(path):
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
        )
    with hold_lock(path):
        is_alive = child.poll() is None
    child.communicate()

    assert is_alive
