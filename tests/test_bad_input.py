"""Whatever comes in broken is told in three parts and loses nothing; through the door, as people meet it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from search.folder import WatchFolder
from tests.archived import MORNING
from tests.crawling import Watch, rss
from tests.cycling import facts, left_behind, run, veilleur
from tests.web import Answer, Asked, Web

pytestmark = pytest.mark.slow

LATER, LAST = MORNING + timedelta(hours=2), MORNING + timedelta(hours=4)
DATED = "Fri, 20 Nov 2026 05:00:00 GMT"
GOOD = rss(("/a", "Alpha", DATED), ("/b", "Beta", DATED))


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """One good feed."""
    with Web() as running:
        running.page("/good", GOOD, etag='"1"')
        yield running


@pytest.fixture(scope="module")
def read(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Watch:
    """A watch that has read its one good feed; to be copied, not changed."""
    watch = Watch(folder=tmp_path_factory.mktemp("read"))
    watch.add("good", web.url("/good"), every="1h")
    done = run(watch)
    assert done.returncode == 0, done.stderr
    return watch


@pytest.fixture
def watch(read: Watch, tmp_path: Path) -> Watch:
    """The same, for one test."""
    shutil.copytree(read.folder, tmp_path, dirs_exist_ok=True)
    return Watch(folder=tmp_path, sources=dict(read.sources))


def parts(done: subprocess.CompletedProcess[str]) -> tuple[str, str, str]:
    """What, why and remedy of the one error a command ended with."""
    what, why, remedy = done.stderr.strip().splitlines()
    assert what
    assert why.startswith("  ")
    assert remedy.startswith("  ")
    return what, why.strip(), remedy.strip()


# The watchlist


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('[watch]\nname = "No end\n', "line 2"),
        ('[watch]\nname = "Test"\ncolour = "red"\n', "colour"),
        ('[watch]\nname = "Test"\n[[source]]\nurl = "http://"\n', "line 4"),
        ('[watch]\nname = "Test"\n[[source]]\nurl = "file:///etc/passwd"\n', "file"),
        ('[watch]\nname = "Test"\n[[source]]\nurl = "https://good.example\\\\@evil.example/"\n', "line 4"),
    ],
)
def test_a_watchlist_that_cannot_be_used_is_told_with_its_line_and_nothing_is_touched(
    watch: Watch, broken: str, said: str
) -> None:
    before = left_behind(watch.folder)
    path = watch.folder / "watchlist.toml"
    good = path.read_text(encoding="utf-8")
    path.write_text(broken, encoding="utf-8")

    done = veilleur(watch.folder, "run")

    assert done.returncode == 2
    assert said in done.stderr
    assert "line " in done.stderr
    assert len(done.stderr.strip().splitlines()) >= 3
    path.write_text(good, encoding="utf-8")
    assert left_behind(watch.folder) == before


# Sources


def _endless() -> Iterator[bytes]:
    while True:
        yield b"<!-- " + b"0" * 65536 + b" -->"


def _changing_guids(asked: Asked) -> Answer:
    """The same post under a GUID made anew for every reader, as some systems do."""
    body = GOOD.replace(b"<guid>", b"<guid isPermaLink='false'>%d " % int(asked.at * 1e6))
    return Answer(body=body)


def bad_web(web: Web) -> None:
    """Every kind of bad answer."""
    web.page("/page", b"<!doctype html><html><title>Hello</title><body>No feed here.</body></html>")
    web.stream("/endless", _endless)
    latin = GOOD.replace(b"Alpha", "Été à Nîmes".encode("latin-1")).replace(b"blog.", b"latin.")
    web.page("/charset", latin, headers={"Content-Type": "application/rss+xml; charset=utf-8"})
    dates = rss(
        ("/future", "Tomorrow", "Fri, 20 Nov 2099 05:00:00 GMT"),
        ("/never", "Undated", ""),
        host="http://d.example",
    )
    web.page("/dates", dates)
    web.answer("/guids", _changing_guids)
    reused = GOOD.replace(b"https://blog.example.org/a</guid>", b"same</guid>")
    web.page(
        "/reused",
        reused.replace(b"https://blog.example.org/b</guid>", b"same</guid>").replace(b"blog.", b"r."),
    )
    web.redirect("/to-file", "file:///etc/passwd", host="127.0.0.3")
    web.redirect("/to-metadata", "http://169.254.169.254/latest/meta-data/", host="127.0.0.4")


BAD = (
    "page",
    "endless",
    "charset",
    "dates",
    "guids",
    "reused",
    "to-file",
    "to-metadata",
    "unreachable",
    "private",
)


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run, a proxy variable set, over one good source and every kind of bad one; read twice."""
    folder = tmp_path_factory.mktemp("troubled")
    watch = Watch(folder=folder)
    with Web() as web:
        bad_web(web)
        web.page("/good", GOOD.replace(b"blog.", b"good."), etag='"1"')
        for number, name in enumerate(BAD):
            watch.add(name, web.url(f"/{name}", host=f"127.0.0.{number + 2}"), every="1h")
        watch.sources["to-file"] = {**watch.sources["to-file"], "url": web.url("/to-file", host="127.0.0.3")}
        watch.sources["to-metadata"] = {
            **watch.sources["to-metadata"],
            "url": web.url("/to-metadata", host="127.0.0.4"),
        }
        watch.sources["unreachable"] = {**watch.sources["unreachable"], "url": "http://127.0.0.99:1/feed"}
        watch.sources["private"] = {**watch.sources["private"], "allow_private": False}
        watch.add("good", web.url("/good"), every="1h")
        watch.write()
        proxy = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
        first = veilleur(folder, "run", "--json", "--now", MORNING.isoformat(), **proxy)
        left = left_behind(folder)
        again = run(watch, LATER)
        return {
            "first": first,
            "facts": facts(first),
            "again": facts(again),
            "left": left,
            "watch": watch,
        } | {
            "twice": left_behind(folder),
            "sources": veilleur(folder, "sources", "--now", LATER.isoformat()),
        }


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("page", "feed"),
        ("endless", "larger than we accept"),
        ("to-file", "elsewhere"),
        ("to-metadata", "169.254.169.254"),
        ("unreachable", "refuses connections"),
        ("private", "127.0.0."),
    ],
)
def test_a_source_that_cannot_be_read_says_why_in_the_run_and_in_the_list(
    troubled: dict[str, Any], source: str, said: str
) -> None:
    outcome = troubled["facts"]["outcomes"][source]

    assert outcome["state"] == "failed"
    assert said in outcome["reason"]
    assert source in troubled["sources"].stdout


def test_bad_sources_and_a_proxy_variable_leave_the_good_source_unharmed(troubled: dict[str, Any]) -> None:
    assert troubled["facts"]["outcomes"]["good"]["new"] == 2
    assert troubled["again"]["outcomes"]["good"]["state"] == "unchanged"
    assert troubled["left"].complaints == troubled["twice"].complaints == ()
    assert troubled["twice"].indexed == troubled["twice"].documents


def test_a_wrong_charset_is_read_by_the_letters_it_holds(troubled: dict[str, Any]) -> None:
    titles = {title for _, title, _ in troubled["left"].items}

    assert "Été à Nîmes" in titles


def test_dates_in_the_future_or_absent_become_the_time_of_the_read(troubled: dict[str, Any]) -> None:
    items = troubled["watch"].items()

    assert items["Tomorrow"].published == items["Undated"].published == MORNING
    assert "2099" in items["Tomorrow"].published_raw


def test_changed_guids_double_nothing_and_reused_guids_lose_nothing(troubled: dict[str, Any]) -> None:
    again = troubled["again"]["outcomes"]["guids"]
    links = [permalink for permalink, _, _ in troubled["twice"].items]

    assert (again["new"], again["seen"]) == (0, 2)
    assert len(links) == len(set(links))
    assert {"https://r.example.org/a", "https://r.example.org/b"} <= set(links)


# The files


Damage = Callable[[Path], None]


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _scribble(path: Path) -> None:
    path.write_bytes(b"\xff" * path.stat().st_size)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [
        ("meta.json", _truncate),
        ("*.store", _scribble),
        ("*.term", _empty),
        ("*.fast", _remove),
        ("version", _scribble),
        ("records.db", _truncate),
    ],
)
def test_a_damaged_index_is_built_anew_and_said_so(watch: Watch, pattern: str, damage: Damage) -> None:
    before = left_behind(watch.folder)

    hurt(watch, pattern, damage)
    done = run(watch, MORNING)

    assert done.returncode == 0, done.stderr
    assert facts(done)["notes"] == ["index_rebuilt"]
    after = left_behind(watch.folder)
    assert after == replace(before, outcomes=after.outcomes, shown=after.outcomes)
    found = veilleur(watch.folder, "search", "Alpha", "--json", "--now", LATER.isoformat())
    assert "Alpha" in found.stdout


@pytest.mark.parametrize("pattern", ["*", "meta.json", "records.db"])
def test_what_is_missing_of_the_index_is_made_again(watch: Watch, pattern: str) -> None:
    before = left_behind(watch.folder)

    hurt(watch, pattern, _remove)
    done = run(watch, MORNING)

    assert done.returncode == 0, done.stderr
    after = left_behind(watch.folder)
    assert after == replace(before, outcomes=after.outcomes, shown=after.outcomes)


def hurt(watch: Watch, pattern: str, damage: Damage) -> None:
    """Damage files of the index."""
    files = [path for path in WatchFolder(root=watch.folder).index.glob(pattern) if path.stat().st_size]
    assert files
    for path in files:
        damage(path)


# A full disk


@pytest.fixture
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    """A small file system that can be filled and given room again."""
    folder = tmp_path_factory.mktemp("disk")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=50m", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("only root can mount a small file system")
    try:
        yield Disk(folder=folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A file system of a size to be set."""

    folder: Path

    def leave(self, kilobytes: int) -> None:
        """Make it so small that only so much is free."""
        status = os.statvfs(self.folder)
        used = (status.f_blocks - status.f_bfree) * status.f_frsize // 1024
        self._resize(f"{used + kilobytes}k")

    def make_room(self) -> None:
        """Make it large again."""
        self._resize("50m")

    def _resize(self, size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], check=True)


def grow(web: Web, number: int) -> None:
    """Serve four feeds of so many entries each."""
    for source in range(4):
        entries = [
            (f"/{source}/{each}", f"Acme {source}, note {each} of {number}", DATED) for each in range(number)
        ]
        web.page(f"/{source}", rss(*entries), host=f"127.0.0.{source + 2}", etag=f'"{number}"')


@pytest.mark.parametrize(("free", "full"), [(8, "archive"), (330, "archive"), (600, "understood")])
def test_a_first_run_on_a_full_disk_says_so_and_the_next_makes_it_good(
    disk: Disk, free: int, full: str
) -> None:
    with Web() as web:
        grow(web, 20)
        watch = Watch(folder=disk.folder)
        for source in range(4):
            watch.add(f"s{source}", web.url(f"/{source}", host=f"127.0.0.{source + 2}"), every="1h")
        watch.write()
        disk.leave(free)
        failed = run(watch)
        disk.make_room()
        again = run(watch, LATER)

    what, _, remedy = parts(failed)
    assert failed.returncode == 1
    assert full in what
    assert "space" in remedy or "room" in remedy
    assert again.returncode == 0, again.stderr
    check_whole(watch, 80)


@pytest.mark.parametrize("free", [0, 60, 400])
def test_a_later_run_on_a_full_disk_loses_nothing_of_before(disk: Disk, free: int) -> None:
    with Web() as web:
        grow(web, 20)
        watch = Watch(folder=disk.folder)
        for source in range(4):
            watch.add(f"s{source}", web.url(f"/{source}", host=f"127.0.0.{source + 2}"), every="1h")
        assert run(watch).returncode == 0
        grow(web, 40)
        disk.leave(free)
        failed = run(watch, LATER)
        found = veilleur(disk.folder, "search", "Acme", "--json", "--now", LATER.isoformat())
        disk.make_room()
        again = run(watch, LAST)

    assert (failed.returncode, len(parts(failed))) == (1, 3)
    assert (found.returncode, len(found.stdout.splitlines()) > 1) == (0, True), found.stderr
    assert again.returncode == 0, again.stderr
    check_whole(watch, 160)


def check_whole(watch: Watch, number: int) -> None:
    """Everything was read once, understood and indexed."""
    left = left_behind(watch.folder)
    assert left.complaints == ()
    assert len(left.items) == len({permalink for permalink, _, _ in left.items}) == number
    assert left.indexed == left.documents
    assert len(left.documents) == number
    assert left.shown == left.outcomes


def test_an_index_without_room_says_so_and_is_filled_later(watch: Watch, disk: Disk) -> None:
    index = WatchFolder(root=watch.folder).index
    shutil.move(index, disk.folder / "index")
    index.symlink_to(disk.folder / "index")
    with Web() as web:
        grow(web, 20)
        watch.add("more", web.url("/0", host="127.0.0.2"), every="1h")
        disk.leave(0)
        failed = run(watch, LATER)
        disk.make_room()
        again = run(watch, LAST)

    what, _, remedy = parts(failed)
    assert failed.returncode == 1
    assert "index" in what
    assert "room" in remedy
    assert again.returncode == 0, again.stderr
    assert facts(again)["notes"] == []
    check_whole(watch, 22)


@pytest.mark.parametrize("full", ["index", "ledger"])
def test_a_digest_that_finds_no_room_says_so_and_is_written_later(
    watch: Watch, disk: Disk, full: str
) -> None:
    shutil.copytree(watch.folder, disk.folder / "watch")
    if full == "ledger":  # reading the index takes room too; with that elsewhere, the ledger is what lacks it
        index = WatchFolder(root=disk.folder / "watch").index
        shutil.rmtree(index)
        index.symlink_to(WatchFolder(root=watch.folder).index)
    disk.leave(8)
    failed = veilleur(disk.folder / "watch", "digest", "--now", LATER.isoformat())
    disk.make_room()
    again = veilleur(disk.folder / "watch", "digest", "--now", LATER.isoformat())

    what, _, remedy = parts(failed)
    assert full in what
    assert "space" in remedy or "room" in remedy
    assert failed.returncode == 1
    assert again.returncode == 0, again.stderr
    assert again.stdout


def test_a_watchlist_that_finds_no_room_stays_as_it_was(watch: Watch, disk: Disk, tmp_path: Path) -> None:
    place = disk.folder / "watch"
    shutil.copytree(watch.folder, place)
    before = (place / "watchlist.toml").read_bytes()
    feeds = "".join(f'<outline type="rss" xmlUrl="https://s{n}.example/feed"/>' for n in range(400))
    subscriptions = tmp_path / "feeds.opml"
    subscriptions.write_text(f"<opml version='2.0'><body>{feeds}</body></opml>", encoding="utf-8")
    disk.leave(4)

    failed = veilleur(place, "import", "opml", str(subscriptions))

    assert failed.returncode == 2
    assert "as it was" in parts(failed)[0]
    assert (place / "watchlist.toml").read_bytes() == before
    assert [path.name for path in place.iterdir()] in (
        ["watchlist.toml", ".veilleur"],
        [".veilleur", "watchlist.toml"],
    )


# Exit codes


def test_exit_codes_tell_how_much_could_be_read(web: Web, tmp_path: Path) -> None:
    watch = Watch(folder=tmp_path)
    watch.add("good", web.url("/good"), every="1h")
    all_well = run(watch, MORNING)
    watch.add("broken", web.url("/nothing", host="127.0.0.2"), every="1h")
    one_of_two = run(watch, LATER)
    del watch.sources["good"]
    none = run(watch, MORNING + timedelta(days=2))

    assert [all_well.returncode, one_of_two.returncode, none.returncode] == [0, 3, 1]
    assert veilleur(tmp_path, "run", "--no-such-option").returncode == 2


def test_one_source_of_many_that_fails_newly_is_told_once_by_the_exit_code(tmp_path: Path) -> None:
    with Web() as web:
        watch = Watch(folder=tmp_path)
        for number in range(8):
            web.page(f"/{number}", GOOD.replace(b"blog.", b"b%d." % number), etag='"1"')
            watch.add(f"s{number}", web.url(f"/{number}", host=f"127.0.0.{number + 2}"), every="1h")
        first = run(watch)
        web.status("/3", 500)
        newly = run(watch, LATER)
        no_longer_new = run(watch, MORNING + timedelta(days=2))

    assert [first.returncode, newly.returncode, no_longer_new.returncode] == [0, 3, 0]
    assert facts(newly)["newly_failed"] == ["s3"]
