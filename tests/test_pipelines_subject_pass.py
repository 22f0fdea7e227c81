"""The subject pass over stored documents: told once, and the same in any batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.document import Document, Entity
from pipelines.embeddings import encoder_version, to_bytes
from pipelines.store import Entry, Store
from pipelines.subject_pass import SubjectTeller
from tests.test_pipelines_story_pass import STAMP
from tests.test_pipelines_tone import NOW, document


def post(place: int, axis: int = 0, **others: Any) -> tuple[Document, bytes]:
    """A document with the vector of one axis."""
    base = replace(
        document("Texte"),
        id=f"p{place:03}",
        published=NOW - timedelta(days=20) + timedelta(hours=place),
        author=f"a{place % 4}",
        entities=(Entity(name=("Globex", "Initech")[axis], label="ORG"),),
    )
    vector = np.zeros(512, np.float32)
    vector[axis] = 1.0
    return replace(base, **others), to_bytes(vector)


def put(store: Store, *posts: tuple[Document, bytes]) -> None:
    store.put(
        [Entry(document=each, stamp=STAMP, vector=row, vector_model=encoder_version()) for each, row in posts]
    )


def tell(store: Store, *changed: str) -> dict[str, str]:
    teller = SubjectTeller("fr")
    told = list(teller.assign(store, changed, now=NOW))
    store.replace_documents(told)
    teller.finish(store)
    return {each.id: each.subject for each in told}


def told_in(folder: Path, *batches: Sequence[tuple[Document, bytes]]) -> dict[str, str]:
    store = Store.open(folder / "understood.db")
    for batch in batches:
        put(store, *batch)
        tell(store, *(each.id for each, _ in batch))
    found = {each.id: each.subject for each in store.documents(id for id, _ in store.digests())}
    store.close()
    return found


def test_posts_of_one_meaning_get_one_subject(tmp_path: Path) -> None:
    found = told_in(tmp_path, [post(1), post(2), post(3), post(4, 1)])

    assert found == {"p001": "Globex", "p002": "Globex", "p003": "Globex", "p004": ""}


def test_the_batches_do_not_matter(tmp_path: Path) -> None:
    posts = [post(place, place % 7 % 2) for place in range(30)]

    whole = told_in(tmp_path / "whole", posts)

    assert told_in(tmp_path / "each", *([each] for each in posts)) == whole
    assert told_in(tmp_path / "back", *([each] for each in reversed(posts))) == whole
    assert told_in(tmp_path / "two", posts[1::2], posts[::2]) == whole


def test_telling_again_changes_nothing_and_reads_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    put(store, post(1), post(2), post(3))
    tell(store, "p001", "p002", "p003")

    assert tell(store, "p001", "p002", "p003") == {}
    store.close()


@pytest.mark.parametrize(
    "left_out",
    [
        {"topics": ("prix",)},
        {"author_is_bot": True},
        {"intent": "spam"},
        {"deleted": NOW},
        {"parent": "p001"},
    ],
    ids=lambda each: next(iter(each)),
)
def test_watched_topics_bots_spam_and_replies_are_left_out(tmp_path: Path, left_out: dict[str, Any]) -> None:
    found = told_in(tmp_path, [post(1), post(2), post(3, 0, **left_out)])

    assert set(found.values()) == {""}


def test_a_topic_watched_later_takes_its_posts_away(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    put(store, post(1), post(2), post(3))
    tell(store, "p001", "p002", "p003")
    taken = [replace(each, topics=("prix",)) for each in store.documents(["p001"])]
    store.replace_documents(taken)

    assert tell(store, "p001") == {"p001": "", "p002": "", "p003": ""}
    store.close()


def test_what_was_cut_off_before_it_was_finished_is_told_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    put(store, post(1), post(2), post(3))
    assert list(SubjectTeller("fr").assign(store, (), now=NOW))

    assert set(tell(store).values()) == {"Globex"}
    store.close()


def test_another_way_of_telling_tells_the_window_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    put(store, post(1), post(2), post(3))
    tell(store)
    store.replace_documents([replace(each, subject="") for each in store.documents(["p001"])])
    assert tell(store) == {}
    store.set_mark("subjects", "subjects@0")

    assert tell(store) == {"p001": "Globex"}
    store.close()


def test_without_vectors_there_are_no_subjects(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    store.put([Entry(document=post(place)[0], stamp=STAMP) for place in range(4)])

    assert tell(store) == {}
    store.close()
