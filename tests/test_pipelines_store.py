"""understood.db keeps documents whole, privately, and is begun anew when unusable."""

from __future__ import annotations

import sqlite3
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.document_codec import document_digest
from pipelines.store import Entry, Place, Stamp, Store
from tests.documents import MORNING, document

STAMP = Stamp(content=1, change=7, language_key="l", names_key="n", hits="h", facts_key="f")


def entry(id: str, **values: object) -> Entry:
    return Entry(document=document(id, **values), stamp=STAMP, vector=id.encode(), vector_model="m@1")


def test_documents_come_back_in_the_order_asked_for(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    store.put([entry("b"), entry("a", title="Été")])

    found = list(store.documents(["a", "unknown", "b"]))

    assert [each.id for each in found] == ["a", "b"]
    assert store.stamps(["a", "unknown"]) == {"a": (STAMP, "gazette")}
    assert list(store.digests()) == [(each.id, document_digest(each)) for each in found]


def test_what_was_put_is_there_after_reopening(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    store.put([entry("a")])
    store.set_mark("settled", "7")
    store.close()

    again = Store.open(tmp_path / "understood.db")

    assert (again.count(), again.mark("settled"), again.mark("other"), again.was_rebuilt) == (
        1,
        "7",
        None,
        False,
    )
    assert again.integrity() == "ok"


def test_a_new_version_replaces_the_document_and_keeps_its_stamp(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    store.put([entry("a")])

    store.replace_documents([document("a", title="Autre")])

    assert next(store.documents(["a"])).title == "Autre"
    assert store.stamps(["a"])["a"][0] == STAMP


def test_deleting_takes_the_vector_along(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    store.put([entry("a"), entry("b")])

    assert store.delete(["a", "unknown"]) == 1
    assert store.vectors(["a", "b"], model="m@1") == {"b": b"b"}
    assert store.vectors(["b"], model="m@2") == {}


def test_posts_of_a_place_are_listed_by_time_replies_apart(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    days = [MORNING - timedelta(days=day) for day in range(4)]
    store.put([entry(f"p{place}", published=day) for place, day in enumerate(days)])
    store.put(
        [entry("reply", published=days[1], parent="p3"), entry("other", published=days[1], source="blog")]
    )

    found = store.of_place(Place("gazette", opens=True), since=days[2], until=days[0])

    assert found == [("p2", days[2]), ("p1", days[1])]


def test_a_failed_put_stores_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    broken = entry("b")
    broken = replace(broken, document=replace(broken.document, title="\ud800"))

    with pytest.raises(ValueError, match="surrogates"):
        store.put([entry("a"), broken])

    assert store.count() == 0


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "understood.db"
    path.write_bytes(content)

    store = Store.open(path)
    store.put([entry("a")])

    assert (store.was_rebuilt, store.count(), store.integrity()) == (True, 1, "ok")


def test_a_file_of_another_layout_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "understood.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE documents (id TEXT)")
    other.close()

    assert Store.open(path).was_rebuilt


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "state" / "understood.db")
    store.put([entry("a")])

    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()} == {0o600}


def test_vectors_that_say_something_are_counted_by_their_encoder(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "understood.db")
    vectors = {"a": b"\x01" * 1024, "b": b"\x01" * 1024, "c": bytes(1024), "d": None}
    store.put([replace(entry(id), vector=vector) for id, vector in vectors.items()])

    assert store.count_vectors(model="m@1") == 2
    assert store.count_vectors(model="m@2") == 0
