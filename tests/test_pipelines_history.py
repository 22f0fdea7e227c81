"""What a source usually speaks, as counts of its posts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pipelines.history import usual_language


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, None),
        ({"fr": 19}, None),
        ({"fr": 19, "de": 1}, "fr"),
        ({"fr": 16, "en": 4}, "fr"),
        ({"fr": 79, "en": 21}, None),
        ({"en": 80, "fr": 20}, "en"),
    ],
    ids=["nothing", "too few", "nearly all", "four in five of twenty", "too mixed", "English"],
)
def test_a_usual_language_needs_posts_and_a_share(counts: Mapping[str, int], expected: str | None) -> None:
    assert usual_language(counts) == expected
