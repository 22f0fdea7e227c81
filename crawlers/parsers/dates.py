"""Dates as people and programs write them, and the rule for those that cannot be true."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_DATE = 80
"""Longer texts are not dates, and would only cost time."""

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before the web: zero timestamps and mistakes."""


def read_date(text: str, *, now: datetime, languages: tuple[str, ...] = ()) -> datetime | None:
    """The moment a text means, in UTC; None when it means none. Zoneless dates are read as UTC."""
    text = text.strip()
    if not text or len(text) > LONGEST_DATE:
        return None
    return _read_iso(text) or _read_rfc(text) or _read_words(text, now, languages)


def clamp_date(date: datetime | None, raw: str, *, now: datetime) -> tuple[datetime, str]:
    """A date that can be true, and the text to keep when the written one could not be.

    A date that is absent, unreadable, in the future or before the web becomes the fetch time.
    """
    if date is not None and EARLIEST <= date <= now:
        return date, ""
    return now, raw


def _read_iso(text: str) -> datetime | None:
    try:
        return _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _read_rfc(text: str) -> datetime | None:
    try:
        return _in_utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _read_words(text: str, now: datetime, languages: tuple[str, ...]) -> datetime | None:
    import dateparser  # slow to import, seldom needed
    from dateparser.data.languages_info import language_locale_dict

    settings = {
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "STRICT_PARSING": True,
        "PREFER_DATES_FROM": "past",
        "RELATIVE_BASE": now.astimezone(UTC).replace(tzinfo=None),
    }
    known = {"fr", "en", *language_locale_dict.keys() & set(languages)}
    try:
        found = dateparser.parse(text, languages=sorted(known), settings=settings)
    except (ValueError, TypeError, OverflowError, LookupError):
        return None
    return _in_utc(found) if isinstance(found, datetime) else None


def _in_utc(date: datetime) -> datetime:
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return aware.astimezone(UTC)
