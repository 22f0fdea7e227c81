"""Stories among documents: what tells of one event or belongs to one thread, in order of weight.

Weight is distinct authors, then distinct sources, then recency, then the key. Copies and bots
count for neither authors nor sources, so that syndication and automation cannot buy rank.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from pipelines.document import Document

TELLING_TITLE = 15
"""Shorter titles ("News", "Question") are shared by chance."""
REPLY_MARK = re.compile(r"^((re|ré|rép|tr|fwd?)\s*:\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """Documents of one story; `lead` is the one to link to."""

    key: str
    lead: Document
    documents: tuple[Document, ...]
    authors: int
    sources: tuple[str, ...]
    latest: datetime

    @property
    def weight(self) -> tuple[int, int, float, str]:
        """What strands are sorted by, heaviest first."""
        return (-self.authors, -len(self.sources), -self.latest.timestamp(), self.key)


def strand_key(document: Document) -> str:
    """The story, else the thread, else the title within its source, else the document itself.

    A forum read through its feed shows one entry a post, all titled as their thread.
    """
    return document.story or document.thread or _titled(document) or document.id


def _titled(document: Document) -> str:
    title = REPLY_MARK.sub("", document.title).strip().casefold()
    return f"{document.community.source}|{title}" if len(title) >= TELLING_TITLE else ""


def voice_of(document: Document) -> str:
    """Who speaks: the author, or the place when it names nobody."""
    return document.author or f"source:{document.community.source}"


def weave(documents: Iterable[Document], *, find: Callable[[str], Document | None]) -> tuple[Strand, ...]:
    """The strands of these documents, heaviest first; `find` fetches a thread's opening post."""
    groups: defaultdict[str, list[Document]] = defaultdict(list)
    for document in documents:
        groups[strand_key(document)].append(document)
    strands = (_strand(key, group, find) for key, group in groups.items())
    return tuple(sorted(strands, key=lambda strand: strand.weight))


def _strand(key: str, group: list[Document], find: Callable[[str], Document | None]) -> Strand:
    ordered = sorted(group, key=lambda each: (each.published, each.id))
    originals = [each for each in ordered if not each.is_copy] or ordered
    people = [each for each in originals if not each.author_is_bot] or originals
    return Strand(
        key=key,
        lead=_lead(originals, find),
        documents=tuple(ordered),
        authors=len({voice_of(each) for each in people}),
        sources=tuple(dict.fromkeys(source for each in originals for source in each.sources)),
        latest=ordered[-1].published,
    )


def _lead(originals: list[Document], find: Callable[[str], Document | None]) -> Document:
    opening = next((each for each in originals if each.parent is None), None)
    if opening is not None:
        return opening
    return (originals[0].thread and find(originals[0].thread)) or originals[0]
