"""One item to bring up to date, and whether what is stored of it was made from just this. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from crawlers.archive.states import ItemState
from pipelines.document import Document
from pipelines.facts import Record
from pipelines.fingerprint import Keys
from pipelines.store import Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One item to bring up to date."""

    record: Record
    state: ItemState
    keys: Keys
    owner: str | None
    document: Document | None = None
    """As stored; None when it was never understood."""
    stamp: Stamp | None = None

    def make_stamp(self, hits: str) -> Stamp:
        """What a document made now, with these watched names in it, is made from."""
        return Stamp(
            content=self.state.content,
            change=self.state.change,
            language_key=self.keys.language,
            names_key=self.keys.names,
            hits=hits,
            facts_key=self.keys.facts,
        )

    def is_current(self) -> bool:
        """Whether the stored document was made from just this."""
        return self.stamp is not None and self.stamp == self.make_stamp(self.stamp.hits)
