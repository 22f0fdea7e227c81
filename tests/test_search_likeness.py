"""Search by meaning, on the real encoder, across languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count

import numpy as np
import pytest

from pipelines.document import Document
from pipelines.embeddings import SentenceEmbedder, embed_texts, encoder_version, to_bytes
from pipelines.encoder import SIZE
from search.index import Vector
from search.likeness import FEW, find_alike
from tests.conftest import NOW
from tests.documents import document
from tests.memory_index import MemoryIndex
from watchlists.errors import IndexUnavailable
from watchlists.query import Everything, Keyword, Or, Query

pytestmark = pytest.mark.models

TITLES = {
    "panne": ("fr", "Le paiement par carte ne marche plus depuis ce matin"),
    "outage": ("en", "Card payments have been failing since this morning"),
    "garden": ("en", "How to grow tomatoes on a small balcony"),
    "ancien": ("fr", "Les paiements sont en panne pour tout le monde"),
}


@pytest.fixture
def index() -> MemoryIndex:
    """Four documents, one of them more than a year old."""
    documents = [
        replace(document(id), title=title, text="", language=language, published=NOW - timedelta(days=1))
        for id, (language, title) in TITLES.items()
    ]
    documents[3] = replace(documents[3], published=NOW - timedelta(days=400))
    made = MemoryIndex()
    put(made, documents, SentenceEmbedder().embed(documents))
    return made


def put(index: MemoryIndex, documents: Sequence[Document], vectors: Sequence[bytes]) -> None:
    """Documents with what they mean."""
    index.put(documents)
    index.put_vectors(
        Vector(id=each.id, model=encoder_version(), data=data)
        for each, data in zip(documents, vectors, strict=True)
    )
    index.commit()


def found(index: MemoryIndex, like: str, query: Query = Everything(), *, limit: int = 3) -> list[str]:  # noqa: B008
    """Ids of what is alike, nearest first."""
    results = find_alike(index, like, query, now=NOW, limit=limit)
    assert [hit.score for hit in results.hits] == sorted((hit.score for hit in results.hits), reverse=True)
    return [hit.document.id for hit in results.hits]


def test_a_sentence_finds_posts_of_both_languages_within_a_year(index: MemoryIndex) -> None:
    assert set(found(index, "une panne de paiement")) == {"panne", "outage"}


def test_a_document_finds_its_like_and_not_itself(index: MemoryIndex) -> None:
    assert found(index, "outage")[:1] == ["panne"]


def test_a_query_narrows_what_is_alike(index: MemoryIndex) -> None:
    assert found(index, "une panne de paiement", Keyword("language", "en")) == ["outage"]


def test_many_nearer_documents_that_do_not_match_hide_none_that_does(index: MemoryIndex) -> None:
    asked = embed_texts(["une panne de paiement"])[0]
    dice = np.random.default_rng(1)
    others = [
        document(
            f"near{number:05d}", published=NOW - timedelta(days=1), language="de" if number % 2 else "en"
        )
        for number in range(FEW + 100)
    ]
    near = [to_bytes(asked + dice.normal(0, 0.001, SIZE).astype(np.float32)) for _ in others]
    put(index, others, near)
    wanted = [f"near{number:05d}" for number, _ in zip(count(0, 2), range(FEW // 2 + 50), strict=False)]

    both = found(index, "une panne de paiement", Or((Keyword("language", "fr"), Keyword("language", "de"))))

    assert len(both) == 3
    assert not set(both) & set(wanted)
    assert found(index, "une panne de paiement", Keyword("language", "fr")) == ["panne"]


def test_an_index_without_meanings_says_what_makes_them() -> None:
    index = MemoryIndex([document()])

    with pytest.raises(IndexUnavailable) as caught:
        find_alike(index, "panne", Everything(), now=NOW, limit=3)

    assert "veilleur reindex" in caught.value.remedy
