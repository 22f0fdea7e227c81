"""Times as SQLite keeps them: whole microseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def ticks(moment: datetime) -> int:
    """The moment as an integer that sorts and compares like it."""
    return (moment - _EPOCH) // _TICK


def ticks_or_none(moment: datetime | None) -> int | None:
    """The same, where there may be none."""
    return None if moment is None else ticks(moment)


def moment(value: int) -> datetime:
    """The moment of that many microseconds."""
    return _EPOCH + timedelta(microseconds=value)


def moment_or_none(value: int | None) -> datetime | None:
    """The same, where there may be none."""
    return None if value is None else moment(value)
