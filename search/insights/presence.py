"""The map of presence: where each organisation has accounts, since when we know, and if we can read them.

Accounts are known from four sides: the watchlist names them (`accounts`), we read them (a source of the
organisation), a page of its own site names them (kept in the archive with the day it was first seen), or
its own posts link to them, at least twice. Networks nothing reads are on the map, too, and named.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from crawlers.archive.states import AccountSeen
from crawlers.networks import find_spot, is_account
from pipelines.document import Document
from search.insights.activity import owned_by
from search.insights.calendar import is_official
from search.insights.scope import Scope
from search.window import between
from watchlists.model import Organisation, Source
from watchlists.query import Has, Keyword

Way = Literal["watchlist", "source", "page", "links"]
FEWEST_LINKS = 2
LINK_DAYS = 183
MOST_ACCOUNTS = 50
NETWORK_OF_KIND = {"mastodon": "Fediverse", "lemmy": "Fediverse"}
"""Networks without hosts of their own, by what reads them; communities of one's own are no networks."""
COMMUNITY_KINDS = {"discourse", "flarum", "nodebb", "forum"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An organisation's account or community on one network."""

    network: str
    url: str
    ways: tuple[Way, ...]
    """How it is known."""
    is_readable: bool
    """One of our kinds reads it."""
    source: str = ""
    """The source that reads it; empty while nobody watches it."""
    first_seen: datetime | None = None
    """Its first sight on a page, or its first text we read; None when only the watchlist names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Where one organisation is."""

    organisation: Organisation
    accounts: tuple[Account, ...]
    """By network, then address."""

    @property
    def networks(self) -> tuple[str, ...]:
        """Networks it is on, each once."""
        return tuple(dict.fromkeys(each.network for each in self.accounts))

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Networks it is on that nothing of ours reads."""
        readable = {each.network for each in self.accounts if each.is_readable}
        return tuple(each for each in self.networks if each not in readable)


def map_presence(
    scope: Scope, organisations: Iterable[Organisation], *, seen: Sequence[AccountSeen]
) -> tuple[Presence, ...]:
    """Each organisation's accounts; `seen` are those that pages of its sites named."""
    return tuple(
        Presence(organisation=each, accounts=_merge(_find(scope, each, seen))) for each in organisations
    )


def networks_of(presences: Iterable[Presence]) -> tuple[str, ...]:
    """Every network anybody is on: those of most organisations first."""
    counts = Counter(network for each in presences for network in each.networks)
    return tuple(sorted(counts, key=lambda name: (-counts[name], name.casefold())))


def _find(scope: Scope, organisation: Organisation, seen: Sequence[AccountSeen]) -> Iterator[Account]:
    for url in organisation.accounts:
        yield _located(url, "watchlist")
    for source in scope.watchlist.sources:
        if source.organisation == organisation.id:
            yield from _of_source(scope, source)
    for each in seen:
        if each.organisation == organisation.id and each.first_seen < scope.window.end:
            yield Account(
                network=each.network,
                url=each.url,
                ways=("page",),
                is_readable=each.is_readable,
                first_seen=each.first_seen,
            )
    yield from _linked(scope, organisation)


def _located(url: str, way: Way) -> Account:
    spot = find_spot(url)
    if spot is None:
        network, is_readable = (urlsplit(url).hostname or url), True
    else:
        network, is_readable = spot.network.name, spot.network.kind is not None
    return Account(network=network, url=url, ways=(way,), is_readable=is_readable)


def _of_source(scope: Scope, source: Source) -> Iterator[Account]:
    """A source on a network, or a community of its own; blogs and newsletters are its site, no network."""
    spot = find_spot(source.url)
    if spot is not None:
        network = spot.network.name
    elif source.kind in NETWORK_OF_KIND:
        network = NETWORK_OF_KIND[source.kind]
    elif source.kind in COMMUNITY_KINDS:
        network = "Forum"
    else:
        return
    first = scope.index.search(scope.known(Keyword("community", source.id)), sort="first_seen", limit=1).hits
    yield Account(
        network=network,
        url=source.url,
        ways=("source",),
        is_readable=True,
        source=source.id,
        first_seen=first[0].document.first_seen if first else None,
    )


def _linked(scope: Scope, organisation: Organisation) -> Iterator[Account]:
    """Accounts that its own posts of half a year link to again: one link may lead to anybody's."""
    since = scope.window.back(LINK_DAYS)
    posts = scope.known(
        owned_by(organisation),
        Keyword("opening", "true"),
        Has("link"),
        between("published", since, scope.window.end),
    )
    texts: defaultdict[str, list[Document]] = defaultdict(list)
    for each in scope.index.scan(posts):
        if is_official(scope, each):
            for url in {link.split("#")[0].rstrip("/") for link in each.links}:
                if find_spot(url) and is_account(url):
                    texts[url].append(each)
    common = [url for url in sorted(texts) if len(texts[url]) >= FEWEST_LINKS]
    for url in sorted(common, key=lambda each: -len(texts[each]))[:MOST_ACCOUNTS]:
        first = min(each.first_seen for each in texts[url])
        yield replace(_located(url, "links"), first_seen=first)


def _merge(accounts: Iterable[Account]) -> tuple[Account, ...]:
    merged: dict[tuple[str, str], Account] = {}
    for each in accounts:
        key = (each.network, bare_address(each.url))
        merged[key] = _join(merged[key], each) if key in merged else each
    return tuple(sorted(merged.values(), key=lambda each: (each.network.casefold(), each.url)))


def _join(one: Account, other: Account) -> Account:
    sights = [each.first_seen for each in (one, other) if each.first_seen]
    return replace(
        one,
        ways=tuple(dict.fromkeys((*one.ways, *other.ways))),
        is_readable=one.is_readable or other.is_readable,
        source=one.source or other.source,
        first_seen=min(sights, default=None),
    )


def bare_address(url: str) -> str:
    """An address as accounts are told apart: without scheme, www, closing slash and capitals."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    return f"{host}{parts.path.rstrip('/')}".casefold()
