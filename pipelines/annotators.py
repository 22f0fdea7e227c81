"""Places for what is read in a text beside names and phrases: tone, intent, meaning, stories.

`Annotator` and `Embedder` see single documents, once per text; a `StoryPass` sees many, after each run.
Each has a version: raising it makes the texts be read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipelines.document import Document
from pipelines.store import Store


class Annotator(Protocol):
    """Adds to documents what their words say; the same words always give the same."""

    version: str
    """Name and version, such as `tone@1`."""

    def annotate(self, documents: Sequence[Document], /) -> Sequence[Document]:
        """The same documents in the same order, with fields added (tone, intent, summary...)."""


class Embedder(Protocol):
    """Turns documents into vectors of one length."""

    version: str

    def embed(self, documents: Sequence[Document], /) -> Sequence[bytes]:
        """One vector each, as it is stored."""


class StoryPass(Protocol):
    """Relates documents to each other; deterministic over what is stored, whatever the batches were."""

    version: str

    def assign(self, store: Store, changed: Sequence[str], /, *, now: datetime) -> Iterator[Document]:
        """New versions of the documents whose story, copy mark or summary changed; not yet stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an Understanding is given; each may be absent, and then its fields stay empty."""

    annotators: tuple[Annotator, ...] = ()
    embedder: Embedder | None = None
    stories: StoryPass | None = None

    @property
    def versions(self) -> tuple[str, ...]:
        """Versions of the parts that read single texts."""
        embedder = (self.embedder.version,) if self.embedder else ()
        return (*(each.version for each in self.annotators), *embedder)
