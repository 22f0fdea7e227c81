"""How threads were answered: waits for a first reply, by anybody and by staff, and when staff is there.

Only threads that somebody asks an answer in are looked at: not those of staff or bots, nor spam. A
thread taken down says nothing after that moment: its wait ends there without answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low
from zoneinfo import ZoneInfo

from pipelines.document import Document
from search.insights.intervals import share_interval
from search.insights.measured import NOTHING, Reading
from search.insights.scope import is_noise
from search.insights.waits import Estimate, Wait, estimate_median, estimate_served

DAY = timedelta(hours=24)
THREE_DAYS = timedelta(hours=72)
MINUTE = timedelta(minutes=1)


def is_thread(document: Document) -> bool:
    """Whether it opens a thread, by hand."""
    return document.parent is None and document.thread is not None and not document.author_is_bot


def is_asked(document: Document) -> bool:
    """Whether it opens a thread that asks the place for an answer."""
    return is_thread(document) and not document.author_is_staff and not is_noise(document)


def first_waits(openings: Iterable[Document], *, until: datetime) -> tuple[Wait, ...]:
    """Minutes each thread waited for a reply by another than its opener, as known at `until`."""
    return tuple(_wait(each, _first(each), until) for each in openings)


def staff_waits(openings: Iterable[Document], *, until: datetime) -> tuple[Wait, ...]:
    """Minutes each thread waited for staff."""
    return tuple(_wait(each, _first_by_staff(each), until) for each in openings)


def _first(opening: Document) -> float | None:
    return opening.measures.first_reply_minutes if opening.measures else None


def _first_by_staff(opening: Document) -> float | None:
    return opening.measures.first_staff_reply_minutes if opening.measures else None


def _wait(opening: Document, answered: float | None, until: datetime) -> Wait:
    """Minutes to the reply, or minutes waited so far; a reply after `until` is not known yet."""
    age = _age(opening, until) / MINUTE
    return (answered, True) if answered is not None and answered <= age else (age, False)


def _age(opening: Document, until: datetime) -> timedelta:
    """How long a thread could be answered by then."""
    end = min(until, opening.deleted) if opening.deleted else until
    return max(timedelta(), end - opening.published)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """Threads old enough to be judged, and how many of them had no reply in that time."""

    due: int
    unanswered: int


def count_unanswered(openings: Iterable[Document], horizon: timedelta, *, until: datetime) -> Unanswered:
    """Threads younger than the horizon leave the denominator, answered or not."""
    due = [each for each in openings if _age(each, until) >= horizon]
    late = [each for each in due if not _is_within(_first(each), horizon)]
    return Unanswered(due=len(due), unanswered=len(late))


def _is_within(minutes: float | None, horizon: timedelta) -> bool:
    return minutes is not None and minutes <= horizon / MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """When staff replied, by the wall clock of the watch's timezone."""

    replies: int
    hours: tuple[int, ...] = ()
    """Hours of the day, 0 to 23, in which staff replied at least once."""
    days: tuple[int, ...] = ()
    """Days of the week, Monday is 0."""
    usual: tuple[int, int] | None = None
    """The hour of the first and of the last reply of a usual day (medians); None without replies."""


def measure_staffing(replies: Iterable[Document], *, timezone: str) -> Staffing:
    """Hours and days on which these replies by staff were given."""
    zone = ZoneInfo(timezone)
    local = sorted(each.published.astimezone(zone) for each in replies)
    by_day: dict[date, list[int]] = {}
    for moment in local:
        by_day.setdefault(moment.date(), []).append(moment.hour)
    return Staffing(
        replies=len(local),
        hours=tuple(sorted({each.hour for each in local})),
        days=tuple(sorted({each.weekday() for each in local})),
        usual=_usual(list(by_day.values())),
    )


def _usual(days: Sequence[Sequence[int]]) -> tuple[int, int] | None:
    if not days:
        return None
    return median_low(min(each) for each in days), median_low(max(each) for each in days)


def read_median(waits: Sequence[Wait]) -> Reading:
    """The median wait as a reading: its count is the threads, answered or not."""
    return _reading(estimate_median(waits), len(waits))


def read_served(waits: Sequence[Wait], within: timedelta) -> Reading:
    """The share answered in that time, those still waiting taken into account."""
    return _reading(estimate_served(waits, within / MINUTE), len(waits))


def _reading(found: Estimate | None, count: int) -> Reading:
    if found is None:
        return Reading(count=count)
    return Reading(value=found.value, count=count, low=found.low, high=found.high)


def read_share(hits: int, base: int) -> Reading:
    """So many of so many, with Wilson's interval."""
    if not base:
        return NOTHING
    interval = share_interval(hits, base)
    return Reading(value=hits / base, count=base, low=interval.low, high=interval.high)
