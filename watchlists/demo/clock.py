"""The demo's time: forty days in Paris, and a clock that moves only when told to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TIMEZONE = ZoneInfo("Europe/Paris")
FIRST_DAY = date(2026, 10, 12)
LAST_DAY = date(2026, 11, 20)
DAYS = (LAST_DAY - FIRST_DAY).days + 1
"""Forty; day 14 has 25 hours, for the clocks go back on 25 October."""


@dataclass(slots=True)
class Clock:
    """What time it is in the demo web; `now` is aware, and set by whoever drives the demo."""

    now: datetime


def moment(local: str) -> datetime:
    """The instant of a local time such as 2026-11-19T14:07, in UTC."""
    return datetime.fromisoformat(local).replace(tzinfo=TIMEZONE).astimezone(UTC)


def day_start(day: int) -> datetime:
    """Midnight in Paris at the start of a day of the demo, 1 to 40 (41 is the end), in UTC."""
    midnight = datetime.combine(FIRST_DAY + timedelta(days=day - 1), time(), tzinfo=TIMEZONE)
    return midnight.astimezone(UTC)


def day_of(at: datetime) -> int:
    """Which day of the demo an instant falls in, in Paris."""
    return (at.astimezone(TIMEZONE).date() - FIRST_DAY).days + 1
