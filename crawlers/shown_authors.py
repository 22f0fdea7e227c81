"""Whose names may be shown: those who speak for an organisation; everybody else has a pseudonym."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawlers.items import Author
from crawlers.pseudonyms import plain_name, pseudonym
from watchlists.model import Watchlist


class ShownAuthors:
    """The rule of one watch."""

    def __init__(self, watchlist: Watchlist, *, key: bytes) -> None:
        self._key = key
        self._keeps_all = watchlist.privacy.authors == "keep"
        self._keeping = {source.id for source in watchlist.sources if source.authors == "keep"}
        self._owners = {source.id: source.organisation for source in watchlist.sources}
        self._staff = {each.id: set(map(plain_name, each.staff)) for each in watchlist.organisations}

    def show(self, author: Author | None, *, sources: Sequence[str]) -> Author | None:
        """The author as outputs may have it; `sources` is where the item was seen."""
        if author is None or self._is_open(author, sources):
            return author
        return replace(author, name=pseudonym(author.name, key=self._key), native_id=None, url=None)

    def _is_open(self, author: Author, sources: Sequence[str]) -> bool:
        keeps = self._keeps_all or (bool(sources) and self._keeping.issuperset(sources))
        return keeps or bool(author.is_staff) or plain_name(author.name) in self._speakers(sources)

    def _speakers(self, sources: Sequence[str]) -> set[str]:
        """In an organisation's own place its staff; in neutral places everybody's."""
        owners = {owner for source in sources if (owner := self._owners.get(source))}
        return {name for id, names in self._staff.items() if not owners or id in owners for name in names}
