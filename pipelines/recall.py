"""Language work shared between machines: what one worker read in a text, no other has to read again.

A memory's key is a digest of everything the reading depends on: the words, whose place it is, the names
watched, the models. So it does not matter who read a text, nor when; a memory that is missing, or was
made by other rules, is simply not found, and the text is read here.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from pipelines.annotators import Annotator, Embedder, Parts, TextReader
from pipelines.document import Document
from pipelines.fingerprint import Keyring
from pipelines.names import NameHit
from pipelines.reading import Reading, Task
from watchlists.model import Watchlist


class Memo(Protocol):
    """Where memories are kept: opaque bytes by key. What it cannot do it leaves undone, without complaint."""

    def find(self, keys: Sequence[str], /) -> Mapping[str, bytes]:
        """The memories there are, of these."""

    def keep(self, memories: Mapping[str, bytes], /) -> None:
        """Keep these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What was read in a text; nothing of who wrote it."""

    document: Document
    hits: tuple[NameHit, ...]
    vector: str = ""
    """Base 64; empty where no encoder was at hand."""


_MEMORY = TypeAdapter(Memory)


@dataclass(slots=True)
class Recall:
    """The memories of one batch, between its reading, its annotation and its vectors."""

    memo: Memo
    base: str
    """What every key of this watch begins with: models, languages, names."""
    _keys: dict[str, str] = field(default_factory=dict, init=False)
    _found: dict[str, Memory] = field(default_factory=dict, init=False)
    _read: dict[str, Reading] = field(default_factory=dict, init=False)
    _annotated: dict[str, Document] = field(default_factory=dict, init=False)

    def begin(self, tasks: Sequence[Task]) -> None:
        """Look for what is known of these texts."""
        self._read, self._annotated = {}, {}
        self._keys = {task.item.id: _key(task, self.base) for task in tasks}
        stored = self.memo.find(tuple(dict.fromkeys(self._keys.values())))
        memories = {key: memory for key, body in stored.items() if (memory := _decode(body)) is not None}
        self._found = {id: memories[key] for id, key in self._keys.items() if key in memories}

    def reading(self, id: str) -> Reading | None:
        """What is remembered of a text, as if it had just been read."""
        memory = self._found.get(id)
        if memory is None:
            return None
        return Reading(document=replace(memory.document, id=id), hits=memory.hits)

    def vector(self, id: str) -> bytes | None:
        """The vector remembered of a text."""
        memory = self._found.get(id)
        return b64decode(memory.vector) if memory and memory.vector else None

    def knows(self, document: Document) -> bool:
        """Whether the words of a document were remembered, so that nothing is left to read."""
        return document.id in self._found

    def note_readings(self, readings: Sequence[Reading]) -> None:
        """What was read here, to be remembered once it is whole."""
        self._read = {reading.document.id: reading for reading in readings}

    def note_annotated(self, documents: Sequence[Document]) -> None:
        """The same, with what the last annotator added."""
        self._annotated |= {document.id: document for document in documents}

    def conclude(self, vectors: Mapping[str, bytes]) -> None:
        """Keep what was read here."""
        made = {
            self._keys[id]: _encode(self._annotated.get(id, reading.document), reading, vectors.get(id))
            for id, reading in self._read.items()
        }
        if made:
            self.memo.keep(made)
        self._read = {}


@dataclass(slots=True)
class RecallingReader:
    """Reads only what nobody read before."""

    inner: TextReader
    recall: Recall

    @property
    def versions(self) -> tuple[str, ...]:
        """Those of the reader that would do it."""
        return self.inner.versions

    @property
    def load_models(self) -> bool:
        """Whether that one may load models."""
        return self.inner.load_models

    @property
    def missing(self) -> set[str]:
        """Languages that were met here and that no model serves here."""
        return self.inner.missing

    def read(self, tasks: Sequence[Task]) -> tuple[Reading, ...]:
        """Readings in the order of the tasks."""
        self.recall.begin(tasks)
        known = {task.item.id: self.recall.reading(task.item.id) for task in tasks}
        fresh = self.inner.read([task for task in tasks if known[task.item.id] is None])
        self.recall.note_readings(fresh)
        by_id = {reading.document.id: reading for reading in fresh}
        return tuple(known[task.item.id] or by_id[task.item.id] for task in tasks)

    def find_names(self, document: Document, *, owner: str | None) -> tuple[NameHit, ...]:
        """Watched names in a document."""
        return self.inner.find_names(document, owner=owner)


@dataclass(slots=True)
class RecallingAnnotator:
    """Leaves documents alone that came annotated."""

    inner: Annotator
    recall: Recall
    version: str

    def annotate(self, documents: Sequence[Document], /) -> Sequence[Document]:
        """The same documents in the same order."""
        fresh = self.inner.annotate([each for each in documents if not self.recall.knows(each)])
        self.recall.note_annotated(fresh)
        done = {each.id: each for each in fresh}
        return [done.get(each.id, each) for each in documents]


@dataclass(slots=True)
class RecallingEmbedder:
    """Works out only the vectors nobody has; the last step, after which the batch is remembered."""

    inner: Embedder
    recall: Recall
    version: str

    def embed(self, documents: Sequence[Document], /) -> Sequence[bytes]:
        """One vector each."""
        vectors = {each.id: vector for each in documents if (vector := self.recall.vector(each.id))}
        missing = [each for each in documents if each.id not in vectors]
        made = dict(zip((each.id for each in missing), self.inner.embed(missing), strict=True))
        self.recall.conclude(made)
        vectors |= made
        return [vectors[each.id] for each in documents]


def recalling(
    reader: TextReader, parts: Parts, *, watchlist: Watchlist, memo: Memo
) -> tuple[TextReader, Parts]:
    """The same reader and parts over a memo; without an encoder there is nothing worth sharing."""
    if parts.embedder is None:
        return reader, parts
    keys = Keyring(watchlist, (*reader.versions, *parts.versions)).of_place("")
    recall = Recall(memo, f"{keys.language}{keys.names}")
    shared = replace(
        parts,
        annotators=tuple(RecallingAnnotator(each, recall, each.version) for each in parts.annotators),
        embedder=RecallingEmbedder(parts.embedder, recall, parts.embedder.version),
    )
    return RecallingReader(reader, recall), shared


def _key(task: Task, base: str) -> str:
    """A digest of all that pipelines.reading and the annotators look at."""
    item = task.item
    told = [
        base,
        item.title,
        item.html,
        item.language,
        item.links,
        item.is_teaser,
        item.published is None,
        bool(item.published_raw) and item.published == item.fetched,
        task.owner,
        task.declared,
    ]
    return blake2b(json.dumps(told).encode(), digest_size=20).hexdigest()


def _encode(document: Document, reading: Reading, vector: bytes | None) -> bytes:
    # Facts are worked out anew wherever the memory is used; the author's name stays here.
    bare = replace(document, id="", url="", author="", sources=(), story=None, is_copy=False, tags=())
    memory = Memory(document=bare, hits=reading.hits, vector=b64encode(vector or b"").decode())
    return _MEMORY.dump_json(memory, exclude_defaults=True)


def _decode(body: bytes) -> Memory | None:
    try:
        return _MEMORY.validate_json(body)
    except ValidationError:  # made by another version
        return None
