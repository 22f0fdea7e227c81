"""What passes between workers and desk on a real server: all of it, once, sealed, and forgettable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.archive import Archive
from crawlers.archive.journal import Entry, Numbered
from crawlers.archive.tombstones import mark_of
from crawlers.items import Author, Item
from crawlers.shards import Shard
from pipelines.understand import Understanding
from search.backends.elasticsearch_parts import PartsIndex
from search.cluster.desk import Pull
from search.cluster.examining_workers import examine_workers
from search.cluster.hello import Hello, watchlist_print
from search.cluster.parts import ClusterMemo, Parts, opened_parts
from search.cluster.spreading import told_workers
from search.cluster.workers import Worker
from search.finding import Finding
from search.folder import WatchFolder
from tests.archived import HOUR, MORNING, item, put
from tests.elasticsearch_server import fresh_settings
from tests.faulty_proxy import faulty_proxy
from tests.sharded_demo import KEY
from watchlists.errors import IndexUnavailable, WatchlistError
from watchlists.load import load_watchlist
from watchlists.model import IndexSettings, Watchlist

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

PERSON = Author(name="Wilhelmine Xyzzy")
SECRET, OTHER = item("intime", title="Quetzal", author=PERSON), item("autre")
WATCHLIST = """
[watch]
name = "Essai"

[[source]]
id = "blog"
url = "https://blog.acme.example/feed.xml"
"""


@pytest.fixture(scope="module")
def settings() -> Iterator[IndexSettings]:
    with fresh_settings() as made:
        yield made


class Office:
    """A desk and two workers without a web: what they read is put into their archives."""

    def __init__(self, root: Path, settings: IndexSettings) -> None:
        self.desk = make_folder(root / "desk", settings)
        self.watchlist = load_watchlist(self.desk.watchlist)
        self.stack = ExitStack()
        self.workers = [self.hire(root / name, number) for number, name in ((1, "one"), (2, "two"))]

    def hire(self, root: Path, number: int) -> Worker:
        folder = make_folder(root, self.watchlist.index)
        with Archive.open(folder.archive) as archive:
            archive.journal.begin()
        return Worker(
            folder=folder,
            watchlist=self.watchlist,
            shard=Shard(number=number, of=2),
            host=root.name,
            environ={},
        )

    def read(self, worker: Worker, *items: Item, hours: int = 0) -> None:
        with Archive.open(worker.folder.archive) as archive:
            put(archive, *items, now=MORNING + hours * HOUR)

    def tell(self, worker: Worker, hours: int = 0) -> int:
        with self.parts() as parts, Archive.open(worker.folder.archive) as archive:
            return worker._send(parts, archive, MORNING + hours * HOUR)

    @contextmanager
    def parts(self) -> Iterator[Parts]:
        with opened_parts(self.desk, self.watchlist, {}) as parts:
            yield parts

    def pull(self) -> Pull:
        pull = Pull(folder=self.desk, watchlist=self.watchlist, environ={})
        pull.now = MORNING + HOUR
        assert list(pull.events()) == []
        return pull

    def held(self) -> set[str]:
        with Archive.open(self.desk.archive) as archive:
            return {each.title for each in archive.items(archive.item_ids())}


def make_folder(root: Path, settings: IndexSettings) -> WatchFolder:
    folder = WatchFolder(root=root)
    folder.state.mkdir(parents=True)
    told = f'\n[index]\nbackend = "elasticsearch"\nurl = "{settings.url}"\nalias = "{settings.alias}"\n'
    folder.watchlist.write_text(WATCHLIST + told, encoding="utf-8")
    (folder.state / "key").write_bytes(KEY)
    return folder


@pytest.fixture
def office(tmp_path: Path, settings: IndexSettings) -> Iterator[Office]:
    from search.backends.elasticsearch_parts_storage import remove_parts

    own = replace(settings, alias=f"{settings.alias}-{abs(hash(tmp_path)) % 10**9}")
    yield Office(tmp_path, own)
    remove_parts(own, environ={})


def test_what_workers_tell_is_taken_in_once(office: Office) -> None:
    one, two = office.workers
    office.read(one, SECRET)
    office.read(two, OTHER, hours=-1)
    assert [office.tell(each) for each in office.workers] == [1, 1]

    assert office.pull().received == 2
    assert office.pull().received == 0
    assert office.held() == {"Quetzal", "À propos de autre"}
    assert [office.tell(each) for each in office.workers] == [0, 0]


def test_what_the_cluster_lost_is_told_again_and_changes_nothing(office: Office) -> None:
    from search.backends.elasticsearch_parts_storage import remove_parts

    one = office.workers[0]
    office.read(one, SECRET)
    office.tell(one)
    office.pull()
    remove_parts(office.watchlist.index, environ={})
    office.read(one, OTHER, hours=1)

    assert office.tell(one) == 2
    assert office.pull().received == 1
    assert office.held() == {"Quetzal", "À propos de autre"}


def test_a_desk_without_files_is_told_everything_again(office: Office) -> None:
    one = office.workers[0]
    for hours, post in enumerate((SECRET, OTHER)):
        office.read(one, post, hours=hours)
        office.tell(one)
        office.pull()
    for path in office.desk.state.glob("archive.db*"):
        path.unlink()

    assert office.pull().received == 2
    assert office.held() == {"Quetzal", "À propos de autre"}


def test_a_worker_put_back_from_a_backup_is_heard(office: Office) -> None:
    one = office.workers[0]
    office.read(one, SECRET)
    with Archive.open(one.folder.archive) as archive:
        archive.compact()
    backup = one.folder.archive.read_bytes()
    office.read(one, item("perdu"), hours=1)
    office.tell(one)
    office.pull()
    for path in one.folder.state.glob("archive.db*"):
        path.unlink()
    one.folder.archive.write_bytes(backup)
    office.read(one, OTHER, hours=2)

    office.tell(one, hours=2)
    office.pull()

    assert office.held() == {"Quetzal", "À propos de perdu", "À propos de autre"}


def test_what_is_forgotten_is_in_no_part_and_the_rest_of_its_entry_stays(office: Office) -> None:
    one = office.workers[0]
    office.read(one, SECRET, OTHER)
    office.tell(one)
    office.pull()

    with (
        told_workers(office.desk, office.watchlist, now=MORNING, environ={}),
        Archive.open(office.desk.archive) as archive,
    ):
        erased = archive.forget(author=PERSON.name, now=MORNING, key=KEY)

    assert erased == (SECRET.id,)
    with office.parts() as parts:
        told = [each.entry for each in parts.since({}, parts.hellos())]
        assert [[each.item.id for each in entry.arrivals] for entry in told if entry] == [[OTHER.id]]
        assert mark_of("author:wilhelmine xyzzy", key=KEY).hex() in parts.index.forgotten()
    with office.parts() as parts:
        one._obey(parts, MORNING)
    with Archive.open(one.folder.archive) as archive:
        assert list(archive.item_ids()) == [OTHER.id]
    assert office.tell(one) == 0


def test_what_was_told_while_it_was_being_forgotten_is_erased_by_its_worker(office: Office) -> None:
    one = office.workers[0]
    with office.parts() as parts:
        parts.forget([mark_of("author:wilhelmine xyzzy", key=KEY).hex()], at=MORNING)
    office.read(one, SECRET)
    office.tell(one)

    with office.parts() as parts:
        one._obey(parts, MORNING)
        assert list(parts.since({}, parts.hellos())) == []


def test_a_memory_that_comes_back_while_it_is_forgotten_goes_when_its_worker_obeys(office: Office) -> None:
    """The desk forgets in the middle of a worker's run, which has read the text and keeps it for others."""
    one, two = office.workers
    office.read(one, SECRET)
    memo = ClusterMemo(one.folder, office.watchlist, environ={}, keeps=True)
    memo.begin(MORNING)
    with office.parts() as parts:
        parts.forget([mark_of("author:wilhelmine xyzzy", key=KEY).hex()], at=MORNING)
        memo.keep({"aa": b"of what was forgotten"})
        assert two._obey(parts, MORNING) is False
        assert memo.find(["aa"])

        assert one._obey(parts, MORNING) is True
        assert memo.find(["aa"]) == {}
        memo.keep({"bb": b"of another text"})
        assert one._obey(parts, MORNING) is False
    assert memo.find(["bb"])
    memo.close()


def test_a_worker_that_obeys_leaves_no_byte_of_it_in_what_was_understood(office: Office) -> None:
    one = office.workers[0]
    office.read(one, SECRET, OTHER)
    with Archive.open(one.folder.archive) as archive:
        understanding = Understanding.open(
            one.folder.understood, archive=archive, watchlist=office.watchlist, key=KEY, load_models=False
        )
        with closing(understanding):
            read = {each.id for each in understanding.understand(list(understanding.pending()), now=MORNING)}
            assert read == {SECRET.id, OTHER.id}
            with office.parts() as parts:
                parts.forget([mark_of("author:wilhelmine xyzzy", key=KEY).hex()], at=MORNING)
            one.finish(understanding, MORNING)
            assert [id for id, _ in understanding.ids_and_digests()] == [OTHER.id]

    files = [path.read_bytes() for path in one.folder.state.glob("understood.db*")]
    assert not any(SECRET.id.encode() in each for each in files)
    assert any(OTHER.id.encode() in each for each in files)


def test_thousands_of_marks_are_told_in_few_requests(office: Office) -> None:
    marks = [f"{number:032x}" for number in range(1_200)]
    with (
        faulty_proxy(office.watchlist.index.url) as (url, proxy),
        closing(PartsIndex.open(replace(office.watchlist.index, url=url), environ={})) as index,
    ):
        index.put_forgotten(marks, at=MORNING)
        assert proxy.bulks == 3
        index.refresh()
        assert index.forgotten() == frozenset(marks)


def test_parts_of_others_are_left_out_and_counted(office: Office) -> None:
    one = office.workers[0]
    office.read(one, SECRET)
    office.tell(one)
    with office.parts() as parts:
        (worker,) = [each.worker for each in parts.hellos()]
        mine = Parts(parts.index, KEY)._part(worker, Numbered(seq=1, entry=Entry(at=MORNING, source="x")))
        list(parts.index.put([replace(mine, body=b"not ours")]))
        parts.index.refresh()

    pull = office.pull()

    assert (pull.received, pull.broken) == (0, 1)
    assert any("not written by this watch" in each.fill(str) for each in pull.remarks())


def test_old_parts_leave_the_cluster_and_are_not_missed(office: Office) -> None:
    one = office.workers[0]
    days = timedelta(days=office.watchlist.privacy.retention_days)
    office.read(one, SECRET, hours=-24)
    office.read(one, OTHER)
    office.tell(one)
    with office.parts() as parts:
        assert parts.index.expire(before=MORNING - HOUR) == 1
        parts.index.refresh()

    late = int(days / HOUR) - 20
    assert office.tell(one, hours=late) == 0


def test_another_key_is_refused_before_anything_is_said(office: Office) -> None:
    office.tell(office.workers[0])
    stranger = make_folder(office.desk.root.parent / "stranger", office.watchlist.index)
    (stranger.state / "key").write_bytes(bytes(32))

    with pytest.raises(WatchlistError, match="not the watch's"), opened_parts(stranger, office.watchlist, {}):
        pytest.fail("it was let in")


def test_language_work_is_remembered_until_it_is_forgotten_or_old(office: Office) -> None:
    memo = ClusterMemo(office.desk, office.watchlist, environ={}, keeps=True)
    memo.begin(MORNING)
    memo.keep({"aa": b"one", "bb": b"two"})

    assert memo.find(["aa", "cc"]) == {"aa": b"one"}
    with office.parts() as parts:
        parts.index.refresh()
        assert parts.index.expire_memories(before=MORNING + HOUR) == 2
    memo.keep({"aa": b"one"})
    with office.parts() as parts:
        parts.index.forget_memories()
    assert memo.find(["aa"]) == {}
    memo.close()


def test_without_a_server_nothing_is_remembered_and_nobody_is_stopped(office: Office) -> None:
    away = replace(office.watchlist, index=replace(office.watchlist.index, url="http://127.0.0.1:9"))
    memo = ClusterMemo(office.desk, away, environ={}, keeps=True)
    memo.begin(MORNING)

    assert memo.find(["aa"]) == {}
    memo.keep({"aa": b"one"})
    memo.close()


def test_a_run_of_the_desk_that_was_stopped_takes_nothing_more_in(office: Office) -> None:
    pull = Pull(folder=office.desk, watchlist=office.watchlist, environ={})
    pull.stop()

    assert list(pull.events()) == []
    assert not office.desk.archive.exists()


def findings(folder: WatchFolder, watchlist: Watchlist) -> list[str]:
    found: list[Finding] = list(examine_workers(folder, watchlist, environ={}, now=MORNING))
    return [each.fill(str)[0] for each in found]


def test_the_doctor_tells_what_waits_and_who_is_missing(office: Office) -> None:
    one = office.workers[0]
    assert findings(office.desk, office.watchlist) == []
    office.read(one, SECRET)
    assert (
        findings(one.folder, office.watchlist)[0] == "1 entries of this worker wait to be told to the desk."
    )
    office.tell(one)
    office.pull()

    assert findings(one.folder, office.watchlist) == [
        "This worker has told the desk all it read",
        "1 workers known",
    ]
    assert findings(office.desk, office.watchlist) == ["1 workers known", "Nobody reads share 2/2."]
    away = replace(office.watchlist, index=replace(office.watchlist.index, url="http://127.0.0.1:9"))
    assert findings(office.desk, away) == []


def test_forgetting_reaches_the_cluster_first_or_does_nothing(office: Office) -> None:
    office.read(office.workers[0], SECRET)
    office.tell(office.workers[0])
    office.pull()
    away = replace(office.watchlist, index=replace(office.watchlist.index, url="http://127.0.0.1:9"))

    with pytest.raises(IndexUnavailable), told_workers(office.desk, away, now=MORNING, environ={}):
        pytest.fail("something would have been erased")


def test_a_hello_says_by_which_watchlist_a_worker_reads(office: Office) -> None:
    office.tell(office.workers[1])

    with office.parts() as parts:
        (said,) = parts.hellos()

    assert isinstance(said, Hello)
    assert (said.host, said.share, said.watchlist) == ("two", "2/2", watchlist_print(office.watchlist))
