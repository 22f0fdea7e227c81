"""The cross-document pass: thread measures and norms of what changed, once all of it is understood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawlers.archive import Archive
from crawlers.items import Item
from pipelines.document import Document, ThreadMeasures
from pipelines.facts import FactRules, samples_by_age
from pipelines.norms import WINDOW, Peer, engagement_vs_norm
from pipelines.store import Place, Store, batched
from pipelines.threads import measure_thread

BATCH = 2_000
"""Documents of one place held at a time."""


@dataclass(frozen=True, slots=True)
class Settler:
    """Works out what needs more than one item."""

    archive: Archive
    store: Store
    rules: FactRules

    def settle(self, ids: Sequence[str]) -> Iterator[Document]:
        """New versions of these documents where a thread measure or a norm changed; not yet stored."""
        by_place: dict[Place, list[str]] = {}
        for id, place in self.store.places(ids):
            by_place.setdefault(place, []).append(id)
        for place, those in sorted(by_place.items()):
            for batch in batched(those, BATCH):
                yield from self._settle(place, tuple(self.store.documents(batch)))

    def _settle(self, place: Place, documents: Sequence[Document]) -> Iterator[Document]:
        norms = self._norms(place, documents)
        for document in documents:
            settled = replace(
                document, measures=self._measures(document), engagement_vs_norm=norms.get(document.id)
            )
            if settled != document:
                yield settled

    def _measures(self, document: Document) -> ThreadMeasures | None:
        """Figures of a thread, on the post that opens it; None on everything else."""
        if document.thread != document.id or document.parent is not None:
            return None
        items = self.archive.thread(document.id)
        opener = next((item for item in items if item.id == document.id), None)
        if opener is None:
            return None
        owner = document.community.organisation

        def is_staff(item: Item) -> bool:
            return self.rules.is_staff(item.author, owner)

        return measure_thread(opener, items, is_staff=is_staff)

    def _norms(self, place: Place, documents: Sequence[Document]) -> dict[str, float | None]:
        counted = [document for document in documents if document.engagement is not None]
        if not counted:
            return {}
        since = min(document.published for document in counted) - WINDOW
        until = max(document.published for document in counted) + timedelta(seconds=1)
        peers = self._peers(self.store.of_place(place, since=since, until=until))
        own = {peer.id: peer for peer in peers}
        return {each.id: engagement_vs_norm(own[each.id], peers) for each in counted if each.id in own}

    def _peers(self, posts: Sequence[tuple[str, datetime]]) -> list[Peer]:
        samples = self.archive.engagement_samples([id for id, _ in posts])
        return [
            Peer(id=id, published=published, samples=samples_by_age(samples.get(id, ()), published))
            for id, published in posts
        ]
