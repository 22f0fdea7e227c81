"""A run in numbers, and the exit code cron users decide by."""

from __future__ import annotations

from datetime import datetime

import pytest

from crawlers.items import Outcome, OutcomeState
from search.summary import RunSummary, find_newly_failed


def outcomes(now: datetime, *states: OutcomeState) -> tuple[Outcome, ...]:
    """One outcome a state, sources s0, s1..."""
    return tuple(
        Outcome(source=f"s{number}", run="r", at=now, state=state) for number, state in enumerate(states)
    )


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (("ok", "unchanged", "not_due"), 0),
        (("ok", "ok", "ok", "ok", "failed"), 0),
        (("ok", "ok", "ok", "failed"), 3),
        (("failed", "walled", "not_due"), 1),
        (("ok", "blocked_by_robots"), 0),
        ((), 0),
    ],
)
def test_exit_code_says_ok_partial_or_nothing(
    now: datetime, states: tuple[OutcomeState, ...], code: int
) -> None:
    assert RunSummary(outcomes=outcomes(now, *states)).exit_code == code


def test_one_new_failure_makes_a_run_partial(now: datetime) -> None:
    after = outcomes(now, *["ok"] * 9, "failed")
    before = {outcome.source: outcome for outcome in outcomes(now, *["ok"] * 10)}

    newly = find_newly_failed(after, before)

    assert newly == ("s9",)
    assert RunSummary(outcomes=after, newly_failed=newly).exit_code == 3
    assert find_newly_failed(after, {outcome.source: outcome for outcome in after}) == ()
