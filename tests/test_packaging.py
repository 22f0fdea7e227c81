"""The wheel is whole: built, installed in a new environment, run from another folder."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("crawlers", "pipelines", "watchlists", "search")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the working tree."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`veilleur` of a new environment that has the wheel, and borrows only its dependencies from this one."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True,
        capture_output=True,
    )
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    # A folder named in a .pth file is searched last, and its own .pth files (this checkout's) are not read.
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin" / "veilleur"


def run(*command: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command in another folder, with an empty environment but for what any shell has."""
    return subprocess.run(
        list(map(str, command)),
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"},
    )


def test_the_wheel_holds_every_file_the_packages_need(wheel: Path) -> None:
    import zipfile

    shipped = set(zipfile.ZipFile(wheel).namelist())

    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES, "cli.py"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert tracked
    assert set(tracked) <= shipped
    assert not {name for name in shipped if name.startswith(("tests/", "benchmarks/"))}


@pytest.mark.slow
def test_the_installed_command_says_its_version_from_another_folder(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "--version", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("veilleur, version ")


@pytest.mark.slow
@pytest.mark.models
def test_the_installed_command_runs_the_demo_from_another_folder(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "demo", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    digest = Path(done.stdout.splitlines()[0])
    assert digest.is_file()
    assert digest.is_relative_to(tmp_path)
    assert "<html" in digest.read_text(encoding="utf-8")
