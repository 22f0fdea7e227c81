"""What a busy morning keeps: stories before words, each rival's best story before another's second."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.document import Document
from search.editions.digest import Digest
from search.press.edition import build_digest
from search.press.fitting import MOST_WORDS, count_words
from tests.documents import document, mention
from tests.memory_index import MemoryIndex
from tests.morning import END, NIMBO, WINDOW, outcomes, watchlist
from watchlists.messages import load_messages
from watchlists.model import Organisation, SavedSearch, Watchlist

RIVALS = tuple(Organisation(id=f"rival{n}", name=f"Rival {n}") for n in range(6))
LONG = (
    "Une phrase assez longue pour qu’on la raccourcisse quand le jour est chargé et que tout doit tenir ici"
)


def busy_watch(**changes: object) -> Watchlist:
    return watchlist(organisations=(NIMBO, *RIVALS), topics=(), **changes)


def busy_day(each: int = 3) -> list[Document]:
    """Several long stories about every rival."""
    return [
        document(
            f"{rival.id}-{number}",
            title=f"{rival.name}, nouvelle {number}, d’un titre aussi long et bavard que détaillé et précis",
            text=f"{rival.name} {number}. {LONG}. {LONG} encore.",
            published=END - timedelta(minutes=10 * number + 30),
            author=f"{rival.id}-{number}",
            mentions=(mention(rival.id),),
        )
        for rival in RIVALS
        for number in range(each)
    ]


def digest_of(documents: list[Document], watch: Watchlist) -> Digest:
    index = MemoryIndex(documents, outcomes())
    messages = load_messages(watch.language)
    return build_digest(index, watch, window=WINDOW, now=END, messages=messages)


def whole(documents: list[Document], watch: Watchlist, monkeypatch: pytest.MonkeyPatch) -> Digest:
    """The page as it would be without a limit."""
    with monkeypatch.context() as patch:
        patch.setattr("search.press.fitting.MOST_WORDS", 10_000)
        return digest_of(documents, watch)


def test_a_busy_page_keeps_every_story_by_telling_each_of_them_shorter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = busy_watch()
    before, after = whole(busy_day(), watch, monkeypatch), digest_of(busy_day(), watch)

    messages = load_messages("fr")
    assert count_words(before, messages) > MOST_WORDS
    assert count_words(after, messages) <= MOST_WORDS
    assert [each.id for each in after.stories] == [each.id for each in before.stories]
    assert len(after.stories) == 12
    assert sum(len(each.quotes) for each in after.stories) < sum(len(each.quotes) for each in before.stories)


def test_every_rival_keeps_its_best_story_on_the_fullest_page() -> None:
    rivals = tuple(
        replace(each, name=f"Rival au nom très long qui prend bien de la place {each.id}") for each in RIVALS
    )
    documents = busy_day(8)
    watch = busy_watch()
    watch = replace(watch, organisations=(NIMBO, *rivals))

    digest = digest_of(documents, watch)

    assert count_words(digest, load_messages("fr")) <= MOST_WORDS
    assert all(block.stories for block in digest.competitors)
    assert all(block.more for block in digest.competitors)
    told = {each.id for each in digest.stories}
    for block in digest.competitors:
        assert block.more is not None
        mine = [each for each in documents if each.id.startswith(f"{block.id}-")]
        assert block.more.count == len(mine) - len(told & {each.id for each in mine})
        assert block.id in block.more.command


def test_a_quiet_page_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = busy_watch()

    assert whole(busy_day(1)[:3], watch, monkeypatch) == digest_of(busy_day(1)[:3], watch)


def test_lines_of_saved_searches_go_before_stories_do(monkeypatch: pytest.MonkeyPatch) -> None:
    search = SavedSearch(id="tout", name="Tout", query="nouvelle", digest=True)
    watch = busy_watch(searches=(search,))
    before, after = whole(busy_day(), watch, monkeypatch), digest_of(busy_day(), watch)

    assert len(before.searches[0].lines) == 3
    assert len(after.searches[0].lines) == 1
    assert after.searches[0].count == before.searches[0].count == 18
    assert after.searches[0].more is not None
    assert after.searches[0].more.count == 17
    assert len(after.stories) == len(before.stories)


def test_the_same_page_is_made_in_english() -> None:
    digest = digest_of(busy_day(), busy_watch(language="en"))

    assert count_words(digest, load_messages("en")) <= MOST_WORDS
    assert len(digest.stories) == 12
