"""What the archive remembers of sources between runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from crawlers.archive.states import FetchState, PageState, RobotsCopy
from crawlers.items import CommunitySample, Outcome
from tests.archived import HOUR, MORNING, opened

OUTCOME = Outcome(
    source="blog",
    run=MORNING.isoformat(),
    at=MORNING,
    state="partial",
    new=3,
    changed=1,
    seen=20,
    requests=4,
    reason="503 « indisponible »",
    covered_from=MORNING - HOUR,
    covered_until=MORNING,
    possible_gap=True,
    newest=MORNING - HOUR / 2,
    next_due=MORNING + HOUR,
)
STATE = FetchState(
    source="blog",
    url="https://blog.acme.example/feed",
    etag='W/"é-1"',
    last_modified="Fri, 20 Nov 2026 06:00:00 GMT",
    body_digest="ab",
    interval=timedelta(minutes=90),
    next_due=MORNING + HOUR,
    failures=2,
    last_read=MORNING,
    last_new=MORNING - HOUR,
    newest=MORNING - HOUR,
    disabled="410",
    cursor='{"page": 2}',
)


def test_outcomes_come_back_whole_by_time_then_source(tmp_path: Path) -> None:
    later = replace(OUTCOME, run="later", at=MORNING + HOUR)
    other = replace(OUTCOME, source="autre")
    with opened(tmp_path) as archive:
        for outcome in (later, OUTCOME, other):
            archive.put_outcome(outcome)

        assert archive.outcomes(since=MORNING, until=MORNING + 2 * HOUR) == (other, OUTCOME, later)
        assert archive.outcomes(since=MORNING, until=MORNING + HOUR) == (other, OUTCOME)
        assert archive.last_outcomes() == {"autre": other, "blog": later}


def test_a_source_that_was_not_due_keeps_its_last_outcome(tmp_path: Path) -> None:
    not_due = replace(OUTCOME, run="later", at=MORNING + HOUR, state="not_due")
    with opened(tmp_path) as archive:
        archive.put_outcome(OUTCOME)
        archive.put_outcome(not_due)
        archive.put_outcome(replace(not_due, source="jamais"))

        assert archive.last_outcomes() == {"blog": OUTCOME}


def test_the_outcome_of_a_run_repeated_replaces_the_first(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.put_outcome(OUTCOME)
        archive.put_outcome(replace(OUTCOME, new=9))

        assert [outcome.new for outcome in archive.outcomes(since=MORNING, until=MORNING + HOUR)] == [9]


def test_fetch_states_come_back_exactly(tmp_path: Path) -> None:
    plain = FetchState(source="autre", url="https://autre.example/")
    with opened(tmp_path) as archive:
        archive.put_fetch_state(STATE)
        archive.put_fetch_state(plain)

        assert archive.fetch_state("blog") == STATE
        assert archive.fetch_states() == {"autre": plain, "blog": STATE}
        assert archive.fetch_state("inconnu") is None


def test_page_states_are_kept_by_address(tmp_path: Path) -> None:
    page = PageState(url="https://a.example/t/1", etag='"1"', fetched=MORNING, cursor="x")
    with opened(tmp_path) as archive:
        archive.put_page_state(replace(page, etag='"0"'))
        archive.put_page_state(page)

        assert archive.page_state(page.url) == page
        assert archive.page_state("https://a.example/t/2") is None


def test_a_robots_copy_is_good_for_a_day(tmp_path: Path) -> None:
    copy = RobotsCopy(origin="https://a.example", status=200, body=b"\xffUser-agent: *", fetched=MORNING)
    with opened(tmp_path) as archive:
        archive.put_robots(copy)

        assert archive.robots("https://a.example", now=MORNING + 23 * HOUR) == copy
        assert archive.robots("https://a.example", now=MORNING + 24 * HOUR) is None
        assert archive.robots("https://b.example", now=MORNING) is None


def test_sizes_of_a_place_are_a_series(tmp_path: Path) -> None:
    samples = [
        CommunitySample(source="blog", at=MORNING + number * HOUR, members=number) for number in range(4)
    ]
    with opened(tmp_path) as archive:
        for sample in reversed(samples):
            archive.put_community_sample(sample)
        archive.put_community_sample(CommunitySample(source="autre", at=MORNING, posts_per_day=1.5))
        found = archive.community_samples("blog", since=MORNING + HOUR, until=MORNING + 3 * HOUR)

    assert found == tuple(samples[1:3])
