"""The digest as JSON: the view model itself, field by field, for programs and for the ledger."""

from __future__ import annotations

from pydantic import TypeAdapter

from search.editions.digest import Digest

_ADAPTER = TypeAdapter(Digest)


def render_json(digest: Digest) -> str:
    """The digest as indented JSON; ends in one newline."""
    return _ADAPTER.dump_json(digest, indent=2).decode() + "\n"


def read_json(data: str | bytes) -> Digest:
    """The digest `render_json` was given; raises ValueError on anything else."""
    return _ADAPTER.validate_json(data)
