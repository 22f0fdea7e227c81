"""Language work done on one machine serves the others, and changes nothing of what is understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from crawlers.archive import Archive
from crawlers.items import Author
from pipelines.annotators import Parts
from pipelines.document import Document
from pipelines.names import NameFinder, NameHit
from pipelines.reading import Reader, Reading, Task
from pipelines.recall import recalling
from pipelines.sharing import Sharing
from pipelines.store import Store
from pipelines.understand import Understanding
from tests.archived import MORNING, item, opened, put
from watchlists.model import Organisation, Source, Watchlist

WATCH = Watchlist(
    name="t",
    organisations=(Organisation(id="acme", name="Acme"),),
    sources=(Source(id="blog", url="https://blog.acme.example/feed", organisation="acme"),),
)
POSTS = (item("un", title="Acme en panne"), item("deux", title="Rien à dire"))


class Shelf:
    """A memo in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def find(self, keys: Sequence[str], /) -> Mapping[str, bytes]:
        return {key: self.kept[key] for key in keys if key in self.kept}

    def keep(self, memories: Mapping[str, bytes], /) -> None:
        self.kept |= memories


class Counting:
    """A reader, an annotator and an embedder that count the texts they are given."""

    version = "counting@1"
    load_models = False

    def __init__(self) -> None:
        self.inner = Reader(NameFinder(WATCH.organisations), WATCH.languages, load_models=False)
        self.read_ids: list[str] = []
        self.annotated: list[str] = []
        self.embedded: list[str] = []

    @property
    def versions(self) -> tuple[str, ...]:
        return self.inner.versions

    @property
    def missing(self) -> set[str]:
        return self.inner.missing

    def read(self, tasks: Sequence[Task]) -> tuple[Reading, ...]:
        self.read_ids += [task.item.id for task in tasks]
        return self.inner.read(tasks)

    def find_names(self, document: Document, *, owner: str | None) -> tuple[NameHit, ...]:
        return self.inner.find_names(document, owner=owner)

    def annotate(self, documents: Sequence[Document], /) -> Sequence[Document]:
        self.annotated += [each.id for each in documents]
        return [replace(each, summary=f"{len(each.text)} characters") for each in documents]

    def embed(self, documents: Sequence[Document], /) -> Sequence[bytes]:
        self.embedded += [each.id for each in documents]
        return [each.title.encode() for each in documents]


@contextmanager
def machine(
    folder: Path, shelf: Shelf | None, watchlist: Watchlist = WATCH
) -> Iterator[tuple[Archive, Understanding, Counting]]:
    """An archive and an understanding of it, over the common shelf."""
    folder.mkdir(exist_ok=True)
    counting = Counting()
    parts = Parts(annotators=(counting,), embedder=counting)
    reader, used = counting, parts
    if shelf is not None:
        shared, used = recalling(counting, parts, watchlist=watchlist, memo=shelf)
    with opened(folder) as archive:
        put(archive, *POSTS)
        understanding = Understanding(
            Store.open(folder / "understood.db"),
            archive,
            watchlist,
            key=b"k" * 32,
            parts=used,
            reader=reader if shelf is None else shared,
        )
        yield archive, understanding, counting
        understanding.close()


def understand(understanding: Understanding) -> dict[str, Document]:
    ids = list(understanding.pending())
    return {each.id: each for each in understanding.understand(ids, now=MORNING)}


def test_a_text_is_read_once_and_understood_alike_everywhere(tmp_path: Path) -> None:
    shelf = Shelf()
    with machine(tmp_path / "alone", None) as (_, understanding, _counting):
        alone = understand(understanding)
        vectors = understanding.vectors(alone, model=Counting.version)
    with machine(tmp_path / "first", shelf) as (_, understanding, first):
        assert understand(understanding) == alone
    with machine(tmp_path / "second", shelf) as (_, understanding, second):
        assert understand(understanding) == alone
        assert understanding.vectors(alone, model=Counting.version) == vectors

    assert sorted(first.read_ids) == sorted(each.id for each in POSTS)
    assert (second.read_ids, second.annotated, second.embedded) == ([], [], [])


def test_only_what_nobody_read_is_read(tmp_path: Path) -> None:
    shelf = Shelf()
    with machine(tmp_path / "first", shelf) as (_, understanding, _counting):
        understand(understanding)
    with machine(tmp_path / "second", shelf) as (archive, understanding, second):
        edited = replace(POSTS[0], title="Acme réparé")
        put(archive, edited)
        found = understand(understanding)

    assert second.read_ids == second.annotated == second.embedded == [POSTS[0].id]
    assert found[POSTS[0].id].title == "Acme réparé"


@pytest.mark.parametrize(
    "watchlist",
    [
        replace(WATCH, organisations=(*WATCH.organisations, Organisation(id="beta", name="Beta"))),
        replace(WATCH, languages=("fr",)),
        replace(WATCH, sources=(replace(WATCH.sources[0], language="fr"),)),
        replace(WATCH, sources=(replace(WATCH.sources[0], organisation=None),)),
    ],
    ids=["names", "languages", "declared language", "owner"],
)
def test_what_was_read_by_another_watchlist_is_read_again(tmp_path: Path, watchlist: Watchlist) -> None:
    shelf = Shelf()
    with machine(tmp_path / "first", shelf) as (_, understanding, _counting):
        understand(understanding)
    with machine(tmp_path / "second", shelf, watchlist) as (_, understanding, second):
        understand(understanding)

    assert sorted(second.read_ids) == sorted(each.id for each in POSTS)


def test_a_memory_of_another_version_is_read_again(tmp_path: Path) -> None:
    shelf = Shelf()
    with machine(tmp_path / "first", shelf) as (_, understanding, _counting):
        expected = understand(understanding)
    shelf.kept = dict.fromkeys(shelf.kept, b'{"unknown": 1}')
    with machine(tmp_path / "second", shelf) as (_, understanding, second):
        assert understand(understanding) == expected

    assert len(second.read_ids) == 2


def test_no_memory_tells_who_wrote_a_text(tmp_path: Path) -> None:
    shelf = Shelf()
    staff = Author(name="Wilhelmine Xyzzy", is_staff=True)
    with machine(tmp_path / "first", shelf) as (archive, understanding, _counting):
        put(archive, item("trois", author=staff))
        found = understand(understanding)

    assert "Wilhelmine Xyzzy" in {each.author for each in found.values()}
    assert not any(b"Xyzzy" in body for body in shelf.kept.values())


@pytest.mark.models
def test_real_models_are_shared_too(tmp_path: Path) -> None:
    shelf = Shelf()
    found = []
    for name, memo in (("a", shelf), ("b", shelf), ("c", Shelf())):
        folder = tmp_path / name
        folder.mkdir()
        with opened(folder) as archive:
            put(archive, *POSTS)
            understanding = Sharing(memo=memo).open(
                folder / "understood.db", archive=archive, watchlist=WATCH, key=b"k" * 32
            )
            found.append(understand(understanding))
            understanding.close()

    assert found[0] == found[1] == found[2]
    assert all(each.tone for each in found[0].values())
