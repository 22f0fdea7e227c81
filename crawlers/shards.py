"""Which worker reads which source: rendezvous hashing, by site. Pure.

Every shard has a rank for every site, made of a hash of both; the highest reads it. A shard more takes about
1/N of the sites from the others, and no site moves between two shards that stay. The unit is the site (its
registrable domain), not the source: one site is asked by one worker, whose pauses and robots.txt then hold
for all its sources, and what a feed and an interface of one site both show meets in one archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from crawlers.urls import registrable_domain
from watchlists.errors import AddressRefused, WatchlistError
from watchlists.model import Source

MOST = 10_000
"""Shards a watch may have; more is a slip of the finger."""
_WRITTEN = re.compile(r"(\d{1,6})/(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One worker's share of a watch: number `number`, from 1, of `of`."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def holds(self, source: Source) -> bool:
        """Whether this worker reads the source."""
        return choose_shard(site_of(source), self.of) == self.number


def parse_shard(text: str) -> Shard:
    """`2/8` as a Shard; raises WatchlistError for anything else."""
    found = _WRITTEN.fullmatch(text.strip())
    number, of = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= of <= MOST:
        raise WatchlistError(
            "{text} is no share of the sources.",
            why="A worker is numbered from 1, out of how many there are.",
            remedy="Write it as: veilleur run --shard 2/8",
            text=ascii(text[:40]),
        )
    return Shard(number=number, of=of)


def choose_shard(site: str, of: int) -> int:
    """The shard, from 1, with the highest rank for that site; the same on every machine."""
    return max(range(1, of + 1), key=lambda number: (_rank(site, number), number))


def site_of(source: Source) -> str:
    """What a source is shared out by: the site it is read from; its id where the address names none."""
    try:
        return registrable_domain(source.url)
    except AddressRefused:
        return source.id


def share_of(sources: Iterable[Source], shard: Shard) -> tuple[Source, ...]:
    """The sources a shard reads, in their order."""
    return tuple(source for source in sources if shard.holds(source))


def _rank(site: str, number: int) -> bytes:
    return blake2b(site.encode("utf-8", "replace"), digest_size=16, key=f"shard {number}".encode()).digest()
