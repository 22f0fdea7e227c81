"""Which engine answers for which host: the demo web as one pure function of the time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from watchlists.demo.answers import Answer, Ask, redirect
from watchlists.demo.discourse import discourse_answer
from watchlists.demo.hackernews import hackernews_answer
from watchlists.demo.mastodon import mastodon_answer
from watchlists.demo.pages import blog_answer
from watchlists.demo.phpbb import phpbb_answer
from watchlists.demo.place import Engine, Host, Place
from watchlists.demo.world import World

ENGINES: dict[Engine, Callable[[Place, Ask], Answer]] = {
    "blog": blog_answer,
    "discourse": discourse_answer,
    "mastodon": mastodon_answer,
    "phpbb": phpbb_answer,
    "hackernews": hackernews_answer,
}
"""One line for each kind of site; an engine is a pure function of the place and what is asked."""


@dataclass(kw_only=True)
class Sites:
    """Every site of the world. What was answered once is kept until something in its place changes."""

    world: World
    _kept: dict[tuple[str, str, int], Answer] = field(default_factory=dict)

    def answer(self, host: str, target: str, now: datetime) -> Answer:
        """What a host answers to GET target at a time, faults included."""
        place = self.world.hosts.get(host)
        if place is None:
            return Answer(status=421, body=b"No such host in the demo web.\n", content_type="text/plain")
        path = urlsplit(target).path or "/"
        return fault(place.host, path, now) or self._keep(place, moved(place.host, target, now), now)

    def modified(self, host: str, now: datetime) -> datetime | None:
        """When something last changed at a host."""
        place = self.world.hosts[host]
        changes = bisect_right(place.moments, now)
        return place.moments[changes - 1] if changes else None

    def _keep(self, place: Place, target: str, now: datetime) -> Answer:
        key = (place.id, target, bisect_right(place.moments, now))
        if key not in self._kept:
            if len(self._kept) > 5_000:
                self._kept.clear()
            self._kept[key] = build(place, target, now)
        return self._kept[key]


def build(place: Place, target: str, now: datetime) -> Answer:
    """What the engine of a place answers."""
    parts = urlsplit(target)
    if parts.path == "/robots.txt":
        return Answer(content_type="text/plain; charset=utf-8", body=place.host.robots.encode())
    query = tuple(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200))
    return ENGINES[place.engine](place, Ask(path=parts.path or "/", query=query, now=now))


def moved(host: Host, target: str, now: datetime) -> str:
    """Before its move, an old path serves what the new one will."""
    for move in host.moves:
        if now < move.at and target == move.path:
            return urlsplit(move.target).path
    return target


def fault(host: Host, path: str, now: datetime) -> Answer | None:
    """The planted failure that holds for a path at a time, if any."""
    for outage in host.outages:
        if outage.holds(path, now):
            wait = () if outage.retry_after is None else (("Retry-After", str(outage.retry_after)),)
            return Answer(
                status=outage.status, content_type="text/plain", body=b"Out of order.\n", headers=wait
            )
    for move in host.moves:
        if move.at <= now and path == move.path:
            return redirect(move.target)
    return None
