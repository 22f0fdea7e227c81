"""The embedded index as one commit left it: what is asked of the engine, in our records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tantivy

from pipelines.document import Document
from pipelines.document_codec import decode, encoded_digest

STORED = "stored"
"""The field of the document's bytes."""
Address = tantivy.DocAddress
Found = tuple[float, Address]
"""A hit: its score, or the value of the column that gives the order."""
Order = tuple[str, tantivy.Order]
"""A column and a direction."""


@dataclass(frozen=True, slots=True)
class View:
    """A searcher never changes: later commits are seen by another."""

    searcher: tantivy.Searcher
    schema: tantivy.Schema

    def count(self, query: tantivy.Query) -> int:
        """How many documents match."""
        unscored = tantivy.Query.const_score_query(query, 0.0)
        return self.first_of(unscored, 1, None)[1]

    def first(
        self, query: tantivy.Query, number: int, order: Order | None = None, *, offset: int = 0
    ) -> list[Found]:
        """The first hits by that order, by score without one; ties in any order."""
        hits: list[Found] = self._search(query, number, order, offset, count=False).hits
        return hits

    def first_of(self, query: tantivy.Query, number: int, order: Order | None) -> tuple[list[Found], int]:
        """The first hits, and the number of all."""
        result = self._search(query, number, order, 0, count=True)
        return result.hits, result.count

    def _search(
        self, query: tantivy.Query, number: int, order: Order | None, offset: int, *, count: bool
    ) -> Any:
        column, direction = order or (None, tantivy.Order.Desc)
        return self.searcher.search(
            query, number, count=count, order_by_field=column, offset=offset, order=direction
        )

    def aggregate(self, query: tantivy.Query, aggregation: dict[str, Any]) -> list[dict[str, Any]]:
        """The buckets of one aggregation."""
        buckets: list[dict[str, Any]] = self.searcher.aggregate(query, {"asked": aggregation})["asked"][
            "buckets"
        ]
        return buckets

    def numbers(self, column: str, addresses: list[Address]) -> list[int]:
        """The values of a whole-number column that every document has."""
        return [int(value or 0) for value in self.searcher.fast_field_values(column, addresses)]

    def read(self, address: Address) -> Document:
        """The document at an address."""
        return decode(_stored(self.searcher.doc(address)))

    def identify(self, address: Address) -> tuple[str, str]:
        """Id and digest of the document at an address."""
        row = self.searcher.doc(address)
        return str(row.get_first("id")), encoded_digest(_stored(row))


def _stored(row: tantivy.Document) -> bytes:
    data = row.get_first(STORED)
    if data is None:
        raise ValueError("a document is stored without its content")
    return bytes(data)
