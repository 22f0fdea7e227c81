"""From a finished visit to its Outcome and to what is remembered for the next one. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from crawlers.archive.states import FetchState
from crawlers.items import Outcome, OutcomeState
from crawlers.outcomes import Ending
from crawlers.polling import (
    LONGEST,
    Wishes,
    back_off,
    choose_interval,
    find_habit,
    is_due,
    is_silent,
    next_due,
)
from crawlers.visit import Terms, Visit
from watchlists.model import Source

NOT_READ: frozenset[OutcomeState] = frozenset({"failed", "walled", "gone", "blocked_by_robots"})


def recall(source: Source, state: FetchState | None) -> FetchState:
    """The state a visit starts from: fresh for a source never read, or whose address was changed."""
    if state is None:
        return FetchState(source=source.id, url=source.url, asked=source.url)
    if state.asked not in ("", source.url):
        return FetchState(source=source.id, url=source.url, asked=source.url)
    return replace(state, asked=source.url)


def postpone(source: Source, state: FetchState | None, terms: Terms) -> Outcome | None:
    """The outcome of a source that is not read in this run; None when it is due."""
    if state is None or state.asked not in ("", source.url):
        return None
    if state.disabled:
        return _blank(source, terms, Ending(state="gone", reason=state.disabled), state)
    if is_due(state.next_due, now=terms.now):
        return None
    return _blank(source, terms, Ending(state="not_due", reason=_wait_reason(state, terms)), state)


def _wait_reason(state: FetchState, terms: Terms) -> str:
    if not state.failures:
        return terms.messages.gettext("not due yet")
    text = terms.messages.ngettext(
        "waiting after {count} failed read", "waiting after {count} failed reads in a row", state.failures
    )
    return text.format(count=state.failures)


def interrupt(visit: Visit) -> Outcome:
    """The outcome of a source that was not read to its end because the run was stopped."""
    reason = visit.terms.messages.gettext("the run was stopped before this source was read to its end")
    state: OutcomeState = "partial" if visit.seen else "not_due"
    return replace(_count(visit, Ending(state=state, reason=reason)), next_due=visit.state.next_due)


def conclude(visit: Visit) -> tuple[Outcome, FetchState]:
    """What happened, and what to remember."""
    ending = _choose_ending(visit)
    if ending.state in NOT_READ:
        return _conclude_failure(visit, ending)
    return _conclude_reading(visit, ending)


def _choose_ending(visit: Visit) -> Ending:
    """A listing that failed after pages were read is a partial reading, not a failure."""
    if visit.ending is not None:
        has_read = (visit.answer is not None or visit.seen) and visit.ending.state != "gone"
        return Ending(state="partial", reason=visit.ending.reason) if has_read else visit.ending
    if visit.partial:
        return Ending(state="partial", reason="; ".join(visit.partial))
    if visit.answer is None:
        reason = visit.terms.messages.gettext("nothing was read")
        return Ending(state="failed", reason=reason)
    is_unchanged = visit.answer.is_unchanged and not visit.new and not visit.changed
    return Ending(state="unchanged" if is_unchanged else "ok", reason="; ".join(visit.remarks))


def _conclude_failure(visit: Visit, ending: Ending) -> tuple[Outcome, FetchState]:
    before = visit.state
    failures = before.failures + (ending.state != "blocked_by_robots")
    due = back_off(now=visit.now, failures=failures, interval=before.interval, until=visit.retry_at)
    if ending.state == "blocked_by_robots":
        due = visit.now + LONGEST
    is_gone = ending.state == "gone"
    state = replace(
        before,
        failures=failures,
        next_due=None if is_gone else due,
        disabled=ending.reason if is_gone else "",
        cursor=visit.cursor,
    )
    return replace(_count(visit, ending), next_due=state.next_due), state


def _conclude_reading(visit: Visit, ending: Ending) -> tuple[Outcome, FetchState]:
    before, now = visit.state, visit.now
    newest = _newest(visit)
    interval = _pace(visit)
    due = next_due(now=now, interval=interval, newest=newest, wishes=_wishes(visit))
    state = replace(
        _take_validators(visit),
        interval=interval,
        next_due=max(due, visit.retry_at or due),
        failures=0,
        last_read=now,
        last_new=now if visit.new else before.last_new,
        newest=newest,
        disabled="",
        cursor=visit.cursor,
    )
    if not visit.new and ending.state != "partial" and is_silent(newest, now=now):
        ending = _silence(visit, newest)
    has_gap = _may_have_gap(visit)
    outcome = replace(
        _count(visit, ending),
        covered_from=_covered_from(visit, has_gap=has_gap),
        covered_until=now,
        possible_gap=has_gap,
        newest=newest,
        next_due=state.next_due,
    )
    return outcome, state


def _newest(visit: Visit) -> datetime | None:
    """When the source last published; now, where something new bears no later date that can be trusted."""
    newest = max(filter(None, (visit.state.newest, *visit.dates)), default=None)
    is_dated = newest != visit.state.newest
    return visit.now if visit.new and not visit.is_first and not is_dated else newest


def _pace(visit: Visit) -> timedelta:
    """The interval of the habit; an unchanged source keeps the one it had."""
    habit = find_habit(visit.dates, now=visit.now)
    if habit is None and visit.source.every is None and visit.state.interval is not None:
        return visit.state.interval
    return choose_interval(habit, fixed=visit.source.every)


def _wishes(visit: Visit) -> Wishes:
    max_age = visit.answer.max_age if visit.answer else None
    return Wishes(fixed=visit.source.every, ttl=visit.ttl, max_age=max_age)


def _take_validators(visit: Visit) -> FetchState:
    """The state with the address and validators of this answer; a 304 that repeats none keeps the old.

    A partial reading that left no cursor is forgotten, so that the next run does not get a 304 for it.
    """
    before, answer = visit.state, visit.answer
    if answer is None:
        return before
    url = answer.url if answer.is_permanent else before.url
    if (visit.partial or visit.ending) and not visit.cursor:
        return replace(before, url=url, validated="", etag=None, last_modified=None, body_digest=None)
    if answer.is_unchanged and not (answer.etag or answer.last_modified):
        return replace(before, url=url)
    return replace(
        before,
        url=url,
        validated=answer.url,
        etag=answer.etag,
        last_modified=answer.last_modified,
        body_digest=answer.digest or before.body_digest,
    )


def _may_have_gap(visit: Visit) -> bool:
    """Whether the oldest entry now is newer than the newest then, none of them known."""
    if visit.state.newest is None or not visit.dates or visit.seen - visit.new:
        return False
    return min(visit.dates) > visit.state.newest


def _covered_from(visit: Visit, *, has_gap: bool) -> datetime | None:
    if visit.state.last_read is None or has_gap:
        return min(visit.dates, default=visit.now)
    return visit.state.last_read


def _silence(visit: Visit, newest: datetime | None) -> Ending:
    days = (visit.now - newest).days if newest else 0
    text = visit.terms.messages.ngettext("no new entry for {days} day", "no new entry for {days} days", days)
    return Ending(state="silent", reason=text.format(days=days))


def _count(visit: Visit, ending: Ending) -> Outcome:
    return Outcome(
        source=visit.source.id,
        run=visit.terms.run,
        at=visit.now,
        state=ending.state,
        new=len(visit.new),
        changed=len(visit.changed),
        seen=len(visit.seen),
        requests=visit.sent,
        reason=ending.reason,
    )


def _blank(source: Source, terms: Terms, ending: Ending, state: FetchState) -> Outcome:
    return Outcome(
        source=source.id,
        run=terms.run,
        at=terms.now,
        state=ending.state,
        reason=ending.reason,
        newest=state.newest,
        next_due=state.next_due,
    )
