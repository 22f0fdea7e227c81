"""What the embedded index holds of a document: the schema, and a document as its row.

Fields of the query language keep their names; the others are `stored` (the document's bytes),
`title_fr`, `text_en`... (analysed text), `title_words`, `text_words` (folded, for prefixes), and
`by_...` (see search.backends.embedded_order).
"""

from __future__ import annotations

import tantivy

from pipelines.document import Document
from pipelines.document_codec import encode
from search.backends.analysis import OTHER, STEMMERS, TEXT_LANGUAGES, analyzer, text_language
from search.backends.columns import (
    DATE_FIELDS,
    KEYWORD_FIELDS,
    NUMBER_FIELDS,
    TEXT_FIELDS,
    keyword_columns,
    ordered_columns,
)
from search.backends.embedded_order import ORDERS, order_keys
from search.backends.embedded_view import STORED

VERSION = 1
"""Raised whenever an index made before must be made anew."""


def build_schema() -> tantivy.Schema:
    """The schema of this version."""
    builder = tantivy.SchemaBuilder()
    builder.add_bytes_field(STORED, stored=True)
    for field in KEYWORD_FIELDS:
        is_id = field == "id"
        builder.add_text_field(field, stored=is_id, tokenizer_name="raw", fast=True, index_option="basic")
    for field in NUMBER_FIELDS:
        builder.add_float_field(field, fast=True)
    for field in DATE_FIELDS:
        builder.add_integer_field(field, fast=True)
    for order in ORDERS:
        builder.add_unsigned_field(order, fast=True)
    for field in TEXT_FIELDS:
        builder.add_text_field(
            words_field(field), tokenizer_name=_tokenizer_name(OTHER), index_option="basic"
        )
        for language in TEXT_LANGUAGES:
            builder.add_text_field(text_field(field, language), tokenizer_name=_tokenizer_name(language))
    return builder.build()


def register_analyzers(index: tantivy.Index) -> None:
    """Name the analyzers the schema refers to; they are not kept in the index's files."""
    for language in TEXT_LANGUAGES:
        index.register_tokenizer(_tokenizer_name(language), analyzer(language))


def text_field(field: str, language: str) -> str:
    """The analysed field of title or text in a language."""
    return f"{field}_{language}"


def words_field(field: str) -> str:
    """The field of the folded words of title or text."""
    return f"{field}_words"


def make_row(document: Document) -> tantivy.Document:
    """A document as the engine takes it; raises ValueError where it cannot be held."""
    row = tantivy.Document()
    row.add_bytes(STORED, encode(document))
    _add_values(row, document)
    _add_texts(row, document)
    for order, key in order_keys(document):
        row.add_unsigned(order, key)
    return row


def _add_values(row: tantivy.Document, document: Document) -> None:
    for field, values in keyword_columns(document):
        for value in values:
            row.add_text(field, value)
    for field, amount in ordered_columns(document, NUMBER_FIELDS):
        row.add_float(field, amount)
    for field, moment in ordered_columns(document, DATE_FIELDS):
        row.add_integer(field, int(moment))


def _add_texts(row: tantivy.Document, document: Document) -> None:
    language = text_language(document.language)
    for field, text in (("title", document.title), ("text", document.text)):
        if text:
            row.add_text(text_field(field, language), text)
            row.add_text(words_field(field), text)


def _tokenizer_name(language: str) -> str:
    return f"veilleur_{STEMMERS.get(language, 'plain')}"
