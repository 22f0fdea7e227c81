"""Which section tells which story: each once, twelve at most, shared fairly.

Sections claim stories in an order of their own (must see, conversations, competitors, us,
platforms, topics); the page shows them in reading order. Places are given round by round, first to
conversations, then to us: what asks for an answer never starves, however many rivals there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pipelines.document import Document
from search.insights.conversations import Conversation
from search.insights.scope import News
from search.insights.strands import Strand, strand_key
from search.sections.organisations import Selection
from search.sections.teller import Teller

MOST_STORIES = 12
MOST_MUST_SEE = 3
MOST_CONVERSATIONS = 5
MOST_IN_TOPIC = 2
MOST_IN_BLOCK = {"platform": 1, "competitor": 3, "partner": 3, "own": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which strands each section got, and how many it may show; `must_see` with their reasons."""

    must_see: tuple[tuple[Strand, str], ...]
    waiting: tuple[Conversation, ...] = ()
    """Conversations that must see does not tell already."""
    conversations: int
    """How many of those are shown."""
    organisations: dict[str, Selection] = field(default_factory=dict)
    topics: dict[str, Selection] = field(default_factory=dict)


def lay_out(
    teller: Teller, news: News, *, alarms: Sequence[tuple[Strand, str]], conversations: Sequence[Conversation]
) -> Layout:
    """Share the strands of the news among the sections."""
    strands = teller.weave(news.worth_telling)
    must_see = _must_see(teller, strands, alarms)
    told = {id for strand, _ in must_see for id in (strand.key, strand.lead.id)}
    waiting = tuple(each for each in conversations if not {strand_key(each.opening), each.opening.id} & told)
    claimed = {strand.key for strand, _ in must_see}
    claimed |= {strand_key(each.opening) for each in waiting[:MOST_CONVERSATIONS]}
    ordered = [each for role in MOST_IN_BLOCK for each in teller.scope.organisations(role)]
    ordered.sort(key=lambda each: each.role == "platform")
    topics = teller.scope.watchlist.topics
    concerning = {each.id: _concerning(strands, each.id) for each in ordered}
    mine = {id: claim(found, claimed) for id, found in concerning.items()}
    on_topic = {each.id: claim(_on_topic(strands, each.id), claimed) for each in topics}
    served = sorted(ordered, key=lambda each: each.role != "own")
    wishes = [min(len(waiting), MOST_CONVERSATIONS)]
    wishes += [min(len(mine[each.id]), MOST_IN_BLOCK[each.role]) for each in served]
    wishes += [min(len(found), MOST_IN_TOPIC) for found in on_topic.values()]
    given = allot(MOST_STORIES - len(must_see), wishes)
    return Layout(
        must_see=must_see,
        waiting=waiting,
        conversations=given[0],
        organisations={
            id: replace(selection, elsewhere=len(concerning[id]) - len(selection.strands))
            for id, selection in _select({each.id: mine[each.id] for each in served}, given[1:]).items()
        },
        topics=_select(on_topic, given[len(mine) + 1 :]),
    )


def _must_see(
    teller: Teller, strands: Iterable[Strand], alarms: Sequence[tuple[Strand, str]]
) -> tuple[tuple[Strand, str], ...]:
    """Alarms first, then what a reader asked to see."""
    alarmed = {strand.key for strand, _ in alarms}
    promoted = ((each, "") for each in strands if each.key not in alarmed and teller.promotion(each))
    return (*alarms, *promoted)[:MOST_MUST_SEE]


def _select(strands: dict[str, tuple[Strand, ...]], shown: Sequence[int]) -> dict[str, Selection]:
    return {
        id: Selection(strands=found, shown=count)
        for (id, found), count in zip(strands.items(), shown, strict=False)
    }


def _concerning(strands: tuple[Strand, ...], id: str) -> tuple[Strand, ...]:
    return tuple(strand for strand in strands if any(_concerns(each, id) for each in strand.documents))


def _concerns(document: Document, id: str) -> bool:
    """Read in the organisation's places, or naming it."""
    return document.community.organisation == id or any(each.organisation == id for each in document.mentions)


def _on_topic(strands: tuple[Strand, ...], id: str) -> tuple[Strand, ...]:
    return tuple(strand for strand in strands if any(id in each.topics for each in strand.documents))


def claim(strands: Iterable[Strand], claimed: set[str]) -> tuple[Strand, ...]:
    """The strands no section before this one has told; they are this section's now."""
    mine = tuple(strand for strand in strands if strand.key not in claimed)
    claimed.update(strand.key for strand in mine)
    return mine


def allot(room: int, wishes: Sequence[int]) -> tuple[int, ...]:
    """Share `room` places one by one, in order, until all wishes are met or no room is left."""
    given = [0] * len(wishes)
    while room > 0 and any(have < wish for have, wish in zip(given, wishes, strict=True)):
        for position, wish in enumerate(wishes):
            if given[position] < wish and room > 0:
                given[position] += 1
                room -= 1
    return tuple(given)
