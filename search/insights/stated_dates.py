"""The days a text names, in French and English: 29 octobre, 3 November 2026, samedi, tomorrow. Pure.

Days of the month without a year are taken in the year nearest to the publication. Weekdays and words
as "demain" are read from the day of publication. Days far from it (a month before, thirteen months
after) are history or a slip. Months and weekdays are Babel's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from babel.dates import get_day_names, get_month_names

from pipelines.folding import fold

LANGUAGES = ("fr", "en")
READ_CHARACTERS = 1_500
OLDEST = timedelta(days=31)
FURTHEST = timedelta(days=400)
_END = re.compile(
    r"\b(?:jusqu'(?:au|a|en)|until|till|through|avant|before|by|au|to|closes?)\s+(?:le\s+|the\s+)?$"
)
_PAST = re.compile(r"\b(?:depuis|since|last|chaque|every|tous les|les)\s+(?:le\s+)?$")
_SHIFTS = {"aujourd'hui": 0, "ce soir": 0, "today": 0, "tonight": 0, "demain": 1, "tomorrow": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDay:
    """A day a text names; `is_end` where it says until when."""

    day: date
    is_end: bool = False


def find_days(text: str, *, published: date) -> tuple[StatedDay, ...]:
    """The days the beginning of a text names, in the order it names them, each once."""
    folded = fold(text[:READ_CHARACTERS])
    found: dict[date, StatedDay] = {}
    for match in _pattern().finditer(folded):
        before = folded[max(0, match.start() - 24) : match.start()]
        if _PAST.search(before):
            continue
        for stated in _read(match, before, published):
            if -OLDEST <= stated.day - published <= FURTHEST:
                found.setdefault(stated.day, stated)
    return tuple(found.values())


def _read(match: re.Match[str], before: str, published: date) -> Iterator[StatedDay]:
    groups = match.groupdict()
    is_end = bool(_END.search(before))
    if groups["iso"]:
        yield from _dated(groups["iso"].split("-"), is_end=is_end)
    elif groups["slashed"]:
        yield from _dated(groups["slashed"].split("/")[::-1], is_end=is_end)
    elif month := groups["month"] or groups["month_first"]:
        number, year = groups["day"] or groups["day_second"], groups["year"] or groups["year_last"]
        if groups["from_day"]:
            yield from _of_month(groups["from_day"], month, year, published, is_end=False)
            is_end = True
        yield from _of_month(number, month, year, published, is_end=is_end)
    elif groups["weekday"]:
        ahead = (_weekdays()[groups["weekday"]] - published.weekday()) % 7
        yield StatedDay(day=published + timedelta(days=ahead), is_end=is_end)
    else:
        yield StatedDay(day=published + timedelta(days=_SHIFTS[groups["shift"]]), is_end=is_end)


def _dated(parts: list[str], *, is_end: bool) -> Iterator[StatedDay]:
    if (found := _make(*(int(each) for each in parts))) is not None:
        yield StatedDay(day=found, is_end=is_end)


def _of_month(
    number: str, month: str, year: str | None, published: date, *, is_end: bool
) -> Iterator[StatedDay]:
    years = [int(year)] if year else [published.year + shift for shift in (-1, 0, 1)]
    days = [found for each in years if (found := _make(each, _months()[month], int(number)))]
    if days:
        yield StatedDay(day=min(days, key=lambda each: abs(each - published)), is_end=is_end)


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    return {
        fold(name).rstrip("."): number
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=language).items()
    }


@cache
def _weekdays() -> dict[str, int]:
    return {
        fold(name): number
        for language in LANGUAGES
        for number, name in get_day_names("wide", locale=language).items()
    }


@cache
def _pattern() -> re.Pattern[str]:
    months = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    weekdays, shifts = "|".join(_weekdays()), "|".join(_SHIFTS)
    number, ordinal, year = r"[0-3]?\d", r"(?:er|st|nd|rd|th)?", r"20\d\d"
    return re.compile(
        rf"""\b(?:
        (?P<iso>20\d\d-[01]\d-[0-3]\d)
        | (?P<slashed>{number}/[01]?\d/20\d\d)
        | (?:(?:{weekdays}),?\s+)?
          (?:(?P<from_day>{number}){ordinal}\s*(?:au|to|-|–|et|and)\s*(?:(?:{weekdays})\s+)?)?
          (?P<day>{number}){ordinal}\s+(?:of\s+)?(?P<month>{months})\b\.?(?:,?\s+(?P<year>{year}))?
        | (?:(?:{weekdays}),?\s+)?
          (?P<month_first>{months})\.?\s+(?P<day_second>{number}){ordinal}(?!\d)(?:,?\s+(?P<year_last>{year}))?
        | (?P<weekday>{weekdays})(?!s|\s+dernier|\s+matin\b.*\bdernier)
        | (?P<shift>{shifts})
        )(?!\w)""",
        re.VERBOSE,
    )
