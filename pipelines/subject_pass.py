"""The subject pass of a run: from stored documents and vectors to the subjects nobody listed.

Posts of the last eight weeks that no watched topic takes, replies, bots and spam left out. What was told
before keeps what it was given; posts since the oldest new one are told anew. What each was given is kept in
understood.db, so that the pass gives what a pass over everything would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pipelines.document import Document
from pipelines.embeddings import encoder_version, from_bytes
from pipelines.encoder import Vectors
from pipelines.store import Store
from pipelines.subject_labels import Label, read_wording
from pipelines.subjects import LOOK_BACK, SubjectPost, Told, tell_subjects

_NONE = ("", "", "")
"""What is kept of a post that belongs to no subject: it was looked at."""
Row = tuple[str, str, str]


class SubjectTeller:
    """A StoryPass that sets the subject."""

    def __init__(self, language: str) -> None:
        self._language = language
        self.version = f"subjects@1 {encoder_version()}"
        self._rows: dict[str, Row] = {}

    def assign(self, store: Store, changed: Sequence[str], /, *, now: datetime) -> Iterator[Document]:
        """New versions of the documents whose subject changed; not yet stored."""
        self._rows = {}
        opening = store.published_since(now - LOOK_BACK, opens=True)
        kept = {} if self._is_outdated(store) else store.told_subjects(id for id, _ in opening)
        moved = _moved(store, {id for id, _ in opening}, set(changed), kept)
        since = min((at for id, at in opening if id not in kept or id in moved), default=None)
        if since is None:
            return
        wanted = store.published_since(since - LOOK_BACK, opens=True)
        rows = {} if not kept else store.told_subjects(id for id, at in wanted if at < since)
        documents = {
            each.id: each for each in store.documents(id for id, at in wanted if at >= since or id in rows)
        }
        posts = list(_posts(store, documents, rows))
        told, subjects = tell_subjects(posts, language=self._language)
        self._rows = {
            id: (told[id].group, told[id].label.key, told[id].label.written) if id in told else _NONE
            for id in documents
            if id not in rows
        }
        for id, document in documents.items():
            if document.subject != subjects.get(id, ""):
                yield replace(document, subject=subjects.get(id, ""))

    def finish(self, store: Store) -> None:
        """Remember what was given, once the documents are stored."""
        is_outdated = self._is_outdated(store)
        store.keep_subjects(((id, *row) for id, row in self._rows.items()), afresh=is_outdated)
        if is_outdated:
            store.set_mark("subjects", self.version)
        self._rows = {}

    def _is_outdated(self, store: Store) -> bool:
        return store.mark("subjects") != self.version


def _moved(store: Store, opening: set[str], changed: set[str], kept: Mapping[str, Row]) -> set[str]:
    """Posts told before that now belong among the others, or no longer do."""
    documents = store.documents(sorted(changed & opening & kept.keys()))
    return {each.id for each in documents if _is_eligible(each) != bool(kept[each.id][0])}


def _is_eligible(document: Document) -> bool:
    return not (document.topics or document.author_is_bot or document.intent == "spam" or document.deleted)


def _posts(store: Store, documents: Mapping[str, Document], rows: Mapping[str, Row]) -> Iterator[SubjectPost]:
    vectors = _vectors(store, tuple(documents))
    for id, document in documents.items():
        row = rows.get(id)
        if id not in vectors or not (row[0] if row else _is_eligible(document)):
            continue
        yield SubjectPost(
            id=id,
            published=document.published,
            vector=vectors[id],
            wording=read_wording(document),
            voice=document.author or document.community.source,
            counts=not document.is_copy,
            told=Told(group=row[0], label=Label(row[1], row[2])) if row else None,
        )


def _vectors(store: Store, ids: Sequence[str]) -> dict[str, Vectors]:
    """Vectors of the posts that have one with something in it."""
    stored = store.vectors(ids, model=encoder_version())
    rows = from_bytes(list(stored.values()))
    return {id: row for id, row in zip(stored, rows, strict=True) if row.any()}
