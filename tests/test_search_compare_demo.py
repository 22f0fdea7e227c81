"""How the demo's communities were answered, measured to the minute against what is planted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawlers.items import Author, Item
from pipelines.document import Document
from pipelines.threads import measure_thread
from search.insights.communities import measure_community
from search.insights.coverage import read_coverage
from search.insights.scope import Scope
from search.window import Window
from tests.documents import document, outcome
from tests.memory_index import MemoryIndex
from tests.morning import watchlist
from tests.test_search_communities import DAY, HOUR
from watchlists.demo.clock import DAYS, day_start
from watchlists.demo.truth import Truth
from watchlists.demo.world import World
from watchlists.model import Organisation, Source, Watchlist

MINUTE = timedelta(minutes=1)
DEMO_END = day_start(DAYS + 1)
DEMO = Window(start=day_start(1), end=DEMO_END, timezone="Europe/Paris")
WHOSE = {"pedaline-forum": "pedaline", "bulle-forum": "velobulle", "spoke-forum": "spokeshare"}


def demo_documents(place_id: str) -> list[Document]:
    """The messages of a place, each thread measured as the product measures it."""
    place = World.load().place(place_id)
    found = []
    for each in place.threads:
        items = [
            Item(
                id=f"{place_id}-{each.number}-{message.position}",
                kind="post",
                permalink=f"https://demo.example/{each.number}/{message.position}",
                fetched=DEMO_END,
                published=message.at,
                author=Author(
                    name=message.by,
                    is_staff=place.members_by_handle[message.by].is_staff,
                    is_bot=place.members_by_handle[message.by].is_bot,
                ),
            )
            for message in each.messages
        ]
        found += [
            document(
                item.id,
                kind="post",
                source=place_id,
                owner=WHOSE[place_id],
                published=item.published,
                thread=items[0].id,
                parent=None if item is items[0] else items[0].id,
                author=item.author.name if item.author else "",
                author_is_staff=bool(item.author and item.author.is_staff),
                author_is_bot=bool(item.author and item.author.is_bot),
                deleted=message.deleted,
                intent="spam" if message.deleted and item is items[0] else None,
                measures=measure_thread(
                    items[0], items, is_staff=lambda one: bool(one.author and one.author.is_staff)
                )
                if item is items[0]
                else None,
            )
            for item, message in zip(items, each.messages, strict=True)
        ]
    return found


def demo_watchlist() -> Watchlist:
    return watchlist(
        organisations=tuple(Organisation(id=each, name=each) for each in WHOSE.values()),
        sources=tuple(
            Source(id=place, url=f"https://{place}.example", organisation=owner)
            for place, owner in WHOSE.items()
        ),
    )


@pytest.mark.parametrize("place", sorted(WHOSE))
def test_the_demos_answers_are_measured_to_the_minute(place: str) -> None:
    documents = demo_documents(place)
    index = MemoryIndex(documents, [outcome(place, DEMO_END - HOUR, covered_from=day_start(1))])
    watch = demo_watchlist()
    scope = Scope(index=index, watchlist=watch, window=DEMO)
    organisation = watch.organisation(WHOSE[place])
    assert organisation is not None

    figures = {
        each.measure.id: each.now
        for each in measure_community(scope, organisation, read_coverage(scope)).figures
    }

    asked = [
        (each, next(one for one in documents if one.id == f"{place}-{each.thread}-1"))
        for each in Truth.load().replies
        if each.place == place
    ]
    old = [each for each, opening in asked if DEMO_END - opening.published >= DAY]
    late = [each for each in old if each.first is None or each.first > DAY / MINUTE]
    assert figures["first_reply"].count == len(asked)
    assert figures["first_reply"].value == kaplan_meier([(each.first, age(one)) for each, one in asked])
    assert figures["first_staff_reply"].value == kaplan_meier([(each.staff, age(one)) for each, one in asked])
    assert figures["unanswered_24h"].value == pytest.approx(len(late) / len(old))
    assert figures["unanswered_24h"].count == len(old)


def age(opening: Document) -> float:
    return (DEMO_END - opening.published) / MINUTE


def kaplan_meier(waits: list[tuple[int | None, float]]) -> float | None:
    """The median by the textbook's product over distinct times; who was not answered waited to the end."""
    ends = [(waited if answered is None else answered, answered is not None) for answered, waited in waits]
    share = 1.0
    for time in sorted({end for end, is_answered in ends if is_answered}):
        at_risk = sum(end >= time for end, _ in ends)
        share *= 1 - ends.count((time, True)) / at_risk
        if share <= 0.5 + 1e-9:
            return float(time)
    return None
