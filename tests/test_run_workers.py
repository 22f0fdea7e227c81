"""Workers and their desk over the demo web, on a real server: whoever reads, the index is the same."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import start_context, veilleur
from crawlers.archive import Archive
from crawlers.archive.journal import names_in
from crawlers.archive.states import AccountSeen
from crawlers.shards import Shard, share_of
from pipelines.document import Document
from pipelines.sharing import Sharing
from search.backends.elasticsearch_connection import connect
from search.backends.elasticsearch_parts_storage import remove_parts
from search.cluster.parts import ClusterMemo, opened_parts
from search.cluster.workers import Worker, opened_worker, start_share
from search.demo import demo_moments, write_digest
from search.folder import WatchFolder
from search.role import Role
from search.run import RunRequest, RunSession
from search.upkeep.forget import forget
from tests.sharded_demo import KEY, DemoWeb, Seen, Team, demo_web, look, read_alone, team_of
from watchlists.demo.clock import day_start
from watchlists.errors import WatchlistError
from watchlists.load import load_watchlist
from watchlists.model import Watchlist

pytestmark = [pytest.mark.slow, pytest.mark.models, pytest.mark.enable_socket]

IS_FULL = os.environ.get("VEILLEUR_CAMPAIGN") == "full"


def short_moments() -> Iterator[datetime]:
    """A first read, a day, and some hours of the next one."""
    yield day_start(34)
    for hours in (0, 3, 7, 8):
        yield day_start(36) + timedelta(hours=hours)


MOMENTS = tuple(demo_moments()) if IS_FULL else tuple(short_moments())
FIRST, *_, LAST = MOMENTS
LATER = MOMENTS[len(MOMENTS) // 2]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWeb]:
    with demo_web(tmp_path_factory.mktemp("workers")) as served:
        yield served


@pytest.fixture(scope="module")
def alone(web: DemoWeb) -> Seen:
    """What one process makes of it, and its digest."""
    return read_alone(web, MOMENTS)


def differing(one: dict[str, Document], other: dict[str, Document]) -> dict[str, set[str]]:
    """Ids by the field in which two indexes differ; `id` where one lacks a document."""
    found: dict[str, set[str]] = {}
    for id in one.keys() | other.keys():
        mine, theirs = one.get(id), other.get(id)
        for each in fields(Document):
            if getattr(mine, each.name, 0) != getattr(theirs, each.name, 0):
                found.setdefault(each.name, set()).add(id)
    return found


def step(team: Team, moment: datetime) -> None:
    team.work(moment)
    team.gather(moment)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_any_number_of_workers_makes_the_index_one_process_makes(
    web: DemoWeb, alone: Seen, count: int
) -> None:
    alone_folder = WatchFolder(root=web.root / "alone")
    note_accounts([alone_folder])
    with team_of(web, count) as team:
        note_accounts([worker.folder for worker, _ in team.workers.values()])
        for moment in MOMENTS:
            step(team, moment)
        seen = team.look()
        page = write_digest(team.desk, now=LAST, environ={})
        presence = map_of_presence(team.desk)

        assert differing(alone.documents, seen.documents) == {}
        assert seen.outcomes == alone.outcomes
        assert seen.accounts == look(alone_folder, alone_watchlist(web)).accounts
        assert len(seen.accounts) == 4
        assert presence == map_of_presence(alone_folder)
        assert "bsky.app" in presence
        assert {each.story for each in seen.documents.values()} == {
            each.story for each in alone.documents.values()
        }
        assert page.read_bytes() == alone_digest(web).read_bytes()


def note_accounts(folders: Sequence[WatchFolder]) -> None:
    """Accounts that pages name, one folder after the other: the pages of the demo web name none."""
    for number in range(4):
        account = AccountSeen(
            organisation="velobulle",
            network="Bluesky",
            url=f"https://bsky.app/profile/velobulle-{number}.example",
            is_readable=True,
            first_seen=FIRST,
        )
        with Archive.open(folders[number % len(folders)].archive) as archive:
            archive.put_accounts([account])


def alone_watchlist(web: DemoWeb) -> Watchlist:
    return load_watchlist(web.root / "alone" / "watchlist.toml")


def map_of_presence(folder: WatchFolder) -> str:
    """What `veilleur presence` says there."""
    words = ["--watch", str(folder.root), "--now", LAST.isoformat(), "presence", "--json"]
    done = CliRunner().invoke(veilleur, words, obj=start_context())
    assert done.exit_code == 0, done.output
    return done.stdout


def alone_digest(web: DemoWeb) -> Path:
    return write_digest(WatchFolder(root=web.root / "alone"), now=LAST, environ={})


FRESHER = {"text", "tone_confidence", "intent_confidence", "summary", "phrases", "entities"}
"""What may differ of pages that a new worker reads again: they show more comments than they did."""


def test_workers_added_later_move_sources_and_announce_nothing_twice(web: DemoWeb, alone: Seen) -> None:
    """From 2 shares to 4 in the middle: two workers more, that read their sources for the first time."""
    with team_of(web, 2, "moved") as team:
        for moment in MOMENTS:
            if moment == LATER:
                team.share_out(4)
            step(team, moment)
        seen = team.look()

    assert set(differing(alone.documents, seen.documents)) <= FRESHER
    assert {each.source for each in seen.outcomes} == {each.source for each in alone.outcomes}


def test_a_share_read_twice_changes_nothing_and_is_told(web: DemoWeb, alone: Seen) -> None:
    with team_of(web, 2, "doubled") as team:
        team.hire("doubled-twin", Shard(number=2, of=2))
        for moment in MOMENTS:
            step(team, moment)
        seen = team.look()
        remarks = [each.fill(str) for each in team.gather(LAST).remarks]

    assert differing(alone.documents, seen.documents) == {}
    assert any("both read share 2/2" in each for each in remarks)


def test_workers_and_desk_that_lose_runs_catch_up(web: DemoWeb, alone: Seen) -> None:
    """One dies before it tells, the desk misses runs, the cluster loses its parts, the desk its files."""
    with team_of(web, 2, "broken") as team:
        for moment in MOMENTS[:-1]:
            web.clock.now = moment
            team.close_sessions()
            read_and_die(team, "broken-1", moment)
            team.share_out(2)
            team.work(moment, ["broken-2"])
        team.gather(MOMENTS[-2])
        remove_parts(team.settings, environ={})
        team.lose_desk()
        step(team, LAST)
        seen = team.look()

    # Counts read again and found unmoved renew no document; made anew, it has its rate over more hours.
    assert set(differing(alone.documents, seen.documents)) <= {"engagement_per_hour"}
    assert seen.outcomes == alone.outcomes


def read_and_die(team: Team, name: str, moment: datetime) -> None:
    """A run of a worker that ends once its sources are read, before it told the desk."""
    folder = WatchFolder(root=team.web.root / name)
    watchlist = load_watchlist(folder.watchlist)
    shard = Shard(number=int(name[-1]), of=2)
    chosen = tuple(source.id for source in share_of(watchlist.sources, shard))
    dying = Role(start=start_share, finish=lambda _understanding, _now: None)
    with RunSession(folder, watchlist, environ={}, role=dying) as session:
        session.cycle(RunRequest(now=moment, sources=chosen))


def test_what_the_desk_forgets_leaves_cluster_and_workers_and_stays_away(web: DemoWeb) -> None:
    with team_of(web, 2, "forgotten") as team:
        step(team, FIRST)
        team.share_out(2)  # a desk at work is not interrupted
        person, ids = someone(team)
        done = forget(team.desk, team.watchlist, subject=person, now=FIRST, environ={})
        kept_in_cluster = told_in_cluster(team)
        step(team, LAST)
        seen = team.look()

        assert done.items == len(ids) > 0
        assert not ids & kept_in_cluster
        assert not ids & seen.documents.keys()
        assert not ids & told_in_cluster(team)
        for worker, _ in team.workers.values():
            with Archive.open(worker.folder.archive, readonly=True) as archive:
                assert not ids & set(archive.item_ids())
            assert person.encode() not in worker.folder.archive.read_bytes()


def someone(team: Team) -> tuple[str, set[str]]:
    """A person of the demo, and the posts under the name."""
    with Archive.open(team.desk.archive, readonly=True) as archive:
        items = list(archive.items(archive.item_ids()))
    written: dict[str, set[str]] = {}
    for item in items:
        if item.author and not item.author.is_staff and " " in item.author.name:
            written.setdefault(item.author.name, set()).add(item.id)
    return max(written.items(), key=lambda each: (len(each[1]), each[0]))


def told_in_cluster(team: Team) -> set[str]:
    """Every name by which parts in the cluster tell of items."""
    with opened_parts(team.desk, team.watchlist, {}) as parts:
        told = list(parts.since({}, parts.hellos()))
    return {name for each in told if each.entry for name in names_in(each.entry)}


def test_the_cluster_holds_no_name_of_a_person(web: DemoWeb) -> None:
    with team_of(web, 1, "sealed") as team:
        step(team, FIRST)
        person, _ = someone(team)
        with closing(connect(team.settings, {})) as client:
            for alias in (f"{team.settings.alias}-parts", f"{team.settings.alias}-memories"):
                hits = client.search(index=alias, size=1_000)["hits"]["hits"]
                assert hits
                assert all(person not in str(hit) and "Article" not in str(hit) for hit in hits)


def test_the_desk_reads_no_text_that_a_worker_read(web: DemoWeb) -> None:
    with team_of(web, 2, "shared") as team:
        team.work(FIRST)
        memo = Counted(team.desk, team.watchlist)
        with (
            Archive.open(team.desk.archive) as archive,
            opened_parts(team.desk, team.watchlist, {}) as parts,
        ):
            for each in parts.since({}, parts.hellos()):
                assert each.entry is not None
                archive.replay.play(each.worker, each.seq, each.entry)
            understanding = Sharing(memo=memo).open(
                team.desk.understood, archive=archive, watchlist=team.watchlist, key=KEY
            )
            with closing(understanding):
                understood = list(understanding.understand(list(understanding.pending()), now=FIRST))
        memo.close()

    assert len(understood) == archive_size(team)
    assert memo.missed == set()


class Counted(ClusterMemo):
    """A memo that remembers what it did not know."""

    def __init__(self, folder: WatchFolder, watchlist: Watchlist) -> None:
        super().__init__(folder, watchlist, environ={}, keeps=False)
        self.missed: set[str] = set()

    def find(self, keys: Sequence[str], /) -> Mapping[str, bytes]:
        """What is known, and a note of what is not."""
        found = super().find(keys)
        self.missed |= set(keys) - found.keys()
        return found


def archive_size(team: Team) -> int:
    with Archive.open(team.desk.archive, readonly=True) as archive:
        return archive.count()


def test_the_commands_do_it(web: DemoWeb) -> None:
    with team_of(web, 2, "commands") as team:
        team.close_sessions()
        web.clock.now = FIRST
        told = [
            run_command(web.root / "commands-1", "--shard", "1/2"),
            run_command(web.root / "commands-2", "--shard", "2/2"),
            run_command(team.desk.root, "--desk"),
        ]
        seen = team.look()

    assert [each.exit_code for each in told] == [0, 0, 0]
    assert "Part 1/2" in told[0].stdout
    assert "robots connus : 2" in told[2].stdout.replace("\u00a0", " ")
    assert len({each.source for each in seen.outcomes}) == len(team.watchlist.sources)


def run_command(root: Path, *words: str) -> Result:
    given = ["--watch", str(root), "--now", FIRST.isoformat(), "--lang", "fr", "run", *words]
    return CliRunner().invoke(veilleur, given, obj=start_context())


def test_a_worker_with_another_key_is_refused_before_it_tells_anything(web: DemoWeb) -> None:
    with team_of(web, 1, "keyed") as team:
        step(team, FIRST)
        folder = web.watch("keyed-stranger", team.settings)
        (folder.state / "key").write_bytes(bytes(32))
        stranger = replace_folder(team, folder)

        with pytest.raises(WatchlistError, match="not the watch's"), opened_worker(stranger) as session:
            session.cycle(RunRequest(now=FIRST))

        with opened_parts(team.desk, team.watchlist, {}) as parts:
            assert {each.host for each in parts.hellos()} == {"keyed-1"}


def replace_folder(team: Team, folder: WatchFolder) -> Worker:
    return Worker(
        folder=folder,
        watchlist=load_watchlist(folder.watchlist),
        shard=Shard(number=1, of=1),
        host="stranger",
        environ={},
    )
