"""The file: private, never half written, readable while it is written, and clear when it cannot be used."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from crawlers.archive import Archive
from crawlers.archive.schema import MIGRATIONS
from tests.archived import HOUR, MORNING, item, opened, put
from watchlists.errors import ArchiveError

ROOT = Path(__file__).parents[1]

WRITER = """
import sys
from pathlib import Path
from crawlers.archive import Archive
from tests.archived import item, put

with Archive.open(Path(sys.argv[1])) as archive:
    number = int(sys.argv[2])
    while True:
        batch = [item(f"billet-{number + step}") for step in range(7)]
        landings = put(archive, *batch)
        print(*(landing.id for landing in landings), flush=True)
        number += 7
"""

OPENER = """
import sys
from pathlib import Path
from crawlers.archive import Archive

Archive.open(Path(sys.argv[1])).close()
"""


def test_a_killed_writer_loses_nothing_it_said_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    acknowledged: set[str] = set()
    for round in range(5):
        acknowledged |= _write_until_killed(path, batches=3 + 4 * round, start=10_000 * round)

        with Archive.open(path, readonly=True) as archive:
            kept = set(archive.item_ids())
            assert archive.integrity() == "ok"
            assert acknowledged <= kept
            assert len(kept) % 7 == 0
            assert len(list(archive.items(kept))) == len(kept) == archive.count()


def _write_until_killed(path: Path, *, batches: int, start: int) -> set[str]:
    """The ids a writing process had acknowledged when it was killed in the midst of its work."""
    command = [sys.executable, "-c", WRITER, str(path), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        ids = {id for _ in range(batches) for id in process.stdout.readline().split()}
        process.send_signal(signal.SIGKILL)
        last = process.stdout.read()
    whole = [line for line in last.splitlines(keepends=True) if line.endswith("\n")]
    assert len(ids) == 7 * batches
    return ids.union(*(line.split() for line in whole))


def test_readers_see_whole_batches_while_somebody_writes(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    counts: list[int] = []
    with opened(tmp_path) as writer:
        put(writer, *(item(str(number)) for number in range(10)))
        finished = threading.Event()
        reader = threading.Thread(target=_count_until, args=(path, finished, counts))
        reader.start()
        for start in range(10, 400, 10):
            put(writer, *(item(str(number)) for number in range(start, start + 10)))
        finished.set()
        reader.join()

    assert counts[-1] == 400
    assert counts == sorted(counts)
    assert all(count % 10 == 0 for count in counts)


def _count_until(path: Path, finished: threading.Event, counts: list[int]) -> None:
    with Archive.open(path, readonly=True) as archive:
        while not finished.is_set():
            counts.append(archive.count())
        counts.append(archive.count())


def test_a_reader_in_the_midst_of_its_pages_does_not_stop_the_writer(tmp_path: Path) -> None:
    with opened(tmp_path) as writer, Archive.open(tmp_path / "archive.db") as reader:
        put(writer, *(item(str(number)) for number in range(600)))
        states = reader.states()
        next(states)
        put(writer, item("pendant"))
        with closing(sqlite3.connect(tmp_path / "archive.db")) as third:
            busy, *_ = third.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

        assert busy == 0
        assert len(list(states)) == 600


def test_a_write_waits_for_another_and_is_not_dropped(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with Archive.open(path, patience=0.05) as archive:
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.2, other.execute, ["COMMIT"])
        release.start()
        [landing] = put(archive, item())
        release.join()
        other.close()

        assert landing.state == "new"
        assert archive.count() == 1


def test_a_write_that_never_gets_its_turn_says_so(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with Archive.open(path, patience=0.0) as archive, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveError, match="Another program"):
            put(archive, item())


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, item("avant"))
        connection = archive._database.connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(ArchiveError) as error:
            put(
                archive,
                *(
                    item(f"billet-{n}", html=f"<p>{n}</p>" + "".join(map(chr, range(256, 9000))))
                    for n in range(50)
                ),
            )

        assert list(archive.item_ids()) == [item("avant").id]
        assert archive.integrity() == "ok"
        connection.execute("PRAGMA max_page_count = 100000")
        assert put(archive, item("après"))[0].state == "new"
    assert len(error.value.parts()) == 3
    assert "full" in str(error.value)


def test_a_failing_batch_is_taken_back_whole(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, item("avant"))
        before = archive.latest_change()
        naive = item("naïf", fetched=MORNING.replace(tzinfo=None), published=None)
        with pytest.raises(TypeError):
            put(archive, item("bon"), naive)

        assert list(archive.item_ids()) == [item("avant").id]
        assert archive.latest_change() == before
        assert put(archive, item("bon"))[0].state == "new"


def test_the_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "new" / ".veilleur"
    with opened(folder) as archive:
        put(archive, item())
        modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}

    assert modes == dict.fromkeys(("archive.db", "archive.db-wal", "archive.db-shm"), 0o600)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html>not a database</html>" * 100, "not an archive"),
        (b"SQLite format 3\x00" + b"\xff" * 5000, "cannot be used"),
    ],
    ids=["another-file", "damaged-header"],
)
def test_a_file_that_is_no_archive_is_told_and_left_alone(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "archive.db"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=reason) as error:
        Archive.open(path)

    assert len(error.value.parts()) == 3
    assert path.read_bytes() == content


def test_damage_inside_the_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with opened(tmp_path) as archive:
        put(archive, *(item(str(number)) for number in range(400)))
    content = bytearray(path.read_bytes())
    content[8192:40960] = b"\x00" * 32768
    path.write_bytes(content)

    with Archive.open(path) as archive:
        try:
            verdict = archive.integrity()
        except ArchiveError as error:
            verdict = str(error)
    assert verdict != "ok"


def test_reading_before_the_first_run_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="veilleur run"):
        Archive.open(tmp_path / "archive.db", readonly=True)

    assert not (tmp_path / "archive.db").exists()


def test_a_folder_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "archive.db").mkdir()
    with pytest.raises(ArchiveError) as error:
        Archive.open(tmp_path / "archive.db")

    assert len(error.value.parts()) == 3


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, item())
    with (
        Archive.open(tmp_path / "archive.db", readonly=True) as archive,
        pytest.raises(ArchiveError, match="not be written"),
    ):
        put(archive, item("autre"))


def test_the_schema_carries_its_version_and_a_newer_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with opened(tmp_path) as archive:
        put(archive, item())
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version = {version + 1}")
    with pytest.raises(ArchiveError, match="newer") as error:
        Archive.open(path)

    assert version == len(MIGRATIONS)
    assert len(error.value.parts()) == 3


def test_two_processes_that_make_the_file_at_once_both_get_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENER, str(tmp_path / "archive.db")]
    processes = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]

    assert [process.wait() for process in processes] == [0, 0]
    with opened(tmp_path) as archive:
        assert archive.integrity() == "ok"


def test_time_passes_by_the_callers_clock_only(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, item(fetched=MORNING - 9000 * HOUR), now=MORNING - 9000 * HOUR)
        [sighting] = archive.sightings([item().id])[item().id]

    assert sighting.first_seen == MORNING - 9000 * HOUR
