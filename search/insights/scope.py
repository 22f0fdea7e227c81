"""What an insight looks at: the index, the watchlist and a window, as known at the window's end.

Every query goes through `known`, so that an insight recomputed for a past morning sees only what
had been read by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.document import NOISE, Document
from search.index import Index
from search.window import Window, between
from watchlists.model import Organisation, Watchlist
from watchlists.query import And, Keyword, Not, Or, Query

LATE = timedelta(days=1)
"""Published longer than this before the window began: told as arrived late, not as news."""
NOISY = Or(tuple(Keyword("intent", each) for each in sorted(NOISE)))
"""Understood as spam or trolling, whoever wrote it."""
SINCERE = Or((Not(NOISY), Keyword("staff", "true")))
"""All but spam and trolling; what staff write in their own place is neither, however curt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One question's surroundings; `told` are ids that earlier digests held since `reach`."""

    index: Index
    watchlist: Watchlist
    window: Window
    told: frozenset[str] = frozenset()
    reach: datetime | None = None
    """How far before the window to look for what earlier digests missed; None is not at all."""

    def known(self, *parts: Query) -> And:
        """The query, among documents read before the window's end."""
        return And((*parts, between("first_seen", None, self.window.end)))

    def shows(self, document: Document) -> bool:
        """Whether the document still stood at the window's end."""
        return document.deleted is None or document.deleted >= self.window.end

    def organisations(self, *roles: str) -> tuple[Organisation, ...]:
        """Organisations of these roles, in the watchlist's order."""
        return tuple(each for each in self.watchlist.organisations if each.role in roles)

    def decided(self, *actions: str) -> dict[str, str]:
        """Subjects a reader decided so about, in lower case, each with the reason given."""
        day = self.window.day
        return {
            each.subject.casefold(): each.why
            for each in self.watchlist.decisions
            if each.action in actions and each.on <= day
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """The documents of a window, each in exactly one digest."""

    fresh: tuple[Document, ...] = ()
    late: tuple[Document, ...] = ()
    """Published long before they were first seen."""

    @property
    def everything(self) -> tuple[Document, ...]:
        """Fresh and late: what this digest accounts for."""
        return (*self.fresh, *self.late)

    @property
    def worth_telling(self) -> tuple[Document, ...]:
        """Fresh documents without spam and trolling."""
        return tuple(each for each in self.fresh if not is_noise(each))


def is_noise(document: Document) -> bool:
    """Whether it is spam or trolling: what SINCERE leaves out."""
    return document.intent in NOISE and not document.author_is_staff


def gather_news(scope: Scope) -> News:
    """Documents first seen in the window, and those an earlier digest missed; history left out."""
    first_seen = between("first_seen", scope.reach or scope.window.start, scope.window.end)
    query = And((first_seen, Keyword("backfill", "false")))
    found = [each for each in scope.index.scan(query) if _is_news(each, scope)]
    threshold = scope.window.start - LATE
    return News(
        fresh=tuple(each for each in found if each.published >= threshold),
        late=tuple(each for each in found if each.published < threshold),
    )


def _is_news(document: Document, scope: Scope) -> bool:
    return scope.shows(document) and document.id not in scope.told
