"""Durations as people write them: "90s", "30m", "6h", "2d"."""

from __future__ import annotations

import re
from datetime import timedelta

_FORM = re.compile(r"(\d{1,6})\s*(s|m|min|h|d|j|w)")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "j": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def parse_duration(text: str) -> timedelta | None:
    """The duration written as a number and a unit, or None."""
    found = _FORM.fullmatch(text.strip().lower())
    return int(found[1]) * _UNITS[found[2]] if found else None


def format_duration(duration: timedelta) -> str:
    """The duration in the largest unit that divides it; parse_duration reads it back."""
    seconds = int(duration.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
