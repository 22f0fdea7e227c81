"""Emerging places: domains, and communities inside platforms, that people begin to link to.

A place emerges on the day it has been cited within two weeks by at least 3 authors in at least
2 sources, having never been cited before those two weeks. It is told once, on that day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.communities import community_of
from pipelines.document import Document
from search.insights.scope import Scope, is_noise
from search.insights.strands import voice_of
from search.window import between, wall_clock
from watchlists.query import And, Has, Keyword, Or, Query

FRESH_DAYS = 14
FEWEST_AUTHORS = 3
FEWEST_SOURCES = 2
MOST_LINKED = 500
"""Domains looked at, most linked to first: known platforms are among them."""
INFRASTRUCTURE = frozenset(  # one string: so many quoted names would hide them
    """
    bit.ly t.co tinyurl.com goo.gl ow.ly buff.ly lnkd.in is.gd cutt.ly rebrand.ly shorturl.at dlvr.it youtu.be
    google.com googleapis.com gstatic.com googleusercontent.com doubleclick.net google-analytics.com
    cloudflare.com cloudfront.net akamaihd.net fastly.net jsdelivr.net unpkg.com amazonaws.com
    gravatar.com imgur.com giphy.com tenor.com wp.com w.org wordpress.org wordpress.com w3.org schema.org
    facebook.com instagram.com twitter.com x.com linkedin.com youtube.com tiktok.com threads.net pinterest.com
    whatsapp.com wa.me apple.com microsoft.com live.com amazon.com amazon.fr paypal.com wikipedia.org
    github.com gitlab.com medium.com mailchimp.com list-manage.com feedburner.com creativecommons.org
    reddit.com redd.it discord.com discord.gg discordapp.com t.me telegram.me telegram.org twitch.tv bsky.app
    slack.com fb.com fb.me messenger.com pin.it msng.link linktr.ee bit.do rb.gy t.ly tiny.cc trib.al
    doubleclick.com googletagmanager.com hotjar.com matomo.cloud segment.io hubspot.com sendinblue.com
    brevo.com mjt.lu sendgrid.net akamai.net azureedge.net bootstrapcdn.com typekit.net fbcdn.net twimg.com
    ytimg.com redditmedia.com cdninstagram.com vimeo.com dailymotion.com flickr.com spotify.com soundcloud.com
    """.split()  # noqa: SIM905
)
"""Shorteners, carriers, trackers and the platforms everybody knows: linked to, but no news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergence:
    """A domain people begin to link to, and who cited it first."""

    domain: str
    """A registrable domain, or a community as `reddit.com/r/velo`."""
    documents: tuple[Document, ...]
    authors: int
    sources: tuple[str, ...]

    @property
    def first(self) -> Document:
        """The earliest citation."""
        return self.documents[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Emerged:
    """A place with everybody who cited it since, and when it had been cited often enough."""

    place: Emergence
    at: datetime


def find_places(scope: Scope, documents: Iterable[Document]) -> tuple[Emergence, ...]:
    """The domains that pass the floors with these documents and did not before, most cited first."""
    known = _known_domains(scope)
    cited = {domain for each in documents for domain in each.link_domains}
    found = (_judge(scope, domain) for domain in sorted(cited - known) if not _is_known(domain, known))
    emerging = [each for each in found if each is not None]
    return tuple(sorted(emerging, key=lambda each: (-each.authors, -len(each.sources), each.domain)))


def list_places(scope: Scope, *, since: datetime, until: datetime) -> tuple[Emerged, ...]:
    """The places that emerged in [since, until), latest first: the list behind the mornings' news."""
    from_then = wall_clock(since, -FRESH_DAYS, timezone=scope.window.timezone)
    links = scope.known(between("published", from_then, until), Has("link"), Keyword("copy", "false"))
    candidates = frozenset(linked_places(scope, links, fewest=FEWEST_AUTHORS))
    citing = defaultdict[str, list[Document]](list)
    for each in scope.index.scan(And((links, Or(tuple(Keyword("link", domain) for domain in candidates))))):
        for domain in candidates.intersection(each.link_domains) if _counts(each) else ():
            citing[domain].append(each)
    found = (_emergence(scope, domain, citing[domain]) for domain in sorted(citing))
    emerged = [each for each in found if each is not None and since <= each.at < until]
    return tuple(sorted(emerged, key=lambda each: (-each.at.timestamp(), each.place.domain)))


def _emergence(scope: Scope, domain: str, documents: Sequence[Document]) -> Emerged | None:
    """When so many had been read that the floors were passed, within two weeks of the first citation."""
    citing = sorted(documents, key=lambda each: (each.first_seen, each.id))
    number = next((number for number in range(1, len(citing) + 1) if _passes(citing[:number])), None)
    if number is None:
        return None
    at = citing[number - 1].first_seen
    since = wall_clock(at, -FRESH_DAYS, timezone=scope.window.timezone)
    if scope.index.count(scope.known(Keyword("link", domain), between("published", None, since))):
        return None
    citing.sort(key=lambda each: (each.published, each.id))
    place = Emergence(
        domain=domain, documents=tuple(citing), authors=_authors(citing), sources=_sources(citing)
    )
    return Emerged(place=place, at=at)


def linked_places(scope: Scope, query: Query, *, fewest: int = 1) -> tuple[str, ...]:
    """Domains and communities these documents link to that the watch does not know, most cited first."""
    known = _known_domains(scope)
    counts = scope.index.terms(query, "link", limit=MOST_LINKED)
    found = (each.term for each in counts if each.count >= fewest)
    return tuple(each for each in found if each not in known and not _is_known(each, known))


def _known_domains(scope: Scope) -> frozenset[str]:
    organisations = scope.watchlist.organisations
    domains = {domain.casefold() for each in organisations for domain in each.domains}
    addresses = [source.url for source in scope.watchlist.sources]
    addresses += [address for each in organisations for address in each.accounts]
    hosts = {each.split("/")[2].split(":")[0].casefold() for each in addresses if "://" in each}
    communities = {community for each in addresses if (community := community_of(each))}
    decided = scope.decided("watch", "ignore", "mute").keys()
    return frozenset(domains | hosts | communities | decided) | INFRASTRUCTURE


def _is_known(domain: str, known: frozenset[str]) -> bool:
    """A known host may be below the domain: forum.acme.example makes acme.example known."""
    return any(each.endswith(f".{domain}") for each in known)


def _judge(scope: Scope, domain: str) -> Emergence | None:
    since = wall_clock(scope.window.end, -FRESH_DAYS, timezone=scope.window.timezone)
    links = scope.known(Keyword("link", domain))
    if scope.index.count(And((links, between("published", None, since)))):
        return None
    recent = scope.index.scan(
        And((links, between("published", since, scope.window.end), Keyword("copy", "false")))
    )
    citing = sorted((each for each in recent if _counts(each)), key=lambda each: (each.published, each.id))
    before = [each for each in citing if each.first_seen < scope.window.start]
    if not _passes(citing) or _passes(before):
        return None
    return Emergence(
        domain=domain,
        documents=tuple(citing),
        authors=_authors(citing),
        sources=_sources(citing),
    )


def _counts(document: Document) -> bool:
    return not is_noise(document) and not document.author_is_bot


def _passes(citing: Sequence[Document]) -> bool:
    return _authors(citing) >= FEWEST_AUTHORS and len(_sources(citing)) >= FEWEST_SOURCES


def _authors(citing: Sequence[Document]) -> int:
    return len({voice_of(each) for each in citing})


def _sources(citing: Sequence[Document]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source for each in citing for source in each.sources))
