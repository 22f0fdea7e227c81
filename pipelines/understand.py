"""Items -> Documents: what is new or changed in the archive, understood once and kept in understood.db.

Pending work is found by comparison (archive and watchlist against what each stored document was
made from), never from a queue: after a crash, a deleted file or a changed watchlist the next
pass does what is missing and nothing else. A document has two parts: its words, read again only when the
text, the models or the watched names in it change, and facts, worked out whenever anything moves.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from crawlers.archive import Archive
from crawlers.archive.states import ItemState
from pipelines.annotators import Parts, TextReader
from pipelines.document import Document
from pipelines.facts import FactRules, Record, with_facts
from pipelines.fingerprint import Keyring, Keys, hits_digest
from pipelines.history import LanguageHistory
from pipelines.job import Job
from pipelines.names import NameFinder
from pipelines.parts import load_parts
from pipelines.reading import Reader, Reading, Task
from pipelines.settling import Settler
from pipelines.store import Entry, Stamp, Store, batched
from pipelines.topics import TopicMatcher
from watchlists.model import Watchlist

BATCH = 64
_REBUILT = "What was understood could not be read and is made anew."
_NO_ENCODER = "No sentence encoder is installed: tone, intent and meaning are left out."
_NO_MODEL = {
    "fr": "No French model is installed: French texts are searched for watched names only.",
    "en": "No English model is installed: English texts are searched for watched names only.",
}


class Understanding:
    """What was understood of one archive. One writer at a time; not shared between threads."""

    def __init__(
        self,
        store: Store,
        archive: Archive,
        watchlist: Watchlist,
        *,
        key: bytes,
        parts: Parts,
        reader: TextReader,
    ) -> None:
        self._store = store
        self._archive = archive
        self._watchlist = watchlist
        self._parts = parts
        self._reader = reader
        self._rules = FactRules(watchlist=watchlist, key=key)
        self._settler = Settler(archive, store, self._rules)
        self._history = LanguageHistory(store, watchlist)
        self._keyring = Keyring(watchlist, (*reader.versions, *parts.versions), self._history.usual)
        self._keys: dict[str, Keys] = {}
        self._states: dict[str, ItemState] = {}
        self._settled = self._settled_until()
        self._read_until = self._settled

    @classmethod
    def open(
        cls, path: Path, *, archive: Archive, watchlist: Watchlist, key: bytes, load_models: bool = True
    ) -> Understanding:
        """understood.db at `path` over its archive; models are loaded when a text needs them."""
        reader = Reader(NameFinder(watchlist.organisations), watchlist.languages, load_models=load_models)
        parts = load_parts(load_models=load_models, language=watchlist.language)
        return cls(Store.open(path), archive, watchlist, key=key, parts=parts, reader=reader)

    def close(self) -> None:
        """Give the file back."""
        self._store.close()

    def pending(self) -> Iterator[str]:
        """Ids that were never understood, or differ from what their document was made from."""
        self._read_states()
        for batch in batched(tuple(self._states), 500):
            stamps = self._store.stamps(batch)
            for id in batch:
                state = self._states.get(id)
                if state is not None and self._is_current(state, stamps.get(id)):
                    del self._states[id]
                elif state is not None:
                    yield id

    def understand(self, ids: Iterable[str], *, now: datetime) -> Iterator[Document]:
        """Bring documents up to date and store them; yields those that changed, after they are stored."""
        wanted = tuple(dict.fromkeys(ids))
        if any(id not in self._states for id in wanted):
            self._read_states()
        matcher = TopicMatcher.of(self._watchlist, now=now)
        for batch in batched((id for id in wanted if id in self._states), BATCH):
            yield from self._understand(batch, matcher)

    def settle(self, *, now: datetime) -> Iterator[Document]:
        """What needs more than one document, once all are understood; yields documents that changed.

        Also drops documents whose item has left the archive.
        """
        changed = yield from self._settle(now)
        if self._history.renew(place.source for _, place in self._store.places(changed)):
            self._keys.clear()
            self._settled = self._read_until = 0
            yield from self.understand(list(self.pending()), now=now)
            yield from self._settle(now)

    def _settle(self, now: datetime) -> Generator[Document, None, Sequence[str]]:
        states = list(self._archive.states(after=self._settled))
        openers = (state.thread_id for state in states if state.thread_id is not None)
        changed = tuple(dict.fromkeys((*(state.id for state in states), *openers)))
        matcher = TopicMatcher.of(self._watchlist, now=now)
        yield from self._keep(self._settler.settle(changed), matcher)
        for each in self._parts.passes:
            yield from self._keep(each.assign(self._store, changed, now=now), matcher)
            each.finish(self._store)
        self._drop_orphans()
        self._mark_settled(states)
        return changed

    def documents(self, ids: Iterable[str]) -> Iterator[Document]:
        """Stored documents of these ids, in their order; unknown ids are left out."""
        return self._store.documents(ids)

    def ids_and_digests(self) -> Iterator[tuple[str, str]]:
        """Every (id, digest of its document), ordered by id."""
        return self._store.digests()

    def vectors(self, ids: Iterable[str], *, model: str) -> dict[str, bytes]:
        """What documents mean, by that encoder."""
        return self._store.vectors(ids, model=model)

    def count_vectors(self, *, model: str) -> int:
        """How many documents have a vector by that encoder."""
        return self._store.count_vectors(model=model)

    def delete(self, ids: Iterable[str]) -> int:
        """Forget documents; how many there were."""
        return self._store.delete(ids)

    def integrity(self) -> str:
        """`ok`, or SQLite's complaint."""
        return self._store.integrity()

    def compact(self) -> None:
        """Leave nothing in the file of what was dropped."""
        self._store.compact()

    def notes(self) -> tuple[str, ...]:
        """What a reader of the run should know, in English: missing models, a file made anew."""
        rebuilt = (_REBUILT,) if self._store.was_rebuilt else ()
        lacks_encoder = self._reader.load_models and self._parts.embedder is None
        encoder = (_NO_ENCODER,) if lacks_encoder else ()
        return (
            *rebuilt,
            *encoder,
            *(_NO_MODEL[each] for each in sorted(self._reader.missing) if each in _NO_MODEL),
        )

    def _understand(self, ids: Sequence[str], matcher: TopicMatcher) -> Iterator[Document]:
        jobs = [job for job in self._jobs(ids) if not job.is_current()]
        fresh = self._read([job for job in jobs if self._needs_reading(job)])
        documents = self._annotated(jobs, fresh)
        vectors = self._vectors([documents[id] for id in fresh])
        entries = [
            self._entry(job, replace(each, topics=matcher.match(each)), fresh, vectors)
            for job in jobs
            for each in (documents[job.record.item.id],)
        ]
        self._store.put(entries)
        for id in ids:
            self._states.pop(id, None)
        for job, entry in zip(jobs, entries, strict=True):
            if entry.document != job.document:
                yield entry.document

    def _jobs(self, ids: Sequence[str]) -> Iterator[Job]:
        items = list(self._archive.items(ids))
        sightings = self._archive.sightings(ids)
        samples = self._archive.engagement_samples(ids)
        stamps = self._store.stamps(ids)
        documents = {document.id: document for document in self._store.documents(ids)}
        for item in items:
            if item.id not in self._states:  # an address of another item by now
                continue
            record = Record(item=item, sightings=sightings.get(item.id, ()), samples=samples.get(item.id, ()))
            community = self._rules.community(record)
            yield Job(
                record=record,
                state=self._states[item.id],
                keys=self._keys_of(community.source),
                owner=community.organisation,
                document=documents.get(item.id),
                stamp=stamps[item.id][0] if item.id in stamps else None,
            )

    def _needs_reading(self, job: Job) -> bool:
        if job.document is None or job.stamp is None:
            return True
        if (job.stamp.content, job.stamp.language_key) != (job.state.content, job.keys.language):
            return True
        if self._history.reads_otherwise(job.record.item, job.document):
            return True
        if job.stamp.names_key == job.keys.names:
            return False
        return hits_digest(self._reader.find_names(job.document, owner=job.owner)) != job.stamp.hits

    def _read(self, jobs: Sequence[Job]) -> dict[str, Reading]:
        tasks = [
            Task(
                item=job.record.item,
                owner=job.owner,
                declared=self._history.declared(self._rules.community(job.record).source),
            )
            for job in jobs
        ]
        return {reading.document.id: reading for reading in self._reader.read(tasks)}

    def _annotated(self, jobs: Sequence[Job], fresh: Mapping[str, Reading]) -> dict[str, Document]:
        """Documents with today's facts; those read anew go through the annotators."""
        documents: dict[str, Document] = {}
        for job in jobs:
            id = job.record.item.id
            base = _reread(fresh[id].document, job.document) if id in fresh else job.document
            assert base is not None
            documents[id] = with_facts(base, job.record, self._rules)
        new: Sequence[Document] = [documents[id] for id in fresh]
        for annotator in self._parts.annotators:
            new = annotator.annotate(new)
        return {**documents, **{document.id: document for document in new}}

    def _vectors(self, documents: Sequence[Document]) -> dict[str, bytes]:
        if self._parts.embedder is None:
            return {}
        vectors = self._parts.embedder.embed(documents)
        return {document.id: vector for document, vector in zip(documents, vectors, strict=True)}

    def _entry(
        self, job: Job, document: Document, fresh: Mapping[str, Reading], vectors: Mapping[str, bytes]
    ) -> Entry:
        id = document.id
        hits = hits_digest(fresh[id].hits) if id in fresh else job.stamp.hits if job.stamp else ""
        model = self._parts.embedder.version if self._parts.embedder else ""
        return Entry(
            document=document, stamp=job.make_stamp(hits), vector=vectors.get(id), vector_model=model
        )

    def _keep(self, documents: Iterable[Document], matcher: TopicMatcher) -> Iterator[Document]:
        for batch in batched(documents, 500):
            matched = [replace(document, topics=matcher.match(document)) for document in batch]
            self._store.replace_documents(matched)
            yield from matched

    def _read_states(self) -> None:
        for state in self._archive.states(after=self._read_until):
            self._states[state.id] = state
            self._read_until = max(self._read_until, state.change)

    def _is_current(self, state: ItemState, stored: tuple[Stamp, str] | None) -> bool:
        if stored is None:
            return False
        stamp, source = stored
        keys = self._keys_of(source)
        made_from = (stamp.content, stamp.change, stamp.language_key, stamp.names_key, stamp.facts_key)
        return made_from == (state.content, state.change, keys.language, keys.names, keys.facts)

    def _keys_of(self, source: str) -> Keys:
        if source not in self._keys:
            self._keys[source] = self._keyring.of_place(source)
        return self._keys[source]

    def _drop_orphans(self) -> None:
        if self._store.count() != self._archive.count():
            kept = set(self._archive.item_ids())
            self._store.delete([id for id, _ in self._store.digests() if id not in kept])

    def _settled_until(self) -> int:
        """The change up to which everything was understood and settled with today's keys; 0 is none."""
        key, _, change = (self._store.mark("settled") or "").partition(" ")
        if key != self._keyring.whole() or not change.isdigit():
            return 0
        return int(change) if int(change) <= self._archive.latest_change() else 0

    def _mark_settled(self, states: Sequence[ItemState]) -> None:
        stamps = self._store.stamps(state.id for state in states)
        missing = [state.change for state in states if not self._is_current(state, stamps.get(state.id))]
        last = max((state.change for state in states), default=self._settled)
        self._settled = min(missing) - 1 if missing else last
        self._store.set_mark("settled", f"{self._keyring.whole()} {self._settled}")


def _reread(document: Document, earlier: Document | None) -> Document:
    """A post that was edited, or met by new names, stays in the story and the subject it was told in."""
    if earlier is None:
        return document
    return replace(document, story=earlier.story, is_copy=earlier.is_copy, subject=earlier.subject)
