"""A desk that is told what workers were told holds what one archive would, however sources are shared out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.archive import Archive
from crawlers.archive.journal import Entry, Numbered, names_in, pack, unpack, without
from crawlers.archive.states import AccountSeen, Arrival
from crawlers.archive.tombstones import mark_of
from crawlers.items import Author, CommunitySample, Engagement, Item, Outcome
from tests.archived import HOUR, MORNING, item, opened, put
from watchlists.errors import ArchiveError

KEY = b"k" * 32
SOURCES = ("blog", "forum", "gazette", "planet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One answer of one source."""

    hour: int
    source: str
    items: tuple[Item, ...]


@contextmanager
def worker_archive(folder: Path) -> Iterator[Archive]:
    with archive_with_key(folder) as archive:
        archive.journal.begin()
        yield archive


@contextmanager
def archive_with_key(folder: Path) -> Iterator[Archive]:
    folder.mkdir(exist_ok=True)
    (folder / "key").write_bytes(KEY)
    with opened(folder) as archive:
        yield archive


def outcome(source: str, at: datetime, state: str = "ok") -> Outcome:
    return Outcome(source=source, run=at.isoformat(), at=at, state=state)  # type: ignore[arg-type]


def play(desk: Archive, told: Sequence[tuple[str, Numbered]]) -> int:
    """Tell a desk, in the order in which the cluster gives entries; how many were new to it."""
    ordered = sorted(
        told,
        key=lambda each: (each[1].entry.at, each[1].entry.rank, each[1].entry.source, each[0], each[1].seq),
    )
    return sum(desk.replay.play(worker, each.seq, each.entry) for worker, each in ordered)


def entries(archive: Archive) -> list[tuple[str, Numbered]]:
    return [(archive.journal.worker, each) for each in archive.journal.unsent()]


def contents(archive: Archive) -> list[object]:
    """All an archive holds of its items."""
    ids = list(archive.item_ids())
    return [
        list(archive.items(ids)),
        archive.sightings(ids),
        archive.engagement_samples(ids),
        {id: archive.revisions(id) for id in ids},
    ]


@st.composite
def steps(draw: st.DrawFn) -> tuple[Step, ...]:
    """Answers of several sources over a few hours that show the same few posts, edited and counted."""
    made = []
    for hour in range(draw(st.integers(1, 4))):
        for source in sorted(draw(st.sets(st.sampled_from(SOURCES)))):
            posts = tuple(_posts(draw, hour))
            made += [Step(hour=hour, source=source, items=posts)]
    return tuple(made)


def _posts(draw: st.DrawFn, hour: int) -> Iterator[Item]:
    for slug in sorted(draw(st.sets(st.sampled_from(["a", "b", "c"]), max_size=3))):
        alias = draw(st.sampled_from([(), ("guid:one",), (f"https://old.example/{slug}",)]))
        yield item(
            slug,
            title=draw(st.sampled_from(["Panne", "Panne réparée"])),
            html=draw(st.sampled_from(["", "<p>Court.</p>", "<p>Tout le texte, en entier.</p>"])),
            aliases=alias,
            published=draw(st.sampled_from([None, MORNING - HOUR])),
            fetched=MORNING + hour * HOUR,
            engagement=Engagement(upvotes=draw(st.sampled_from([None, 1, 5]))),
        )


@settings(max_examples=40, deadline=None)
@given(steps(), st.lists(st.integers(0, 3), min_size=4, max_size=4), st.booleans())
def test_a_desk_holds_what_one_archive_would(
    told: tuple[Step, ...], shares: list[int], is_pulled_each_hour: bool
) -> None:
    """Sources of one moment are taken in the order of their ids; a network would mix them anyway."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        root = Path(name)
        alone = stack.enter_context(archive_with_key(root / "alone"))
        desk = stack.enter_context(archive_with_key(root / "desk"))
        workers = [stack.enter_context(worker_archive(root / f"w{each}")) for each in range(4)]
        reads = dict(zip(SOURCES, shares, strict=True))
        for step in told:
            now = MORNING + step.hour * HOUR
            for archive in (alone, workers[reads[step.source]]):
                put(archive, *step.items, source=step.source, now=now)
            if is_pulled_each_hour and step is [each for each in told if each.hour == step.hour][-1]:
                play(desk, [each for worker in workers for each in entries(worker)])
        play(desk, [each for worker in workers for each in entries(worker)])

        assert contents(desk) == contents(alone)
        assert play(desk, [each for worker in workers for each in entries(worker)]) == 0


def test_what_an_archive_knew_already_is_not_told_again(tmp_path: Path) -> None:
    with worker_archive(tmp_path) as archive:
        put(archive, item("panne"))
        put(archive, item("panne"), now=MORNING + HOUR)
        put(archive, item("panne", title="Réparé"), now=MORNING + 2 * HOUR)

        told = [each.entry for each in archive.journal.unsent()]

    assert [each.arrivals[0].item.title for each in told] == ["À propos de panne", "Réparé"]


def test_only_a_workers_archive_keeps_a_journal(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, item())
        archive.put_outcome(outcome("blog", MORNING))

        assert archive.journal.worker == ""
        assert list(archive.journal.unsent()) == []


def test_a_folder_in_use_does_not_become_a_workers(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, item())

        with pytest.raises(ArchiveError, match="--desk"):
            archive.journal.begin()


def test_outcomes_samples_and_disappearances_are_told_too(tmp_path: Path) -> None:
    sample = CommunitySample(source="forum", at=MORNING, members=7)
    with worker_archive(tmp_path / "worker") as worker, archive_with_key(tmp_path / "desk") as desk:
        put(worker, item("panne"))
        worker.put_outcome(outcome("blog", MORNING))
        worker.put_outcome(outcome("gazette", MORNING, "not_due"))  # which says nothing
        worker.put_community_sample(sample)
        worker.mark_deleted([item("panne").id], at=MORNING + HOUR)
        play(desk, entries(worker))

        span = {"since": MORNING - HOUR, "until": MORNING + 2 * HOUR}
        assert desk.outcomes(**span) == (outcome("blog", MORNING),)
        assert desk.community_samples("forum", **span) == (sample,)
        found = desk.item(item("panne").id)
        assert found is not None
        assert found.deleted == MORNING + HOUR


def account(url: str, at: datetime, *, is_readable: bool = True) -> AccountSeen:
    return AccountSeen(
        organisation="acme", network="Bluesky", url=url, is_readable=is_readable, first_seen=at
    )


def test_accounts_are_told_once_and_keep_their_earliest_sight(tmp_path: Path) -> None:
    """Two workers see one account; the desk hears the later one first."""
    shared, other = "https://bsky.app/profile/acme", "https://bsky.app/profile/acme-aide"
    with (
        worker_archive(tmp_path / "one") as one,
        worker_archive(tmp_path / "two") as two,
        archive_with_key(tmp_path / "desk") as desk,
    ):
        for hours in (1, 2):
            one.put_accounts([account(shared, MORNING + hours * HOUR)])
        two.put_accounts([account(shared, MORNING), account(other, MORNING)])
        assert [len(entries(each)) for each in (one, two)] == [1, 1]
        play(desk, entries(one))
        play(desk, entries(two))

        assert desk.accounts() == (account(shared, MORNING), account(other, MORNING))
        one.put_accounts([account(shared, MORNING + 3 * HOUR, is_readable=False)])
        play(desk, entries(one))
        assert desk.accounts()[0] == account(shared, MORNING, is_readable=False)


def test_accounts_known_before_a_folder_became_a_workers_are_told_too(tmp_path: Path) -> None:
    seen = account("https://bsky.app/profile/acme", MORNING)
    with opened(tmp_path) as archive:
        archive.put_accounts([seen])
        archive.journal.begin()

        assert [each.entry.accounts for each in archive.journal.unsent()] == [(seen,)]
        archive.journal.begin()
        assert archive.journal.latest() == 1


def test_an_entry_of_accounts_outlives_what_is_erased_beside_it() -> None:
    entry = Entry(at=MORNING, accounts=(account("https://bsky.app/profile/acme", MORNING),))

    assert without(entry, lambda _name: True) == entry
    assert names_in(entry) == set()
    assert unpack(pack(entry)) == entry


def test_a_worker_that_was_late_changes_no_newer_count(tmp_path: Path) -> None:
    early = item("panne", engagement=Engagement(upvotes=1))
    late = replace(early, engagement=Engagement(upvotes=9), fetched=MORNING + HOUR)
    with archive_with_key(tmp_path / "desk") as desk:
        desk.replay.play("second", 1, told_by("planet", late, MORNING + HOUR))
        desk.replay.play("first", 1, told_by("blog", early, MORNING))

        found = desk.item(early.id)
        assert found is not None
        assert found.engagement.upvotes == 9
        assert [each.at for each in desk.engagement_samples([early.id])[early.id]] == [
            MORNING,
            MORNING + HOUR,
        ]
        assert desk.sightings([early.id])[early.id][0].source == "blog"


def told_by(source: str, post: Item, now: datetime, *, is_backfill: bool = False) -> Entry:
    return Entry(at=now, source=source, arrivals=(Arrival(item=post, is_backfill=is_backfill),))


def test_a_source_that_moves_makes_no_old_news_and_hides_no_new_one(tmp_path: Path) -> None:
    """The new worker reads the source for the first time, and calls all of it history."""
    known = item("connue", published=MORNING - 30 * HOUR)
    missed = item("ratee", published=MORNING - 20 * HOUR)
    fresh = item("neuve", published=MORNING + HOUR)
    undated = item("sans-date", published=None)
    with archive_with_key(tmp_path) as desk:
        desk.replay.play("old", 1, told_by("blog", known, MORNING - 29 * HOUR))
        desk.replay.play("old", 2, Entry(at=MORNING, source="blog", outcome=outcome("blog", MORNING)))
        later = MORNING + 2 * HOUR
        for seq, post in enumerate((known, missed, fresh, undated), start=1):
            desk.replay.play("new", seq, told_by("blog", post, later, is_backfill=True))

        seen = {id: sightings[0] for id, sightings in desk.sightings(desk.item_ids()).items()}
        assert seen[known.id].first_seen == MORNING - 29 * HOUR
        assert {id: each.is_backfill for id, each in seen.items()} == {
            known.id: False,
            missed.id: True,
            fresh.id: False,
            undated.id: False,
        }


def test_the_first_reading_of_a_source_is_history_as_ever(tmp_path: Path) -> None:
    with archive_with_key(tmp_path) as desk:
        desk.replay.play("one", 1, told_by("blog", item(), MORNING, is_backfill=True))
        desk.replay.play("one", 2, Entry(at=MORNING, source="blog", outcome=outcome("blog", MORNING)))
        again = told_by("blog", item("suite"), MORNING + HOUR, is_backfill=True)
        desk.replay.play("one", 3, again)

        assert all(each[0].is_backfill for each in desk.sightings(desk.item_ids()).values())


def test_a_pull_that_was_broken_off_takes_each_entry_once(tmp_path: Path) -> None:
    with worker_archive(tmp_path / "worker") as worker, archive_with_key(tmp_path / "desk") as desk:
        for number, title in enumerate(("Panne", "Réparé", "Panne")):
            put(worker, item("panne", title=title), now=MORNING + number * HOUR)
        told = entries(worker)
        assert play(desk, told[:2]) == 2
        assert play(desk, told) == 1
        desk.replay.conclude({worker.journal.worker: 3})

        assert contents(desk) == contents(worker)
        assert desk.replay.cursors() == {worker.journal.worker: 3}


def test_an_entry_comes_back_as_it_was_packed() -> None:
    entry = told_by("blog", item(author=Author(name="Camille", is_staff=True)), MORNING, is_backfill=True)

    assert unpack(pack(entry)) == entry


@pytest.mark.parametrize("body", [b"", b"{}", b"\x78\x9c" + b"\xff" * 30, pack(Entry(at=MORNING))[:-9]])
def test_bytes_that_are_no_entry_are_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack(body)


def test_an_entry_without_the_erased_keeps_the_rest() -> None:
    gone, left = item("a", author=Author(name="Wilhelmine")), item("b")
    entry = Entry(
        at=MORNING, source="blog", arrivals=(Arrival(item=gone), Arrival(item=left)), gone=(gone.id,)
    )

    cleaned = without(entry, lambda name: name in {"author:wilhelmine", gone.id})

    assert cleaned == Entry(at=MORNING, source="blog", arrivals=(Arrival(item=left),))
    assert without(replace(entry, arrivals=entry.arrivals[:1]), lambda _name: True) is None


def test_a_worker_erases_what_the_desk_forgot_and_refuses_it_from_then_on(tmp_path: Path) -> None:
    secret = item("intime", title="Xyzzy", author=Author(name="Wilhelmine", url="https://a.example/u/wx"))
    with worker_archive(tmp_path) as archive:
        put(archive, secret, item("autre"))
        marks = [mark_of(name, key=KEY) for name in ("author:wilhelmine", "author:nobody")]

        erased = archive.adopt(marks, now=MORNING)
        archive.compact()

        assert erased == (secret.id,)
        assert put(archive, secret, now=MORNING + HOUR)[0].state == "known"
        assert archive.adopt(marks, now=MORNING) == ()
        told = {name for each in archive.journal.unsent() for name in names_in(each.entry)}
        assert item("autre").id in told
        assert secret.id not in told
    assert not any(b"Xyzzy" in path.read_bytes() for path in tmp_path.iterdir())


def test_what_is_sent_is_marked_and_what_is_old_leaves_the_journal(tmp_path: Path) -> None:
    with worker_archive(tmp_path) as archive:
        put(archive, item("a"), now=MORNING - timedelta(days=9))
        put(archive, item("b"))
        journal = archive.journal
        journal.mark_sent([1])

        assert [each.seq for each in journal.unsent()] == [2]
        assert journal.count_sent(since=MORNING - timedelta(days=10)) == 1
        journal.mark_unsent()
        assert journal.expire(before=MORNING - timedelta(days=1)) == 1
        put(archive, item("c"), now=MORNING + HOUR)
        assert [each.seq for each in journal.unsent()] == [2, 3]
        assert journal.latest() == 3


def test_a_large_answer_is_told_in_portions(tmp_path: Path) -> None:
    large = [item(f"long{number}", html=f"<p>{'x' * 1_500_000}</p>") for number in range(5)]
    with worker_archive(tmp_path / "worker") as worker, archive_with_key(tmp_path / "desk") as desk:
        put(worker, *large)
        told = entries(worker)
        play(desk, told)

        assert [len(each.entry.arrivals) for _, each in told] == [2, 2, 1]
        assert contents(desk) == contents(worker)


def test_an_archive_put_back_goes_on_under_another_name(tmp_path: Path) -> None:
    with worker_archive(tmp_path) as archive:
        journal, former = archive.journal, archive.journal.worker
        put(archive, item("a"), source="blog")
        journal.mark_sent([1])
        assert journal.first_unsent() == 2
        put(archive, item("b"), source="forum")

        assert journal.begin_anew() == journal.worker != former
        assert [each.seq for each in journal.unsent()] == [2] == [journal.first_unsent()]
        journal.drop([2])
        assert (journal.count_unsent(), journal.latest()) == (0, 2)
