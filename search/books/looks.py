"""What was found at emerging places, as the ledger keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from search.books.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is at a place; everything empty but a reason where it could not be looked at."""

    place: str
    kind: str = ""
    """The kind of source it would be."""
    software: str = ""
    title: str = ""
    reason: str = ""
    is_forbidden: bool = False
    """robots.txt refuses it."""


LOOKS: TypeAdapter[Look] = TypeAdapter(Look)


def read_looks(ledger: Ledger) -> tuple[Look, ...]:
    """Everything found so far."""
    return tuple(LOOKS.validate_json(body) for _, _, body in ledger.probes() if body is not None)
