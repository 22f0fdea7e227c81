"""An Elasticsearch server for the tests: one that the environment names, else one of our own.

Ours is the distribution that Elastic publishes for integration tests, fetched once by Maven into a
cache, with the two language analyzers it lacks put back by a small plugin. It listens on loopback,
keeps its data in a folder of its own, and ends with the tests. It does not run as root: started by
root, it is given to the account `nobody`.
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import pytest

from search.backends import erase_index
from watchlists.model import IndexSettings

VERSION = "8.19.21"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
TOOLS = ("mvn", "java", "javac")
HEAP = os.environ.get("VEILLEUR_ELASTICSEARCH_HEAP", "512m")
PATIENCE = 180
"""Seconds a server may take to answer, on a busy machine."""
NOBODY = 65534
SOURCES = Path(__file__).parent / "data" / "elasticsearch_plugin"
COMPONENTS = (
    '{"org.elasticsearch.plugin.analysis.AnalyzerFactory":'
    '{"french": "veilleur.FrenchFactory", "english": "veilleur.EnglishFactory"}}'
)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a server answers, or why there is none."""

    url: str = ""
    lack: str = ""


@cache
def find_server() -> Found:
    """The server of this test process; started at the first call."""
    if url := os.environ.get("VEILLEUR_ELASTICSEARCH_URL"):
        return Found(url=url)
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        return Found(
            lack=f"no Elasticsearch: VEILLEUR_ELASTICSEARCH_URL is not set, {', '.join(missing)} not found"
        )
    try:
        return Found(url=_start(_installed()))
    except (OSError, subprocess.SubprocessError, zipfile.BadZipFile) as error:
        return Found(lack=f"no Elasticsearch: {error}")


def need_server() -> str:
    """The address of a server; without one the test is skipped, or fails where one is demanded."""
    found = find_server()
    if found.lack and os.environ.get("VEILLEUR_REQUIRE_ELASTICSEARCH") == "1":
        pytest.fail(f"{found.lack}, and VEILLEUR_REQUIRE_ELASTICSEARCH=1 asks for it")
    if found.lack:
        pytest.skip(found.lack)
    return found.url


@contextmanager
def fresh_settings() -> Iterator[IndexSettings]:
    """Settings of an index of one's own on the server, removed afterwards."""
    settings = IndexSettings(backend="elasticsearch", url=need_server(), alias=f"test-{uuid4().hex[:12]}")
    try:
        yield settings
    finally:
        erase_index(settings, folder=Path(), environ={})


def _installed() -> Path:
    """The folder of the distribution with its plugin; made once, by one of the processes that test."""
    home = _cache_folder() / f"elasticsearch-{VERSION}"
    with (home.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back with the file
        _install(home)
    return home


def _install(home: Path) -> None:
    if not (home / "plugins" / "veilleur-analyzers").is_dir():
        with tempfile.TemporaryDirectory(dir=home.parent) as work:
            made = _unpack(_fetch(), Path(work))
            _add_plugin(made)
            shutil.rmtree(home, ignore_errors=True)
            made.rename(home)


def _cache_folder() -> Path:
    """A folder of ours; for root, one that `nobody` can reach."""
    chosen = os.environ.get("VEILLEUR_CACHE")
    usual = Path("/var/tmp/veilleur") if os.geteuid() == 0 else Path.home() / ".cache" / "veilleur"
    folder = Path(chosen) if chosen else usual
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    if folder.stat().st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder


def _fetch() -> Path:
    archive = _cache_folder() / f"elasticsearch-{VERSION}.zip"
    if not archive.exists():
        with tempfile.TemporaryDirectory(dir=archive.parent) as work:
            command = ["mvn", "-q", "-B", COPY, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={work}"]
            subprocess.run(command, check=True, capture_output=True, cwd=work)
            (Path(work) / archive.name).rename(archive)
    return archive


def _unpack(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder)
    (made,) = folder.glob("elasticsearch-*")
    for script in (made / "bin").iterdir():
        script.chmod(0o755)
    return made


def _add_plugin(home: Path) -> None:
    """Compile the two analyzers and lay them where the server looks for plugins."""
    plugin = home / "plugins" / "veilleur-analyzers"
    plugin.mkdir()
    with tempfile.TemporaryDirectory() as work:
        sources = [str(path) for path in SOURCES.glob("*.java")]
        command = ["javac", "--release", "17", "-cp", f"{home}/lib/*", "-d", work, *sources]
        subprocess.run(command, check=True, capture_output=True)
        with zipfile.ZipFile(plugin / "analyzers.jar", "w") as jar:
            for path in Path(work).rglob("*.class"):
                jar.write(path, path.relative_to(work))
    (plugin / "named_components.json").write_text(COMPONENTS)
    (plugin / "stable-plugin-descriptor.properties").write_text(
        "name=veilleur-analyzers\ndescription=French and English analyzers\nversion=1\n"
        f"elasticsearch.version={VERSION}\njava.version=17\n"
    )


def _start(home: Path) -> str:
    """Start a server on a free port, and wait until it answers."""
    run = Path(tempfile.mkdtemp(prefix="veilleur-elasticsearch-", dir=_fast_folder()))
    run.chmod(0o755)
    port = _free_port()
    _configure(home, run, port)
    log = (run / "output.log").open("wb")
    process = subprocess.Popen(
        [str(home / "bin" / "elasticsearch")],
        env=_environment(run),
        cwd=run,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_end_with_parent(),  # noqa: PLW1509  (before any thread of ours)
        **({"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}),  # type: ignore[arg-type]
    )
    log.close()
    atexit.register(_stop, process, run)
    _wait(process, port, run)
    return f"http://127.0.0.1:{port}"


def _fast_folder() -> Path | None:
    """Memory where there is plenty: a server writes every new index through to the disk many times."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 2**30
    return memory if has_room else None


def _configure(home: Path, run: Path, port: int) -> None:
    shutil.copytree(home / "config", run / "config")
    (run / "tmp").mkdir()
    (run / "config" / "elasticsearch.yml").write_text(
        f"http.port: {port}\nhttp.host: 127.0.0.1\ntransport.port: {_free_port()}\nnetwork.host: 127.0.0.1\n"
        f"path.data: {run}/data\npath.logs: {run}/logs\n"
        "discovery.type: single-node\nxpack.security.enabled: false\nxpack.ml.enabled: false\n"
        "action.auto_create_index: false\ncluster.routing.allocation.disk.threshold_enabled: false\n"
    )
    if os.geteuid() == 0:
        for path in (run, *run.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


def _environment(run: Path) -> dict[str, str]:
    java = Path(shutil.which("java") or "/").resolve().parent.parent
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(run),
        "ES_JAVA_HOME": str(java),
        "ES_PATH_CONF": str(run / "config"),
        "ES_JAVA_OPTS": f"-Xms{HEAP} -Xmx{HEAP}",
        "ES_TMPDIR": str(run / "tmp"),  # must hold nothing else: the server may write all over it
    }


def _end_with_parent() -> Callable[[], None] | None:
    """What asks Linux to end the server when the tests die without having ended it."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, run: Path) -> None:
    deadline = monotonic() + PATIENCE
    while not _answers(port):
        if process.poll() is not None or monotonic() > deadline:
            lines = (run / "output.log").read_text(errors="replace").splitlines()
            _stop(process, run)
            raise OSError("the server did not start: " + " | ".join(lines[-3:]))
        sleep(0.25)  # waiting for another process, not for a test


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/_cluster/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes], run: Path) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    shutil.rmtree(run, ignore_errors=True)


def main() -> None:
    """Start a server and keep it until Enter or the end of the input: for benchmarks and by hand."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the server ends with us
    found = find_server()
    print(found.url or found.lack, flush=True)  # noqa: T201  (what the caller reads)
    sys.stdin.read()


if __name__ == "__main__":
    main()
