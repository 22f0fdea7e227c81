"""Events survive the pipe, and nothing else passes for one."""

from __future__ import annotations

import pytest

from crawlers.items import Outcome
from crawlers.progress import Event, Finished, Landed, Progress, Trouble, decode_event, encode_event
from tests.conftest import NOW

EVENTS = [
    Progress(source="blog", stage="waiting", new=3, detail="é\n\u2028"),
    Landed(source="blog", ids=("a", "b")),
    Trouble(what="{a}", why="b", remedy="c", values={"a": "é"}, exit_code=0),
    Finished(exit_code=1),
    Outcome(source="blog", run=NOW.isoformat(), at=NOW, state="ok", next_due=NOW),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_is_one_line_and_comes_back_the_same(event: Event) -> None:
    line = encode_event(event)

    assert len(line.splitlines()) == 1
    assert decode_event(line) == event


@pytest.mark.parametrize(
    "line", [b"", b"\xff", b"[]", b'["Progress", {}]', b'["Nothing", {}]', b"null", b'{"a": 1}']
)
def test_other_lines_are_no_events(line: bytes) -> None:
    assert decode_event(line) is None
