"""Outcomes in the index: those that say something, all of them, and no more asked for than it takes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.archive import Archive
from crawlers.items import Outcome
from search.sync import EPOCH, sync_outcomes, told_outcomes
from tests.archived import HOUR, MORNING, opened
from tests.documents import outcome, sample
from tests.memory_index import MemoryIndex
from watchlists.errors import IndexUnavailable
from watchlists.model import Source, Watchlist

AT_ONCE = 500
"""Outcomes of one request to a server."""


class Server(MemoryIndex):
    """An index that notes what it is asked for, and fails in the middle of a request when told to."""

    fails_after: int | None = None
    """Outcomes that are taken before the answer fails."""

    def __init__(self, random: Random | None = None) -> None:
        super().__init__()
        self.random = random
        self.asked: list[datetime] = []

    def outcomes(self, *, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        self.asked.append(since)
        return super().outcomes(since=since, until=until)

    def put_outcomes(self, outcomes: Iterable[Outcome], /) -> None:
        sent = list(outcomes)
        if self.fails_after is None:
            super().put_outcomes(sent)
            return
        whole = self.fails_after // AT_ONCE * AT_ONCE
        assert self.random is not None
        last = sent[whole : whole + AT_ONCE]
        lost = self.random.sample(range(len(last)), min(len(last), self.random.choice([1, 3, 100])))
        super().put_outcomes(sent[:whole])
        super().put_outcomes(each for number, each in enumerate(last) if number not in lost)
        raise IndexUnavailable("cut off")


def watch(sources: int) -> Watchlist:
    made = (Source(id=f"s{number}", url=f"https://s{number}.example/") for number in range(sources))
    return Watchlist(name="w", sources=tuple(made))


def read(archive: Archive, watchlist: Watchlist, now: datetime) -> None:
    for source in watchlist.sources:
        archive.put_outcome(outcome(source.id, now))


def test_that_a_source_was_not_due_is_not_indexed(tmp_path: Path) -> None:
    index = Server()
    with opened(tmp_path) as archive:
        archive.put_outcome(outcome("s0", MORNING))
        archive.put_outcome(replace(outcome("s1", MORNING), state="not_due"))

        sync_outcomes(index, archive, watch(2), now=MORNING)

    assert index.outcomes(since=EPOCH, until=MORNING + HOUR) == (outcome("s0", MORNING),)


def test_a_run_asks_for_some_thousand_outcomes_however_long_the_watch_has_run(tmp_path: Path) -> None:
    index, watchlist = Server(), watch(100)
    with opened(tmp_path) as archive:
        for hours in range(48):
            read(archive, watchlist, MORNING + hours * HOUR)
        now = MORNING + 47 * HOUR
        sync_outcomes(index, archive, watchlist, now=now)
        index.asked.clear()
        read(archive, watchlist, now + HOUR)
        sync_outcomes(index, archive, watchlist, now=now + HOUR)

        assert [now + HOUR - since for since in index.asked] == [timedelta(hours=24, seconds=-1)]
        assert index.outcomes(since=EPOCH, until=now + 2 * HOUR) == archive.outcomes(
            since=EPOCH, until=now + 2 * HOUR
        )


def test_an_index_that_lost_its_outcomes_is_given_all_of_them_and_their_samples(tmp_path: Path) -> None:
    index = Server()
    with opened(tmp_path) as archive:
        for days in (0, 100, 400):
            archive.put_outcome(outcome("s0", MORNING - timedelta(days=days)))
            archive.put_community_sample(sample("s0", MORNING - timedelta(days=days)))

        sync_outcomes(index, archive, watch(1), now=MORNING)

    assert len(index.outcomes(since=EPOCH, until=MORNING + HOUR)) == 3
    assert len(index.samples("s0", since=EPOCH, until=MORNING + HOUR)) == 3


@settings(max_examples=15, deadline=None)
@given(
    sources=st.sampled_from([1, 7, 40, 300]),
    failures=st.lists(st.tuples(st.sampled_from([1, 5, 60]), st.integers(0, 1_500)), max_size=4),
    seed=st.integers(0, 2**32),
)
def test_whatever_a_server_lost_is_there_after_the_next_run_that_succeeds(
    sources: int, failures: list[tuple[int, int]], seed: int
) -> None:
    """A good run, failed ones after some hours that may leave out any of their last request, a good one."""
    index, watchlist, now = Server(Random(seed)), watch(sources), MORNING
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as archive:
        for hours, failure in [(1, None), *failures, (1, None)]:
            index.fails_after = failure
            for _ in range(min(hours, max(1, 2_000 // sources))):
                now += HOUR
                read(archive, watchlist, now)
            if failure is None:
                sync_outcomes(index, archive, watchlist, now=now)
            else:
                with pytest.raises(IndexUnavailable):
                    sync_outcomes(index, archive, watchlist, now=now)

        until = now + HOUR
        assert list(index.outcomes(since=EPOCH, until=until)) == told_outcomes(
            archive, since=EPOCH, until=until
        )
