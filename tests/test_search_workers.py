"""Which folder may do what: a worker's share, the desk's work, or all of it. Refusing needs no server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import start_context, veilleur
from crawlers.archive import Archive
from crawlers.run import CrawlJob
from crawlers.shards import Shard
from search.cluster.workers import KEY_FILE_VARIABLE, Worker, longest_kept, start_share, take_key
from search.commands.run import summary_lines, summary_records
from search.folder import WatchFolder
from search.summary import Remark, RunSummary
from tests.archived import MORNING, put
from tests.archived import item as post
from watchlists.commands.context import Context
from watchlists.errors import VeilleurError, WatchlistError
from watchlists.load import load_watchlist
from watchlists.model import Source, Watchlist

WATCHLIST = """
[watch]
name = "Essai"
language = "en"

[[source]]
id = "blog"
url = "https://blog.acme.example/feed.xml"

[[source]]
id = "forum"
url = "https://forum.example.org/"
retention_days = 900
"""
SERVER = '\n[index]\nbackend = "elasticsearch"\nurl = "http://127.0.0.1:9"\n'


@pytest.fixture
def folder(tmp_path: Path) -> WatchFolder:
    watch = WatchFolder(root=tmp_path)
    watch.watchlist.write_text(WATCHLIST + SERVER, encoding="utf-8")
    watch.state.mkdir()
    return watch


def call(folder: WatchFolder, *words: str, **environ: str) -> Result:
    env = {"LANG": "en", **environ}
    return CliRunner().invoke(veilleur, ["--watch", str(folder.root), *words], obj=start_context(), env=env)


def refused(folder: WatchFolder, *words: str) -> str:
    """What the door is told, as one text."""
    found = call(folder, *words).exception
    assert isinstance(found, VeilleurError)
    return str(found)


def make_worker(folder: WatchFolder) -> None:
    (folder.state / "key").write_bytes(bytes(32))
    with Archive.open(folder.archive) as archive:
        archive.journal.begin()


@pytest.mark.parametrize("words", [["--shard", "1/2"], ["--desk"]], ids=["worker", "desk"])
def test_the_embedded_index_has_no_workers(folder: WatchFolder, words: list[str]) -> None:
    folder.watchlist.write_text(WATCHLIST, encoding="utf-8")

    assert 'backend = "elasticsearch"' in refused(folder, "run", *words)
    assert not folder.archive.exists()


@pytest.mark.parametrize(
    "words", [["--shard", "1/2"], ["--force"], ["blog"]], ids=["shard", "force", "sources"]
)
def test_the_desk_reads_no_sources(folder: WatchFolder, words: list[str]) -> None:
    assert "The desk reads no sources itself" in refused(folder, "run", "--desk", *words)


@pytest.mark.parametrize("share", ["3/2", "two"])
def test_a_share_that_is_none_is_refused_with_an_example(folder: WatchFolder, share: str) -> None:
    assert "veilleur run --shard 2/8" in refused(folder, "run", "--shard", share)


def test_a_worker_without_the_key_is_told_where_to_get_it(folder: WatchFolder) -> None:
    assert "VEILLEUR_KEY_FILE" in refused(folder, "run", "--shard", "1/2")


def test_a_worker_takes_the_key_that_the_environment_names(folder: WatchFolder, tmp_path: Path) -> None:
    given = tmp_path / "secret"
    given.write_bytes(b"x" * 32)

    take_key(folder, {KEY_FILE_VARIABLE: str(given)})

    assert (folder.state / "key").read_bytes() == b"x" * 32
    assert (folder.state / "key").stat().st_mode & 0o777 == 0o600
    given.write_bytes(b"y" * 32)
    take_key(folder, {KEY_FILE_VARIABLE: str(given)})
    assert (folder.state / "key").read_bytes() == b"x" * 32


def test_a_key_file_that_cannot_be_read_is_named(folder: WatchFolder, tmp_path: Path) -> None:
    with pytest.raises(WatchlistError, match="missing"):
        take_key(folder, {KEY_FILE_VARIABLE: str(tmp_path / "missing")})


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_file_that_is_no_key_is_not_taken_for_one(folder: WatchFolder, tmp_path: Path, size: int) -> None:
    given = tmp_path / "secret"
    given.write_bytes(bytes(size))

    with pytest.raises(WatchlistError, match="head -c 32 /dev/urandom"):
        take_key(folder, {KEY_FILE_VARIABLE: str(given)})

    assert not (folder.state / "key").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "--desk"],
        ["reindex"],
        ["forget", "--yes", "Camille"],
        ["digest"],
        ["digest", "--deliver"],
    ],
    ids=" ".join,
)
def test_a_workers_folder_does_nothing_but_its_share(folder: WatchFolder, words: list[str]) -> None:
    """Each of these would make the common index equal to one share, or tell people twice."""
    make_worker(folder)

    assert "This folder is a worker's" in refused(folder, *words)


def make_desk(folder: WatchFolder) -> None:
    (folder.state / "key").write_bytes(bytes(32))
    with Archive.open(folder.archive) as archive:
        archive.replay.begin()


@pytest.mark.parametrize("words", [["run"], ["run", "--force"], ["run", "blog"]], ids=" ".join)
def test_a_desks_folder_reads_no_source_itself(folder: WatchFolder, words: list[str]) -> None:
    make_desk(folder)

    told = refused(folder, *words)

    assert "This folder is a desk's" in told
    assert "veilleur run --desk" in told
    assert "veilleur run --alone" in told


def test_a_desk_that_has_heard_of_workers_is_one_though_no_version_said_so(folder: WatchFolder) -> None:
    with Archive.open(folder.archive) as archive:
        archive.replay.conclude({"w": 3})

    assert "This folder is a desk's" in refused(folder, "run")


def test_a_desks_folder_does_not_become_a_worker(folder: WatchFolder) -> None:
    make_desk(folder)

    assert "A worker needs a folder of its own" in refused(folder, "run", "--shard", "1/2")
    with Archive.open(folder.archive) as archive:
        assert archive.journal.worker == ""


def test_a_desk_ends_only_on_purpose_and_may_begin_again(folder: WatchFolder) -> None:
    make_desk(folder)
    folder.watchlist.write_text('[watch]\nname = "Essai"\nlanguage = "en"\n' + SERVER, encoding="utf-8")

    assert call(folder, "run", "--alone", "--desk").exit_code == 2
    assert "The index at http://127.0.0.1:9" in refused(folder, "run", "--alone")
    assert "The index at http://127.0.0.1:9" in refused(folder, "run")
    with Archive.open(folder.archive) as archive:
        assert not archive.replay.is_desk
        archive.replay.begin()
        assert archive.replay.is_desk


def test_an_index_moved_back_to_the_machine_needs_no_word_about_workers(folder: WatchFolder) -> None:
    make_desk(folder)
    folder.watchlist.write_text('[watch]\nname = "Essai"\nlanguage = "en"\n', encoding="utf-8")

    assert call(folder, "run").exit_code == 0


def scheduled(folder: WatchFolder, *words: str) -> str:
    done = call(folder, "schedule", *words)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_workers_lines_run_its_share_and_tell_nobody(folder: WatchFolder) -> None:
    lines = scheduled(folder, "cron", "--shard", "2/8").splitlines()
    units = scheduled(folder, "systemd", "--shard", "2/8")
    told = call(folder, "schedule", "systemd", "--shard", "2/8").stderr

    assert len(lines) == 2
    assert lines[1].startswith("7 * * * * ")
    assert lines[1].endswith(" --quiet run --shard 2/8")
    assert "--- veilleur-worker-2-of-8.timer" in units
    assert "veilleur-digest" not in units
    assert told.rstrip().endswith("enable --now veilleur-worker-2-of-8.timer")
    assert '"veilleur --quiet run --shard 2/8"]' in scheduled(folder, "compose", "--shard", "2/8")


@pytest.mark.parametrize("words", [[], ["--desk"]], ids=["as-it-is", "asked"])
def test_a_desks_lines_take_in_what_workers_told_and_tell_people(
    folder: WatchFolder, words: list[str]
) -> None:
    if not words:
        make_desk(folder)

    _, run, digest = scheduled(folder, "cron", *words).splitlines()
    compose = scheduled(folder, "compose", *words)

    assert run.startswith("37 * * * * ")
    assert run.endswith(" run --desk")
    assert digest.endswith(" digest --deliver")
    assert 'MINUTE: "37"' in compose
    assert "veilleur-digest.timer" in call(folder, "schedule", "systemd", *words).stderr


def test_no_lines_are_made_that_a_folder_would_refuse(folder: WatchFolder, tmp_path: Path) -> None:
    make_desk(folder)
    assert "This folder is a desk's" in refused(folder, "schedule", "cron", "--shard", "1/2")
    assert call(folder, "schedule", "cron", "--shard", "1/2", "--desk").exit_code == 2
    other = WatchFolder(root=tmp_path / "worker")
    other.state.mkdir(parents=True)
    other.watchlist.write_text(WATCHLIST, encoding="utf-8")
    assert 'backend = "elasticsearch"' in refused(other, "schedule", "cron", "--shard", "1/2")
    make_worker(other)
    assert "This folder is a worker's" in refused(other, "schedule", "cron")


def test_a_folder_that_read_everything_does_not_become_a_worker(folder: WatchFolder) -> None:
    (folder.state / "key").write_bytes(bytes(32))
    with Archive.open(folder.archive) as archive:
        put(archive, post())

    assert "Make this folder the desk" in refused(folder, "run", "--shard", "1/2")


def test_the_shares_of_all_workers_are_the_watch(folder: WatchFolder) -> None:
    watchlist = load_watchlist(folder.watchlist)
    workers = [
        Worker(folder=folder, watchlist=watchlist, shard=Shard(number=number, of=3), host="h", environ={})
        for number in (1, 2, 3)
    ]

    assert sorted(id for each in workers for id in each.sources) == ["blog", "forum"]
    assert sorted(id for each in workers for id in each.choose(("forum",))) == ["forum"]


def test_a_worker_whose_share_is_empty_reads_nothing(folder: WatchFolder) -> None:
    crawl = start_share(CrawlJob(watchlist=folder.watchlist, archive=folder.archive, now=MORNING))

    assert list(crawl.events()) == []
    assert crawl.wait() == 0


def test_parts_are_kept_as_long_as_the_most_patient_source(folder: WatchFolder) -> None:
    assert longest_kept(load_watchlist(folder.watchlist)).days == 900
    short = Watchlist(name="t", sources=(Source(id="a", url="https://a.example/"),))
    assert longest_kept(short).days == short.privacy.retention_days


def test_a_workers_summary_speaks_of_no_index(folder: WatchFolder) -> None:
    context = Context(folder=folder.root, language="en", now=MORNING)

    lines = list(summary_lines(context, RunSummary(outcomes=(), understood=7, is_share=True)))

    assert "Understood: 7" in lines
    assert not any("indexed" in line or "Next" in line for line in lines)


def test_remarks_end_the_summary_in_the_readers_language(folder: WatchFolder) -> None:
    summary = RunSummary(
        outcomes=(), remarks=(Remark(text="Nobody reads share {shares}.", values=(("shares", "2/2"),)),)
    )
    context = Context(folder=folder.root, language="fr", now=MORNING)

    *_, record = summary_records(summary)

    assert "Personne ne lit la part 2/2." in list(summary_lines(context, summary))
    assert json.loads(json.dumps(record))["remarks"] == ["Nobody reads share 2/2."]
