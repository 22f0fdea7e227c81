"""A Document as JSON bytes and back: the one form understood.db and the indexes store.

`encode` is a function of the document alone (fields in order, no whitespace), so that two equal
documents have one digest, on every machine.
"""

from __future__ import annotations

from hashlib import blake2b

from pydantic import TypeAdapter

from pipelines.document import Document

_ADAPTER = TypeAdapter(Document)


def encode(document: Document) -> bytes:
    """The document as compact UTF-8 JSON; raises ValueError on text with lone surrogates."""
    return _ADAPTER.dump_json(document, exclude_defaults=True)


def decode(data: bytes) -> Document:
    """The document `encode` was given; raises ValueError on anything else."""
    return _ADAPTER.validate_json(data)


def document_digest(document: Document) -> str:
    """What tells two versions of a document apart: 32 hexadecimal characters."""
    return encoded_digest(encode(document))


def encoded_digest(data: bytes) -> str:
    """The digest of a document from its encoded form."""
    return blake2b(data, digest_size=16).hexdigest()
