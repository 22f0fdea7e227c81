"""Moments and days as queries write them: 2026-11-20, 2026-11, now-7d, today, 2026-11-20T08:00."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from watchlists.query_fields import fold

_NOW = re.compile(r"(?:now|maintenant)(?:([+-])(\d{1,5})(min|mn|mo|[smhdjwy]|M))?(/d)?")
_PERIOD = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "mn": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "j": timedelta(days=1),
    "w": timedelta(weeks=1),
    "M": timedelta(days=30),
    "mo": timedelta(days=30),
    "y": timedelta(days=365),
}
_DAYS = {"today": 0, "aujourd'hui": 0, "yesterday": -1, "hier": -1}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time from `start` until before `end`; a moment when both are the same. In UTC."""

    start: datetime
    end: datetime


def parse_period(text: str, *, now: datetime, zone: ZoneInfo) -> Period | None:
    """The period or moment a text names, days being those of the zone; None when it names none."""
    try:
        return (
            _parse_now(text, now=now, zone=zone) or _parse_calendar(text, zone) or _parse_moment(text, zone)
        )
    except (ValueError, OverflowError):
        return None


def _parse_now(text: str, *, now: datetime, zone: ZoneInfo) -> Period | None:
    today = now.astimezone(zone).date()
    if (shift := _DAYS.get(fold(text))) is not None:
        day = today + timedelta(days=shift)
        return _period(day, day + timedelta(days=1), zone)
    found = _NOW.fullmatch(text)
    if not found:
        return None
    shift_by = int(found[2] or 0) * _UNITS[found[3] or "s"]
    moment = (now - shift_by if found[1] == "-" else now + shift_by).astimezone(UTC)
    if not found[4]:
        return Period(moment, moment)
    day = moment.astimezone(zone).date()
    return _period(day, day + timedelta(days=1), zone)


def _parse_calendar(text: str, zone: ZoneInfo) -> Period | None:
    found = _PERIOD.fullmatch(text)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    first = date(year, month, day)
    if found[3]:
        after = first + timedelta(days=1)
    elif found[2]:
        after = date(year + month // 12, month % 12 + 1, 1)
    else:
        after = date(year + 1, 1, 1)
    return _period(first, after, zone)


def _parse_moment(text: str, zone: ZoneInfo) -> Period | None:
    if "T" not in text and " " not in text:
        return None
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return Period(aware.astimezone(UTC), aware.astimezone(UTC))


def _period(first: date, after: date, zone: ZoneInfo) -> Period:
    start, end = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, after))
    return Period(start, end)
