"""What deploy/ holds fits the program: commands that parse, files that exist, an install that works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import cli
from tests.elasticsearch_server import VERSION

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
EVERY_HOUR = DEPLOY / "every-hour"


def compose() -> dict[str, Any]:
    """compose.yaml, anchors resolved."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def instructions(name: str) -> list[str]:
    """The arguments of every Dockerfile instruction of that name, continued lines joined."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.removeprefix(name).strip() for line in text.splitlines() if line.startswith(f"{name} ")]


def our_services() -> dict[str, dict[str, Any]]:
    """The services that run Veilleur."""
    return {name: each for name, each in compose()["services"].items() if each["image"] == "veilleur"}


def commands() -> Iterator[list[str]]:
    """Every `veilleur ...` line of compose.yaml, in words, without the name."""
    for service in our_services().values():
        for line in service["command"]:
            program, *words = shlex.split(line)
            assert program == "veilleur"
            yield words


def test_every_command_of_the_services_is_understood() -> None:
    lines = list(commands())
    assert len(lines) == 4
    for words in lines:
        context = cli.veilleur.make_context("veilleur", list(words), obj=cli.start_context())
        name, command, rest = cli.veilleur.resolve_command(context, [*context._protected_args, *context.args])
        assert command is not None
        command.make_context(name, rest, parent=context)


def test_the_workers_share_the_sources_out_and_one_desk_sends() -> None:
    lines = [" ".join(words) for words in commands()]
    shards = sorted(match for line in lines for match in re.findall(r"--shard (\d+/\d+)", line))
    assert shards == [f"{number}/{len(shards)}" for number in range(1, len(shards) + 1)]
    assert sum("--desk" in line for line in lines) == 1
    assert sum("--deliver" in line for line in lines) == 1


def test_every_volume_and_secret_that_is_used_is_declared() -> None:
    whole = compose()
    named = {
        volume.split(":")[0]
        for service in whole["services"].values()
        for volume in service["volumes"]
        if not volume.startswith(".")
    }
    secrets = {
        secret if isinstance(secret, str) else secret["source"]
        for service in our_services().values()
        for secret in service["secrets"]
    }
    assert named == set(whole["volumes"])
    assert secrets == set(whole["secrets"])


def test_no_two_services_write_the_same_state() -> None:
    states = [each["volumes"][-1].split(":") for each in our_services().values()]
    assert {place for _, place in states} == {"/watch/.veilleur"}
    assert len({volume for volume, _ in states}) == len(states) == 3


def test_the_server_is_of_the_version_the_tests_run_on_and_is_not_published() -> None:
    server = compose()["services"]["elasticsearch"]
    assert server["image"].endswith(f"elasticsearch:{VERSION}")
    assert not any("ports" in service for service in compose()["services"].values())


def test_the_image_copies_what_exists_and_runs_without_root() -> None:
    sources = [word for line in instructions("COPY") for word in line.split()[:-1]]
    assert {"watchlists", "crawlers", "pipelines", "search", "cli.py"} <= set(sources)
    assert all((ROOT / each).exists() for each in sources)
    assert instructions("USER") == ["veilleur"]


def test_every_hour_goes_on_after_a_command_that_fails(tmp_path: Path) -> None:
    lines = ["echo first >> said", "false", "echo last >> said"]
    environ = {**os.environ, "ONCE": "1"}
    done = subprocess.run(
        [EVERY_HOUR, *lines], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
    )
    assert (tmp_path / "said").read_text() == "first\nlast\n"
    assert "'false' ended with 1" in done.stderr


def test_every_hour_ends_when_it_is_told_to(tmp_path: Path) -> None:
    with subprocess.Popen([EVERY_HOUR, "echo done"], cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"done\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 143


def test_every_hour_tells_the_command_that_runs_and_waits_for_it(tmp_path: Path) -> None:
    command = tmp_path / "command"
    command.write_text(
        "#!/bin/sh\ntrap 'echo told >> said; exit 0' TERM\necho ready\nsleep 60 & wait\n", encoding="utf-8"
    )
    command.chmod(0o755)
    with subprocess.Popen([EVERY_HOUR, command], cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 143
        process.stdout.close()
    assert (tmp_path / "said").read_text() == "told\n"


@pytest.mark.parametrize("minute", ["08", "09", "0", "59"])
def test_every_hour_waits_at_every_minute_there_is(minute: str, tmp_path: Path) -> None:
    environ = {**os.environ, "MINUTE": minute}
    with subprocess.Popen(
        [EVERY_HOUR, "echo done"], cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"done\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 143
        assert process.stderr.read() == b""


@pytest.mark.parametrize("minute", ["x", "7m", "-1", "008"])
def test_every_hour_refuses_what_is_no_minute(minute: str, tmp_path: Path) -> None:
    environ = {**os.environ, "MINUTE": minute, "ONCE": "1"}
    done = subprocess.run(
        [EVERY_HOUR, "echo done"], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert minute in done.stderr


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """What the Dockerfile's COPY and RUN pip lines make, in an environment of its own; its bin folder."""
    for line in instructions("COPY"):
        *copied, target = line.split()
        for each in copied:
            _copy(ROOT / each, tmp_path / target.removeprefix("/"), is_folder=target.endswith("/"))
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    for line in instructions("RUN python -m pip"):
        words = [word.replace("/src", f"{tmp_path}/src", 1) for word in shlex.split(line)]
        done = subprocess.run(
            [environment / "bin" / "python", "-m", "pip", "--quiet", *words],
            capture_output=True,
            text=True,
            check=False,
        )
        if "NewConnectionError" in done.stderr:
            pytest.skip("no package registry answers")
        assert done.returncode == 0, done.stderr
    return environment / "bin"


def _copy(source: Path, target: Path, *, is_folder: bool) -> None:
    target = target / source.name if is_folder else target
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


@pytest.mark.slow
def test_the_image_s_commands_run_in_a_clean_environment(image: Path, tmp_path: Path) -> None:
    environ = {"PATH": f"{image}:/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8", "ONCE": "1"}
    key = tmp_path / "key"
    key.write_bytes(bytes(range(32)))

    def say(*words: str | Path, folder: Path) -> str:
        folder.mkdir(exist_ok=True)
        done = subprocess.run(
            words,
            env={**environ, "VEILLEUR_KEY_FILE": str(key)},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    assert say("veilleur", "--version", folder=tmp_path).startswith("veilleur, version ")
    for name, service in our_services().items():
        folder = tmp_path / name
        say("veilleur", "init", "--brand", "Acme", "--elasticsearch", "http://127.0.0.1:9", folder=folder)
        told = say(tmp_path / "usr/local/bin/every-hour", *service["command"], folder=folder)
        # Nothing listens at that address, and each command says just that.
        assert told.count("http://127.0.0.1:9") >= len(service["command"]), told
