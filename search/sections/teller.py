"""What every section is told with: the scope, the voice, and the few phrases they share."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime

from pipelines.document import Document
from search.editions.digest import More
from search.insights.scope import Scope
from search.insights.strands import Strand, weave
from search.window import query_stamp
from search.wording.plain import plain
from search.wording.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Turns what insights found into sentences and records of the digest."""

    scope: Scope
    voice: Voice

    @property
    def end(self) -> datetime:
        """The moment the digest speaks from."""
        return self.scope.window.end

    def source_name(self, id: str) -> str:
        """What readers call a source."""
        source = self.scope.watchlist.source(id)
        return plain(source.name if source and source.name else id, limit=60)

    def find(self, id: str) -> Document | None:
        """The document, if it still stood at the window's end: a deleted one is not shown or quoted."""
        found = self.scope.index.get(id)
        return found if found and self.scope.shows(found) else None

    def weave(self, documents: tuple[Document, ...]) -> tuple[Strand, ...]:
        """The strands of these documents without muted ones, promoted ones first."""
        muted, promoted = self.scope.decided("mute"), self.scope.decided("promote")
        strands = [strand for strand in weave(documents, find=self.find) if not _is_decided(strand, muted)]
        return tuple(sorted(strands, key=lambda strand: not _is_decided(strand, promoted)))

    def promotion(self, strand: Strand) -> str:
        """The reason a reader gave for wanting to see this; empty when nobody did."""
        promoted = self.scope.decided("promote")
        return next((promoted[id.casefold()] for id in _ids(strand) if id.casefold() in promoted), "")

    def command(self, query: str) -> str:
        """The command that lists documents of this window that answer a query, good for any shell."""
        return _search(f"{query} AND {self._seen()}" if query else self._seen())

    def _seen(self) -> str:
        start, end = self.scope.window.start, self.scope.window.end
        return f"first_seen:[{query_stamp(start)} TO {query_stamp(end)}]"

    def more(self, count: int, query: str, *, published_since: datetime | None = None) -> More | None:
        """The line that says where the rest is; None when there is no rest.

        The rest was first seen in this window, or else published since a moment.
        """
        if count <= 0:
            return None
        sentence = self.voice.ngettext("and {n} more", "and {n} more", count)
        if published_since is None:
            return More(count=count, sentence=sentence, command=self.command(query))
        period = f"published:[{query_stamp(published_since)} TO {query_stamp(self.end)}]"
        return More(count=count, sentence=sentence, command=_search(f"{query} AND {period}"))


def _search(query: str) -> str:
    return f"veilleur search {shlex.quote(query)}"


def _ids(strand: Strand) -> tuple[str, ...]:
    return (strand.key, strand.lead.id, *(each.id for each in strand.documents))


def _is_decided(strand: Strand, decided: dict[str, str]) -> bool:
    return bool(decided) and any(id.casefold() in decided for id in _ids(strand))
