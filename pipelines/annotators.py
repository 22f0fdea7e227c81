"""Places for what is read in a text beside names and phrases: tone, intent, meaning, stories.

`Annotator` and `Embedder` see single documents, once per text; a `StoryPass` sees many, after each run.
Each has a version: raising it makes the texts be read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from pipelines.document import Document
from pipelines.store import Store

if TYPE_CHECKING:
    from pipelines.names import NameHit
    from pipelines.reading import Reading, Task


class TextReader(Protocol):
    """Reads the words of items; pipelines.reading.Reader, or what stands before it."""

    @property
    def versions(self) -> tuple[str, ...]:
        """The trained pipelines in use; loads nothing."""

    @property
    def load_models(self) -> bool:
        """Whether models may be loaded."""

    @property
    def missing(self) -> set[str]:
        """Languages that were met and that no trained pipeline serves here."""

    def read(self, tasks: Sequence[Task]) -> tuple[Reading, ...]:
        """Readings in the order of the tasks."""

    def find_names(self, document: Document, *, owner: str | None) -> tuple[NameHit, ...]:
        """Watched names in a document's text and links."""


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
    """Raising it makes the documents of its window be told again."""

    def assign(self, store: Store, changed: Sequence[str], /, *, now: datetime) -> Iterator[Document]:
        """New versions of the documents whose story, copy mark or subject changed; not yet stored."""

    def finish(self, store: Store, /) -> None:
        """Remember that it was told; called once all that `assign` gave is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an Understanding is given; each may be absent, and then its fields stay empty."""

    annotators: tuple[Annotator, ...] = ()
    embedder: Embedder | None = None
    stories: StoryPass | None = None
    subjects: StoryPass | None = None
    """Taken after the stories, where there are any: copies say nothing new about a subject."""

    @property
    def passes(self) -> tuple[StoryPass, ...]:
        """The passes over many documents, in their order."""
        if self.stories is None:
            return ()
        return (self.stories,) if self.subjects is None else (self.stories, self.subjects)

    @property
    def versions(self) -> tuple[str, ...]:
        """Versions of the parts that read single texts."""
        embedder = (self.embedder.version,) if self.embedder else ()
        return (*(each.version for each in self.annotators), *embedder)
