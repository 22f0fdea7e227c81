"""Every figure of one community, in the order of MEASURES: how large, how answered, how received."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from pipelines.document import Document
from search.insights.audience import Arrivals, count_arrivals, gained_in, measure_growth
from search.insights.community_material import Documents, Material, read_count
from search.insights.intervals import median_interval
from search.insights.measured import BY_ID, MEASURES, NOTHING, Measured, Reading
from search.insights.responses import (
    DAY,
    THREE_DAYS,
    count_unanswered,
    first_waits,
    is_asked,
    is_thread,
    measure_staffing,
    read_median,
    read_served,
    read_share,
    staff_waits,
)


def measure_figures(material: Material) -> tuple[Measured, ...]:
    """One figure a measure."""
    found = {each.measure.id: each for each in _figures(material)}
    return tuple(found[each.id] for each in MEASURES)


def _figures(material: Material) -> Iterator[Measured]:
    yield from _sizes(material)
    yield from _newcomers(material)
    yield _members(material)
    yield from _answers(material)
    yield from _staffing(material)
    yield _both("staff_share", material, _staff_share)
    yield _both("solved", material, _solved)
    yield _both("reception", material, _reception)


def _both(id: str, material: Material, read: Callable[[Documents], Reading]) -> Measured:
    """A figure read in the same way now and before: its value does not grow with the time it covers."""
    return Measured(measure=BY_ID[id], now=read(material.now), before=read(material.before))


def _sizes(material: Material) -> Iterator[Measured]:
    now, before = material.now, material.before
    yield Measured(measure=BY_ID["posts"], now=read_count(len(now)), before=material.scaled(len(before)))
    yield Measured(
        measure=BY_ID["threads"],
        now=read_count(len(_threads(now))),
        before=material.scaled(len(_threads(before))),
    )
    yield Measured(measure=BY_ID["authors"], now=read_count(_people(now)), before=material.by_piece(_people))


def _threads(documents: Iterable[Document]) -> Documents:
    return tuple(filter(is_thread, documents))


def _asked(documents: Iterable[Document]) -> Documents:
    return tuple(filter(is_asked, documents))


def _people(documents: Documents) -> int:
    return len({each.author for each in documents if each.author and not each.author_is_bot})


def _newcomers(material: Material) -> Iterator[Measured]:
    window = material.scope.window
    now = _arrivals(material, window.start, window.end)
    before = _arrivals(material, material.baseline.bounds[0], window.start)
    yield Measured(
        measure=BY_ID["newcomers"],
        now=read_count(now.newcomers) if now else NOTHING,
        before=material.scaled(before.newcomers) if before else NOTHING,
        is_early=now is None,
    )
    yield Measured(
        measure=BY_ID["newcomer_share"],
        now=read_share(now.newcomers, now.authors) if now else NOTHING,
        is_early=now is None,
    )


def _arrivals(material: Material, since: datetime, until: datetime) -> Arrivals | None:
    return count_arrivals(material.scope, material.organisation, material.readings, since=since, until=until)


def _members(material: Material) -> Measured:
    """Members gained; before, at the pace of the time compared with."""
    window, start = material.scope.window, material.baseline.bounds[0]
    now = measure_growth(material.scope, material.sources, since=window.start, until=window.end)
    before = measure_growth(material.scope, material.sources, since=start, until=window.start)
    span = sum(((each.last_at - each.first_at) for each in now), timedelta()) / max(1, len(now))
    gained, size = sum(each.gained for each in now), sum(each.last for each in now)
    return Measured(
        measure=BY_ID["members"],
        now=Reading(value=gained, count=size) if now else NOTHING,
        before=Reading(value=gained_in(before, span), count=sum(each.last for each in before)),
    )


def _answers(material: Material) -> Iterator[Measured]:
    """Waits as known at the window's end, those of the threads before included."""
    until = material.scope.window.end

    def waits(documents: Documents) -> Reading:
        return read_median(first_waits(_asked(documents), until=until))

    def served(documents: Documents) -> Reading:
        return read_served(first_waits(_asked(documents), until=until), DAY)

    def awaited(documents: Documents) -> Reading:
        return read_median(staff_waits(_asked(documents), until=until))

    def attended(documents: Documents) -> Reading:
        return read_served(staff_waits(_asked(documents), until=until), DAY)

    yield _both("first_reply", material, waits)
    yield _both("answered_24h", material, served)
    yield _both("first_staff_reply", material, awaited)
    yield _both("staff_answered_24h", material, attended)
    yield _both("unanswered_24h", material, lambda found: _unanswered(found, DAY, until))
    yield _both("unanswered_72h", material, lambda found: _unanswered(found, THREE_DAYS, until))


def _unanswered(documents: Documents, horizon: timedelta, until: datetime) -> Reading:
    found = count_unanswered(_asked(documents), horizon, until=until)
    return read_share(found.unanswered, found.due)


def staff_replies(documents: Iterable[Document]) -> Documents:
    """Replies that staff gave, the openings of threads left out."""
    return tuple(each for each in _replies(documents) if each.author_is_staff)


def _replies(documents: Iterable[Document]) -> Documents:
    return tuple(each for each in documents if each.parent is not None and not each.author_is_bot)


def _staff_share(documents: Documents) -> Reading:
    return read_share(len(staff_replies(documents)), len(_replies(documents)))


def _staffing(material: Material) -> Iterator[Measured]:
    timezone = material.scope.window.timezone

    def hours(documents: Documents) -> int:
        return len(measure_staffing(staff_replies(documents), timezone=timezone).hours)

    def days(documents: Documents) -> int:
        return len(measure_staffing(staff_replies(documents), timezone=timezone).days)

    replies, earlier = len(staff_replies(material.now)), len(staff_replies(material.before))
    for id, count in (("staffed_hours", hours), ("staffed_days", days)):
        yield Measured(
            measure=BY_ID[id],
            now=Reading(value=count(material.now), count=replies),
            before=replace(material.by_piece(count), count=earlier, low=None, high=None),
        )


def _solved(documents: Documents) -> Reading:
    known = [
        each.measures.is_solved
        for each in _asked(documents)
        if each.measures and each.measures.is_solved is not None
    ]
    return read_share(sum(known), len(known))


def _reception(documents: Documents) -> Reading:
    values = [each.engagement_vs_norm for each in documents if each.engagement_vs_norm is not None]
    if not values:
        return NOTHING
    interval = median_interval(values)
    return Reading(
        value=median(values),
        count=len(values),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
    )
