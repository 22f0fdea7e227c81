"""The dates of a forum page: written by hand-made templates, relative, and of an order the page must tell.

`03-04-2015` is a day in March or in April: the other dates of the same page decide, else its language.
Dates without a zone are read as UTC; forums show them in a zone they do not name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_NUMBERS = re.compile(r"\b(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})\b")
_TIME = re.compile(r"\b(\d{1,2})[:h](\d{2})(?:[:](\d{2}))?(?:\s*([ap])\.?m\.?)?", re.IGNORECASE)
_DAY_WORD = re.compile(
    r"\b(today|yesterday|aujourd[’']hui|hier|heute|gestern|hoy|ayer)\b[^\d]{0,12}", re.IGNORECASE
)
_YESTERDAY = frozenset({"yesterday", "hier", "gestern", "ayer"})
_STAMP = re.compile(r"\d{9,10}")
_AGO = re.compile(
    r"\b(?:(an?|\d+)\s+(second|minute|hour|day|week|month|year)s?\s+ago"
    r"|il y a\s+(une?|\d+)\s+(seconde|minute|heure|jour|semaine|mois|an)s?)\b",
    re.IGNORECASE,
)
_UNITS = {
    "second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1),
    "day": timedelta(days=1), "week": timedelta(weeks=1), "month": timedelta(days=30),
    "year": timedelta(days=365), "seconde": timedelta(seconds=1), "heure": timedelta(hours=1),
    "jour": timedelta(days=1), "semaine": timedelta(weeks=1), "mois": timedelta(days=30),
    "an": timedelta(days=365),
}  # fmt: skip
_MONTHS = (
    ("jan", "янв", "ene"), ("feb", "fev", "fév", "фев"), ("mar", "mär", "мар"), ("apr", "avr", "апр", "abr"),
    ("may", "mai", "май", "мая"), ("jun", "juin", "июн"), ("jul", "juil", "июл"),
    ("aug", "aou", "aoû", "авг", "ago"),
    ("sep", "set", "сен"), ("oct", "okt", "окт"), ("nov", "ноя"), ("dec", "déc", "dez", "дек", "dic"),
)  # fmt: skip
_NAME = "|".join(sorted((name for names in _MONTHS for name in names), key=len, reverse=True))
_WORD = rf"((?:{_NAME})[^\W\d_]*)\.?"
_WRITTEN = (
    re.compile(
        rf"\b(\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s+(?:de\s+)?{_WORD},?\s+(?:de\s+)?(\d{{4}})\b", re.IGNORECASE
    ),
    re.compile(rf"\b{_WORD}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.IGNORECASE),
)
"""Day, month, year; and month, day, year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """How the dates of one page are read."""

    now: datetime
    is_month_first: bool = False

    def read(self, text: str) -> datetime | None:
        """The moment a text holds, whatever stands around it; None without one."""
        text = text.strip()[:300]
        if _STAMP.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        return (
            _read_iso(text)
            or self._read_numbers(text)
            or self._read_written(text)
            or self._read_day_word(text)
            or self._read_ago(text)
        )

    def _read_numbers(self, text: str) -> datetime | None:
        found = _NUMBERS.search(text)
        if found is None:
            return None
        one, two, year = int(found[1]), int(found[3]), int(found[4])
        day, month = (two, one) if self._reads_month_first(found) else (one, two)
        hour, minute = _read_time(text[found.end() :])
        return _make(year + 2000 * (year < 100), month, day, hour, minute)

    def _reads_month_first(self, found: re.Match[str]) -> bool:
        if int(found[3]) > 12 or int(found[1]) > 12:
            return int(found[3]) > 12
        return self.is_month_first and found[2] != "."

    def _read_written(self, text: str) -> datetime | None:
        for pattern in _WRITTEN:
            if found := pattern.search(text):
                day, name = (found[2], found[1]) if found[1][0].isalpha() else (found[1], found[2])
                hour, minute = _read_time(text[found.end() :])
                return _make(int(found[3]), _month(name), int(day), hour, minute)
        return None

    def _read_day_word(self, text: str) -> datetime | None:
        found = _DAY_WORD.search(text)
        if found is None:
            return None
        day = self.now.date() - timedelta(days=found[1].lower() in _YESTERDAY)
        hour, minute = _read_time(text[found.end() :])
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)

    def _read_ago(self, text: str) -> datetime | None:
        found = _AGO.search(text)
        if found is None:
            return None
        count, unit = (found[1], found[2]) if found[1] else (found[3], found[4])
        number = int(count[:4]) if count.isdecimal() else 1
        return self.now - number * _UNITS[unit.lower()]


def make_calendar(texts: Iterable[str], *, now: datetime, language: str | None) -> Calendar:
    """The calendar of a page by its dates: one beyond the twelfth tells which number is the month."""
    pairs = [(int(found[1]), int(found[3])) for text in texts if (found := _NUMBERS.search(text))]
    if any(one > 12 for one, _ in pairs):
        return Calendar(now=now)
    is_month_first = any(two > 12 for _, two in pairs) or (language or "en").startswith("en")
    return Calendar(now=now, is_month_first=is_month_first)


def _read_iso(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _month(name: str) -> int:
    start = name.lower()
    return next((n for n, names in enumerate(_MONTHS, 1) if start.startswith(names)), 0)


def _make(year: int, month: int, day: int, hour: int, minute: int) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def _read_time(text: str) -> tuple[int, int]:
    found = _TIME.search(text[:30])
    if found is None:
        return 0, 0
    hour, minute, half = int(found[1]), int(found[2]), (found[4] or "").lower()
    if half:
        hour = hour % 12 + 12 * (half == "p")
    return (hour, minute) if hour < 24 and minute < 60 else (0, 0)
