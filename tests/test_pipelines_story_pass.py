"""The story pass over stored documents: every document has a story, replies that of their thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pipelines.document import Document
from pipelines.store import Entry, Stamp, Store
from pipelines.story_pass import StoryTeller
from tests.test_pipelines_stories import QUAKE, STRIKE
from tests.test_pipelines_tone import NOW, document

STAMP = Stamp(content=1, change=1, language_key="l", names_key="n", hits="h", facts_key="f")


def put(store: Store, documents: Iterable[Document]) -> None:
    store.put([Entry(document=each, stamp=STAMP) for each in documents])


def tell(store: Store, *changed: str) -> dict[str, Document]:
    told = list(StoryTeller().assign(store, changed, now=NOW))
    store.replace_documents(told)
    return {each.id: each for each in told}


def post(id: str, text: str, *, hours: float = 0, **others: object) -> Document:
    return replace(document(text), id=id, published=NOW + timedelta(hours=hours), **others)  # type: ignore[arg-type]


def test_copies_are_marked_and_share_the_story_of_the_first(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    put(store, [post("a", QUAKE), post("b", QUAKE, hours=1), post("c", STRIKE, hours=2)])

    told = tell(store, "a", "b", "c")

    assert {id: (each.story, each.is_copy) for id, each in told.items()} == {
        "a": ("a", False),
        "b": ("a", True),
        "c": ("c", False),
    }
    store.close()


def test_a_later_copy_joins_without_the_earlier_posts_being_told_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    put(store, [post("a", QUAKE), post("b", STRIKE)])
    tell(store, "a", "b")
    put(store, [post("c", QUAKE, hours=5)])

    told = tell(store, "c")

    assert {id: each.story for id, each in told.items()} == {"c": "a"}
    store.close()


def test_replies_belong_to_the_story_of_their_thread(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    opening, reply = post("a", QUAKE, thread="a"), post("r", "Courage !", hours=1, thread="a", parent="a")
    lost = post("x", "Et ici ?", hours=1, thread="gone", parent="gone")
    put(store, [opening, reply, lost])

    told = tell(store, "a", "r", "x")

    assert {id: each.story for id, each in told.items()} == {"a": "a", "r": "a", "x": "x"}
    store.close()


def test_telling_again_changes_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    put(store, [post("a", QUAKE), post("b", QUAKE, hours=1)])
    tell(store, "a", "b")

    assert tell(store, "a", "b") == {}
    store.close()


def test_another_way_of_telling_tells_the_last_weeks_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    old = post("old", STRIKE, hours=-24 * 70, story="kept")
    put(store, [old, post("a", QUAKE, hours=-2, story="wrong"), post("b", QUAKE, hours=-1, story="b")])
    StoryTeller().finish(store)
    assert tell(store) == {}

    store.set_mark("stories", "stories@0")
    told = tell(store)
    StoryTeller().finish(store)

    assert {id: each.story for id, each in told.items()} == {"a": "a", "b": "a"}
    assert tell(store) == {}
    store.close()
