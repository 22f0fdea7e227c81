"""Dates as they are written in feeds and pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawlers.parsers.dates import EARLIEST, clamp_date, read_date
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-19T08:00:00+01:00", datetime(2026, 11, 19, 7, tzinfo=UTC)),
        ("2026-11-19T08:00:00Z", datetime(2026, 11, 19, 8, tzinfo=UTC)),
        ("2026-11-19", datetime(2026, 11, 19, tzinfo=UTC)),
        ("Thu, 19 Nov 2026 08:00 EST", datetime(2026, 11, 19, 13, tzinfo=UTC)),
        ("jeudi 19 novembre 2026 à 08h15", datetime(2026, 11, 19, 8, 15, tzinfo=UTC)),
        ("November 19, 2026", datetime(2026, 11, 19, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_from_iso_rfc_and_words(text: str, moment: datetime) -> None:
    assert read_date(text, now=NOW) == moment


@pytest.mark.parametrize("text", ["", "   ", "soon", "1" * 81, "99999-99-99", "2026-02-30T00:00:00Z", "\0"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text, now=NOW) is None


def test_the_languages_of_the_place_help_and_unknown_ones_do_no_harm() -> None:
    text = "19 listopada 2026"

    assert read_date(text, now=NOW) is None
    assert read_date(text, now=NOW, languages=("pl",)) == datetime(2026, 11, 19, tzinfo=UTC)
    assert read_date("19 novembre 2026", now=NOW, languages=("xx",)) == datetime(2026, 11, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "kept"),
    [
        (NOW, True),
        (NOW + timedelta(seconds=1), False),
        (EARLIEST, True),
        (EARLIEST - timedelta(seconds=1), False),
        (None, False),
    ],
)
def test_a_date_that_cannot_be_becomes_the_time_of_reading_and_keeps_its_text(
    date: datetime | None, kept: bool
) -> None:
    assert clamp_date(date, "raw", now=NOW) == ((date, "") if kept else (NOW, "raw"))
