"""The story pass of a run: from stored documents and vectors to stories, since the oldest text read.

Posts published since then are told anew; those of the ten days before keep their story and are what the
others are compared with, which gives the ids a pass over everything would. A reply belongs to the story
of its thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pipelines.document import Document
from pipelines.embeddings import encoder_version, from_bytes
from pipelines.store import Store
from pipelines.stories import LOOK_BACK, StoryAssignment, StoryPost, assign_stories

MOST_WORDS = 400
"""Words of a text that stories read."""
WINDOW = timedelta(weeks=8)
"""Posts of this age and younger are told again when the way of telling has changed."""


class StoryTeller:
    """The StoryPass of an Understanding."""

    version = "stories@1"

    def assign(self, store: Store, changed: Sequence[str], /, *, now: datetime) -> Iterator[Document]:
        """New versions of the documents whose story or copy mark changed; not yet stored."""
        since = self._since(store, changed, now)
        if since is None:
            return
        openings = list(store.published_since(since - 2 * LOOK_BACK, opens=True))
        told = {each.id: each for each in assign_stories(_posts(store, openings, since))}
        yield from _changed(store.documents([id for id, at in openings if at >= since]), told)
        replies = [id for id, _ in store.published_since(since, opens=False)]
        yield from self._replies(store, replies, told)

    def finish(self, store: Store) -> None:
        """Remember by which rules stories were told, once they are stored."""
        if store.mark("stories") != self.version:
            store.set_mark("stories", self.version)

    def _since(self, store: Store, changed: Sequence[str], now: datetime) -> datetime | None:
        """The time from which posts are to be told; None when nothing is."""
        # What was never told comes without a story; whatever else moved leaves stories alone.
        moved = [document.published for document in store.documents(changed) if document.story is None]
        if store.mark("stories") != self.version:
            moved.append(now - WINDOW)
        return min(moved, default=None)

    def _replies(
        self, store: Store, ids: Sequence[str], told: dict[str, StoryAssignment]
    ) -> Iterator[Document]:
        replies = list(store.documents(ids))
        threads = sorted({each.thread for each in replies if each.thread} - told.keys())
        stories = {each.id: each.story for each in store.documents(threads)}
        stories |= {each.id: each.story for each in told.values()}
        for reply in replies:
            story = stories.get(reply.thread) if reply.thread else None
            # A reply without a known thread is a story of its own, so that every document has one.
            story = story or reply.id
            if reply.story != story:
                yield replace(reply, story=story)


def _posts(store: Store, openings: Sequence[tuple[str, datetime]], since: datetime) -> Iterator[StoryPost]:
    ids = [id for id, _ in openings]
    stored = store.vectors(ids, model=encoder_version())
    rows = from_bytes([stored[id] for id in ids if id in stored])
    vectors = dict(zip((id for id in ids if id in stored), rows, strict=True))
    for document in store.documents(ids):
        is_kept = document.published < since and document.story is not None
        yield StoryPost(
            id=document.id,
            published=document.published,
            title=document.title,
            text=" ".join(document.text[: MOST_WORDS * 12].split()[:MOST_WORDS]),
            language=document.language,
            source=document.community.source,
            vector=vectors.get(document.id),
            story=document.story if is_kept else None,
            copy_of=document.id if is_kept and document.is_copy else None,
        )


def _changed(documents: Iterator[Document], told: dict[str, StoryAssignment]) -> Iterator[Document]:
    for document in documents:
        found = told[document.id]
        renewed = replace(document, story=found.story, is_copy=found.copy_of is not None)
        if renewed != document:
            yield renewed
