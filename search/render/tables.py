"""The tone table as cells, the same in every rendering."""

from __future__ import annotations

from search.editions.digest import Tone
from search.render.headings import Headings

UNTONED = 3
"""Columns left when no mention has a tone: organisation, mentions, stories."""


def tone_cells(tone: Tone, head: Headings) -> tuple[tuple[str, ...], ...]:
    """The head of the table, then a row for each organisation."""
    rows = (head.tone_columns, *(_cells(tone, number) for number in range(len(tone.rows))))
    return rows if tone.has_tone else tuple(row[:UNTONED] for row in rows)


def _cells(tone: Tone, number: int) -> tuple[str, ...]:
    row = tone.rows[number]
    counts = (row.mentions, row.stories, row.negative, row.neutral, row.positive)
    return (row.organisation, *(str(count) for count in counts))
