"""Communities inside platforms as emerging places, and formats as rising subjects."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pipelines.document import Document
from search.insights.places import find_places
from search.insights.rising import find_rising
from search.insights.scope import Scope
from tests.documents import document
from tests.memory_index import MemoryIndex
from tests.morning import END, NIMBO, WINDOW, history, watchlist
from watchlists.model import Watchlist

HOUR = timedelta(hours=1)


def citing(place: str, *, count: int = 4) -> list[Document]:
    """Several people link to a place from two sources."""
    return [
        document(
            f"cite{n}",
            link_domains=(place.partition("/")[0], place),
            author=f"author-{n}",
            source=("gazette", "cyclist")[n % 2],
            published=END - (n + 1) * HOUR,
        )
        for n in range(count)
    ]


def places(documents: list[Document], watch: Watchlist | None = None) -> list[str]:
    scope = Scope(index=MemoryIndex(documents), watchlist=watch or watchlist(), window=WINDOW)
    return [each.domain for each in find_places(scope, documents)]


def test_a_community_emerges_where_its_platform_is_known_to_everybody() -> None:
    assert places(citing("reddit.com/r/velo")) == ["reddit.com/r/velo"]


def test_an_invitation_by_few_is_no_place_yet() -> None:
    assert places(citing("discord.gg/AbC", count=2)) == []


def test_our_own_community_on_a_platform_is_no_news() -> None:
    ours = replace(NIMBO, accounts=("https://www.reddit.com/r/Velo/",))

    assert places(citing("reddit.com/r/velo"), watchlist(organisations=(ours,))) == []


def test_a_format_that_several_people_take_up_rises() -> None:
    videos = [
        document(
            f"video{n}",
            kind="video",
            author=f"author-{n}",
            source=("gazette", "cyclist")[n % 2],
            published=END - (n + 1) * HOUR,
        )
        for n in range(6)
    ]
    scope = Scope(index=MemoryIndex([*history(), *videos]), watchlist=watchlist(), window=WINDOW)

    rises = find_rising(scope, videos)

    assert rises is not None
    assert [(each.term.field, each.term.value) for each in rises] == [("kind", "video")]
