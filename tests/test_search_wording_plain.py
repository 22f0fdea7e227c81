"""Texts from outside on one line."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from search.wording.plain import DOUBTFUL, plain


def test_no_character_that_is_passed_over_steers_or_hides_anything() -> None:
    passed = [chr(code) for code in range(sys.maxunicode + 1) if not DOUBTFUL.match(chr(code))]

    assert {"a", "é", "ß", "~"} <= set(passed)
    assert {unicodedata.category(each)[0] for each in passed} <= {"L", "M", "N", "P", "S", "Z"}
    assert [each for each in passed if unicodedata.category(each)[0] == "Z"] == [" "]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\u202eb\u2066c", "abc"),
        ("two\r\nlines\tand a tab", "two lines and a tab"),
        ("soft\u00adhyphen \x1b[31mred", "softhyphen [31mred"),
        ("« déjà »\u00a0: œuvre à 5\u202f€ — 日本 🎉", "« déjà »\u00a0: œuvre à 5\u202f€ — 日本 🎉"),
        ("\ud800half\ue000own", "halfown"),
    ],
)
def test_what_steers_or_hides_is_dropped_and_words_stay(written: str, shown: str) -> None:
    assert plain(written) == shown
