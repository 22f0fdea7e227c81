"""CSV that a spreadsheet cannot run."""

from __future__ import annotations

import csv

import pytest

from search.tables import csv_lines, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+33 1", "-2", "@sum", "\t=1", "\r=1"])
def test_what_would_begin_a_formula_is_kept_from_running(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    assert [safe_cell(value) for value in (-3, 2.5, None)] == ["-3", "2.5", ""]


def test_lines_read_back_as_they_were_written() -> None:
    rows = [("a", 'say "hi", twice'), ("b", "two\nlines")]

    lines = list(csv_lines(("id", "title"), rows))

    assert lines[0] == "id,title"
    assert [next(csv.reader(line.splitlines(keepends=True))) for line in lines[1:]] == [
        list(row) for row in rows
    ]
