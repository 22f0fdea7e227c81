"""The language a source usually speaks, for its posts too short to tell and without a language declared.

A source has a usual language when at least four in five of at least twenty of its posts that are long
enough to tell are in it. Such posts are told by their own words alone, so the answer is a function of the
texts read, whatever the order and the batches they came in; when it changes, the short posts of that
source are read again in the same run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from crawlers.items import Item
from pipelines.document import Document
from pipelines.language import candidates, detect_language, is_short, primary_code
from pipelines.store import Store
from watchlists.model import Watchlist

LEAST_POSTS, LEAST_SHARE = 20, 0.8
LONG = 300
"""Characters of a text that tells its language by itself, whatever is declared."""
_MARK = "usual_languages"


class LanguageHistory:
    """Usual languages by source, remembered in understood.db."""

    def __init__(self, store: Store, watchlist: Watchlist) -> None:
        self._store = store
        self._watchlist = watchlist
        self.usual: dict[str, str] = json.loads(store.mark(_MARK) or "{}")

    def renew(self, sources: Iterable[str]) -> bool:
        """Look at these sources again; True when one of them speaks otherwise than it did."""
        renewed = dict(self.usual)
        for source in sorted(set(sources)):
            renewed.pop(source, None)
            place = self._watchlist.source(source)
            usual = usual_language(self._store.languages(source, LONG))
            if usual and place is not None and not place.language:
                renewed[source] = usual
        if renewed == self.usual:
            return False
        self.usual.clear()
        self.usual.update(sorted(renewed.items()))
        self._store.set_mark(_MARK, json.dumps(self.usual))
        return True

    def declared(self, source: str) -> str | None:
        """What is known of a source's language: what the watchlist says, else what it usually speaks."""
        place = self._watchlist.source(source)
        return (place.language if place else None) or self.usual.get(source)

    def reads_otherwise(self, item: Item, document: Document) -> bool:
        """Whether a short document would be told another language by what is known of its source now."""
        text = f"{document.title}\n{document.text}"
        if primary_code(item.language) or not is_short(text):
            return False
        languages = self._watchlist.languages
        declared = self.declared(document.community.source)
        found = detect_language(text, among=candidates(languages), declared=declared, expected=languages)
        return found != document.language


def usual_language(counts: Mapping[str, int]) -> str | None:
    """The language that most of these posts are in, if enough are."""
    total = sum(counts.values())
    if total < LEAST_POSTS:
        return None
    return next((language for language, count in counts.items() if count >= LEAST_SHARE * total), None)
