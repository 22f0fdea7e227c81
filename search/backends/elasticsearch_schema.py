"""What a server holds of a document: template, mapping, and a document as its source.

Fields of the query language keep their names: keywords and flags as `keyword`, numbers as `double`,
dates as `long` (microseconds since 1970: a server's own dates stop at milliseconds). `title_fr`,
`text_en`... are analysed, `title_words` and `text_words` are folded words for prefixes;
`@timestamp`, `event.ingested` and `headline` are for people and dashboards; `document` is what
comes back.
"""

from __future__ import annotations

from typing import Any

from pipelines.document import Document
from pipelines.document_codec import encode, encoded_digest
from pipelines.folding import fold
from search.backends.analysis import OTHER, STEMMERS, TEXT_LANGUAGES, analyse, text_language
from search.backends.columns import (
    DATE_FIELDS,
    KEYWORD_FIELDS,
    NUMBER_FIELDS,
    TEXT_FIELDS,
    keyword_columns,
    ordered_columns,
)
from search.backends.embedded_writer import check_id

VERSION = 1
"""Raised whenever an index made before must be made anew."""

_KEPT = {"type": "text", "index": False}
"""Comes back in the source, cannot be asked for, of any length."""


def document_settings() -> dict[str, Any]:
    """Settings of a document index. Changes show when a commit refreshes, never by themselves."""
    return {
        "refresh_interval": "-1",
        "auto_expand_replicas": "0-1",
        "codec": "best_compression",
        "analysis": {
            "analyzer": {
                f"veilleur_{language}": {"type": name, "stopwords": "_none_"}
                for language, name in STEMMERS.items()
            }
        },
    }


def document_mappings() -> dict[str, Any]:
    """Every field named: an unknown one is an error, not a guess."""
    properties: dict[str, Any] = {
        "document": _KEPT,
        "headline": _KEPT,
        "digest": {"type": "keyword", "index": False},
        "@timestamp": {"type": "date"},
        "event": {"properties": {"ingested": {"type": "date"}}},
    }
    properties |= {field: {"type": "keyword"} for field in KEYWORD_FIELDS}
    properties |= {field: {"type": "double"} for field in NUMBER_FIELDS}
    properties |= {field: {"type": "long"} for field in DATE_FIELDS}
    for field in TEXT_FIELDS:
        properties[words_field(field)] = _words("docs")
        for language in TEXT_LANGUAGES:
            analysed = {"type": "text", "analyzer": f"veilleur_{language}"}
            properties[text_field(field, language)] = _words("positions") if language == OTHER else analysed
    return {
        "dynamic": "strict",
        "_source": {"excludes": [name for name in properties if name.startswith(("title_", "text_"))]},
        "properties": properties,
    }


def record_settings() -> dict[str, Any]:
    """Settings of the records index."""
    return {"refresh_interval": "-1", "auto_expand_replicas": "0-1"}


def record_mappings() -> dict[str, Any]:
    """An outcome or a sample: what it is found by, and itself."""
    keyword = {"type": "keyword"}
    return {
        "dynamic": "strict",
        "properties": {
            "is": keyword,
            "source": keyword,
            "run": keyword,
            "at": {"type": "long"},
            "record": _KEPT,
        },
    }


def text_field(field: str, language: str) -> str:
    """The analysed field of title or text in a language."""
    return f"{field}_{language}"


def words_field(field: str) -> str:
    """The field of the folded words of title or text."""
    return f"{field}_words"


def make_source(document: Document) -> dict[str, Any]:
    """A document as a server takes it; raises ValueError where it cannot be held."""
    check_id(document.id)
    encoded = encode(document)
    return {
        "document": encoded.decode(),
        "digest": encoded_digest(encoded),
        "headline": document.title,
        "@timestamp": document.published.isoformat(),
        "event": {"ingested": document.first_seen.isoformat()},
        **dict(keyword_columns(document)),
        **dict(ordered_columns(document, NUMBER_FIELDS)),
        **dict(ordered_columns(document, DATE_FIELDS)),
        **_texts(document),
    }


def analysable(text: str, language: str) -> str:
    """A text, or the words of a query, as the field of that language is given it.

    Folded here, since the servers' analyzers fold long words only; of other languages the terms
    themselves, a space apart.
    """
    return " ".join(analyse(text, OTHER)) if language == OTHER else fold(text)


def _texts(document: Document) -> dict[str, str]:
    language = text_language(document.language)
    texts = {}
    for field, text in (("title", document.title), ("text", document.text)):
        if words := analyse(text, OTHER):
            texts[text_field(field, language)] = " ".join(words) if language == OTHER else fold(text)
            texts[words_field(field)] = " ".join(dict.fromkeys(words))
    return texts


def _words(index_options: str) -> dict[str, Any]:
    """Terms made here, taken as they come."""
    return {
        "type": "text",
        "analyzer": "whitespace",
        "index_options": index_options,
        "norms": index_options != "docs",
    }
