"""A document survives being stored, and its digest tells versions apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.document import Entity, ThreadMeasures
from pipelines.document_codec import decode, document_digest, encode
from tests.documents import MORNING, document, mention

FULL = document(
    title="Panne",
    text="L’été « noir » 😀",
    deleted=MORNING,
    entities=(Entity(name="Acme", label="ORG"),),
    mentions=(mention("acme", "negative"),),
    measures=ThreadMeasures(replies=2, first_reply_minutes=12.5, last_activity=MORNING),
    rating=4.5,
    notes=("text_cut",),
)


def test_what_is_decoded_is_what_was_encoded() -> None:
    assert decode(encode(FULL)) == FULL


def test_equal_documents_have_one_digest_and_others_another() -> None:
    assert document_digest(FULL) == document_digest(decode(encode(FULL)))
    assert document_digest(FULL) != document_digest(replace(FULL, upvotes=1))


@pytest.mark.parametrize("data", [b"", b"{}", b"null", b"\xff"])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (the message is the library's)
        decode(data)
