"""What workers and their desk say of each other: who reads which share, how far it has told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import pairwise

from pydantic import TypeAdapter

from search.summary import Remark
from watchlists.model import Watchlist

SILENT = timedelta(days=1)
"""A worker runs every hour; one that was not heard of for a day is told of, and no longer counted on."""
SKEW = timedelta(minutes=5)
"""Clocks differ by less where they are set by the network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """One worker, as of its last run."""

    worker: str
    host: str
    number: int
    of: int
    at: datetime
    """Its own clock."""
    until: int
    """Everything up to this number of its journal is in the cluster."""
    sources: int
    watchlist: str
    """Fingerprint of the watchlist it reads by."""

    @property
    def share(self) -> str:
        return f"{self.number}/{self.of}"


HELLO = TypeAdapter(Hello)


def watchlist_print(watchlist: Watchlist) -> str:
    """Equal for watchlists that read and understand alike; what is only told or sent does not count."""
    told = (
        watchlist.organisations,
        watchlist.sources,
        watchlist.topics,
        watchlist.languages,
        watchlist.timezone,
        watchlist.privacy,
    )
    return blake2b(repr(told).encode("utf-8", "replace"), digest_size=8).hexdigest()


def remark_on(hellos: Iterable[Hello], *, watchlist: Watchlist, now: datetime) -> Iterator[Remark]:
    """What the desk has to say of its workers; nothing where all is well."""
    known = sorted(hellos, key=lambda each: (each.of, each.number, each.worker))
    active = [each for each in known if abs(now - each.at) <= SILENT]
    covered = {(each.number, each.of) for each in active}
    for each in known:
        is_replaced = (each.number, each.of) in covered or (
            each.of not in {of for _, of in covered} and active
        )
        if each not in active and not is_replaced:
            yield _silent(each)
    yield from _doubled(active)
    yield from _unshared(active)
    mine = watchlist_print(watchlist)
    for each in active:
        if each.at - now > SKEW:
            yield _remark(
                "{who}: its clock is {minutes} minutes ahead of this one.", each, minutes=_ahead(each, now)
            )
        if each.watchlist != mine:
            yield _remark("{who}: its watchlist.toml differs from this one. Copy the newer of the two.", each)


def _silent(each: Hello) -> Remark:
    text = "{who}: not heard of since {day}; its sources are not read. Start it again, or share out anew."
    return _remark(text, each, day=f"{each.at:%Y-%m-%d %H:%M} UTC")


def _doubled(active: list[Hello]) -> Iterator[Remark]:
    """Two folders that read one share: nothing is doubled in the index, but the sites are asked twice."""
    for first, second in pairwise(active):
        if first.share == second.share:
            text = "{who} and {other} both read share {share}. Stop one of them: sites are asked twice."
            yield _remark(text, first, other=second.host, share=first.share)


def _unshared(active: list[Hello]) -> Iterator[Remark]:
    """Shares nobody reads, of the division most workers follow; and workers of another division."""
    if not active:
        return
    newest = max(active, key=lambda each: (each.at, each.of)).of
    for each in active:
        if each.of != newest:
            text = "{who}: the sources are shared out among {of} now. Start it with its new share."
            yield _remark(text, each, of=str(newest))
    missing = sorted(set(range(1, newest + 1)) - {each.number for each in active if each.of == newest})
    if missing:
        shares = ", ".join(f"{number}/{newest}" for number in missing[:20])
        yield Remark(text="Nobody reads share {shares}.", values=(("shares", shares),))


def _ahead(each: Hello, now: datetime) -> str:
    return str((each.at - now) // timedelta(minutes=1))


def _remark(text: str, each: Hello, **values: str) -> Remark:
    who = (("who", f"{each.host} ({each.share})"),)
    return Remark(text=text, values=(*who, *values.items()))
