"""The feed files of a watch, made from the digests it kept and from its saved searches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pipelines.document import Document
from search.books.ledger import Kept, Ledger
from search.index import Index
from search.insights.scope import SINCERE, Scope
from search.insights.strands import strand_key
from search.press.printing import reprint
from search.render.feeds import (
    Entry,
    Feed,
    digest_entry,
    make_id,
    newest,
    story_entries,
    write_atom,
    write_json_feed,
)
from search.render.json import read_json
from search.window import Window
from search.wording.plain import plain, safe_url, shorten
from watchlists.messages import Messages
from watchlists.model import SavedSearch, Watchlist
from watchlists.query import And, Keyword

MOST_DIGESTS = 30
MOST_HITS = 50
LONGEST_TEXT = 300
PREFIX = "feed-"
"""What the name of every feed's file begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMaker:
    """Makes the feeds; `public_url` is the folder's address, or empty."""

    ledger: Ledger
    watchlist: Watchlist
    messages: Messages
    now: datetime
    public_url: str
    find: Callable[[SavedSearch], tuple[Document, ...]]
    """The newest documents of a saved search."""

    def __call__(self) -> dict[str, bytes]:
        """Every feed by its file's name."""
        return dict(self._files())

    def _files(self) -> Iterator[tuple[str, bytes]]:
        title = plain(self.watchlist.name, limit=80)
        stories = self.messages.gettext("{watch}: stories").format(watch=title)
        yield from self._pair("digests", title, self._digests())
        digests = tuple(read_json(body) for body in self._bodies())
        yield from self._pair("stories", stories, story_entries(digests))
        for search in self.watchlist.searches:
            if search.feed:
                entries = tuple(_entry(each, search) for each in self.find(search))
                yield from self._pair(f"search-{search.id}", plain(search.name, limit=80), entries)

    def _pair(self, name: str, title: str, entries: tuple[Entry, ...]) -> Iterator[tuple[str, bytes]]:
        for suffix, write in (("xml", write_atom), ("json", write_json_feed)):
            file = f"{PREFIX}{name}.{suffix}"
            yield file, write(self._feed(name, title, entries, file=file))

    def _feed(self, name: str, title: str, entries: tuple[Entry, ...], *, file: str) -> Feed:
        return Feed(
            id=make_id("feed", self.watchlist.name, name),
            title=title,
            author=plain(self.watchlist.name, limit=80),
            language=self.watchlist.language,
            updated=newest(entries, self.now),
            home=self.public_url,
            self_url=f"{self.public_url}{file}" if self.public_url else "",
            entries=entries,
        )

    def _recent(self) -> tuple[Kept, ...]:
        return tuple(reversed(self.ledger.all()[-MOST_DIGESTS:]))

    def _bodies(self) -> Iterator[bytes]:
        found = (self.ledger.rendering(kept.key, "json") for kept in self._recent())
        return (body for body in found if body is not None)

    def _digests(self) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        for kept in self._recent():
            printed = reprint(self.ledger, kept)
            if {"json", "text"} <= printed.renderings.keys():
                url = f"{self.public_url}{printed.name}.html" if self.public_url else ""
                text = printed.renderings["text"].decode()
                entries.append(digest_entry(read_json(printed.renderings["json"]), text=text, url=url))
        return tuple(entries)


def find_hits(
    index: Index, watchlist: Watchlist, search: SavedSearch, *, now: datetime
) -> tuple[Document, ...]:
    """The newest documents a saved search finds, without deleted or muted ones, spam and trolling."""
    from search.asking import read_query

    tree = read_query(search.query, watchlist, now=now)
    asked = And((tree, Keyword("deleted", "false"), SINCERE))
    window = Window(start=now, end=now, timezone=watchlist.timezone)
    muted = Scope(index=index, watchlist=watchlist, window=window).decided("mute").keys()
    # as many more as were muted one by one, so that a feed stays full; a muted story may hold several
    results = index.search(asked, sort="-first_seen", limit=MOST_HITS + len(muted))
    found = (hit.document for hit in results.hits)
    shown = (each for each in found if not {each.id.casefold(), strand_key(each).casefold()} & muted)
    return tuple(islice(shown, MOST_HITS))


def _entry(document: Document, search: SavedSearch) -> Entry:
    return Entry(
        id=make_id("hit", search.id, document.id),
        title=plain(document.title or document.text, limit=110) or document.id,
        url=safe_url(document.url),
        when=document.first_seen,
        text=shorten(plain(document.text), LONGEST_TEXT),
        author=plain(document.sources[0], limit=80),
        language=document.language,
    )
