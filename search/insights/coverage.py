"""What was read, and for what time: the ground under every figure.

A source covers the time its answers account for; a day counts as covered for a group of sources
when on average they covered at least three quarters of it. Days not covered are no zeros.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from crawlers.items import Outcome
from search.index import Index
from search.insights.scope import Scope
from search.window import Window
from watchlists.model import Source

Reading = Literal["read", "waiting", "silent", "failed", "walled", "blocked_by_robots", "gone", "not_read"]
READ = frozenset({"ok", "unchanged", "partial", "silent"})
ENOUGH = 0.75
HISTORY_DAYS = 30
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReading:
    """How one source fared: `since` is when its present trouble began."""

    source: Source
    state: Reading
    since: datetime | None = None
    reason: str = ""
    has_gap: bool = False
    is_new_trouble: bool = False
    """It began within the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Every source's outcomes of the last days (thirty, unless more were asked for), and what they mean."""

    sources: tuple[SourceReading, ...]
    covered: dict[str, tuple[Interval, ...]]
    """Source id -> the times its answers account for, merged, in order."""

    def of_state(self, *states: Reading) -> tuple[SourceReading, ...]:
        """The sources in one of these states, in the watchlist's order."""
        return tuple(each for each in self.sources if each.state in states)

    def covered_days(self, sources: Iterable[str], bounds: Sequence[datetime]) -> tuple[bool, ...]:
        """Whether these sources together covered each day."""
        known = [self.covered.get(source, ()) for source in sources]
        return tuple(_is_covered(known, start, end) for start, end in pairwise(bounds))


def read_coverage(scope: Scope, *, days: int = HISTORY_DAYS) -> Readings:
    """What happened to every enabled source of the watch in the `days` up to the window's end."""
    by_source = _outcomes_by_source(scope.index, scope.window, days)
    enabled = [source for source in scope.watchlist.sources if source.enabled]
    return Readings(
        sources=tuple(_reading(source, by_source.get(source.id, []), scope.window) for source in enabled),
        covered={source.id: covered_times(by_source.get(source.id, [])) for source in enabled},
    )


def _outcomes_by_source(index: Index, window: Window, days: int) -> dict[str, list[Outcome]]:
    grouped: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in index.outcomes(since=window.back(days), until=window.end):
        grouped[outcome.source].append(outcome)
    return grouped


def _reading(source: Source, outcomes: list[Outcome], window: Window) -> SourceReading:
    tried = [each for each in outcomes if each.state != "not_due"]
    if not tried:
        return SourceReading(source=source, state="not_read")
    last = tried[-1]
    if last.state in {"failed", "walled", "blocked_by_robots", "gone", "silent"}:
        return _trouble(source, tried, window)
    recent = [each for each in tried if each.at >= window.start]
    has_gap = any(each.possible_gap for each in recent)
    return SourceReading(source=source, state="read" if recent else "waiting", since=last.at, has_gap=has_gap)


def _trouble(source: Source, tried: list[Outcome], window: Window) -> SourceReading:
    last = tried[-1]
    streak = [last]
    for outcome in reversed(tried[:-1]):
        if outcome.state != last.state:
            break
        streak.append(outcome)
    begun = streak[-1].at
    since = last.newest or begun if last.state == "silent" else begun
    state: Reading = last.state  # type: ignore[assignment]
    return SourceReading(
        source=source, state=state, since=since, reason=last.reason, is_new_trouble=begun >= window.start
    )


def covered_times(outcomes: Sequence[Outcome]) -> tuple[Interval, ...]:
    """The times one source's outcomes account for, merged, in order."""
    spans: list[Interval] = []
    before: datetime | None = None
    for outcome in outcomes:
        if outcome.state in READ:
            start = outcome.covered_from or before or outcome.at
            spans.append((start, outcome.covered_until or outcome.at))
            before = outcome.at
    return _merge(spans)


def _merge(spans: Iterable[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _is_covered(sources: Sequence[Sequence[Interval]], start: datetime, end: datetime) -> bool:
    if not sources:
        return False
    shares = (_overlap(spans, start, end) / (end - start).total_seconds() for spans in sources)
    return sum(shares) / len(sources) >= ENOUGH


def _overlap(spans: Sequence[Interval], start: datetime, end: datetime) -> float:
    inner = (min(end, until) - max(start, since) for since, until in spans if since < end and until > start)
    return sum(span.total_seconds() for span in inner)
