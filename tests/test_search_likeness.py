"""Search by meaning, on the real encoder, across languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.embeddings import SentenceEmbedder, encoder_version
from pipelines.store import Entry, Stamp, Store
from search.folder import WatchFolder
from search.likeness import find_alike
from tests.conftest import NOW
from tests.documents import document
from tests.memory_index import MemoryIndex
from watchlists.query import Everything, Keyword, Query

pytestmark = pytest.mark.models

STAMP = Stamp(content=1, change=1, language_key="", names_key="", hits="", facts_key="")

TITLES = {
    "panne": ("fr", "Le paiement par carte ne marche plus depuis ce matin"),
    "outage": ("en", "Card payments have been failing since this morning"),
    "garden": ("en", "How to grow tomatoes on a small balcony"),
    "ancien": ("fr", "Les paiements sont en panne pour tout le monde"),
}


@pytest.fixture
def watch(tmp_path: Path) -> tuple[WatchFolder, MemoryIndex]:
    """Four documents, one of them more than a year old."""
    folder = WatchFolder(root=tmp_path)
    folder.state.mkdir()
    documents = [
        replace(document(id), title=title, text="", language=language, published=NOW - timedelta(days=1))
        for id, (language, title) in TITLES.items()
    ]
    documents[3] = replace(documents[3], published=NOW - timedelta(days=400))
    vectors = SentenceEmbedder().embed(documents)
    store = Store.open(folder.understood)
    store.put(
        [
            Entry(document=each, stamp=STAMP, vector=vector, vector_model=encoder_version())
            for each, vector in zip(documents, vectors, strict=True)
        ]
    )
    store.close()
    index = MemoryIndex()
    index.put(documents)
    index.commit()
    return folder, index


def found(watch: tuple[WatchFolder, MemoryIndex], like: str, query: Query = Everything()) -> list[str]:  # noqa: B008
    """Ids of what is alike, nearest first."""
    folder, index = watch
    results = find_alike(index, folder, like, query, now=NOW, limit=3)
    assert [hit.score for hit in results.hits] == sorted((hit.score for hit in results.hits), reverse=True)
    return [hit.document.id for hit in results.hits]


def test_a_sentence_finds_posts_of_both_languages_within_a_year(
    watch: tuple[WatchFolder, MemoryIndex],
) -> None:
    assert set(found(watch, "une panne de paiement")) == {"panne", "outage"}


def test_a_document_finds_its_like_and_not_itself(watch: tuple[WatchFolder, MemoryIndex]) -> None:
    assert found(watch, "outage")[:1] == ["panne"]


def test_a_query_narrows_what_is_alike(watch: tuple[WatchFolder, MemoryIndex]) -> None:
    assert found(watch, "une panne de paiement", Keyword("language", "en")) == ["outage"]
