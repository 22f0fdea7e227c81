"""What is planted in the demo world, for the tests that must find it: the records of truth.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from watchlists.demo.clock import moment

Table = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One post (place/slug) or message (place/thread#position), with its time."""

    ref: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Crisis:
    """A bad buzz about one organisation."""

    plant: str
    organisation: str
    origin: Planted
    """The organisation's own post that set it off."""
    starts: datetime
    first: str
    acknowledged: Planted
    over: datetime
    count: int
    authors: int
    per_hour: tuple[tuple[datetime, int], ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """A subject that nearly nobody named, until one day."""

    plant: str
    terms: tuple[tuple[str, str], ...]
    """Language and term."""
    day: int
    starts: datetime
    first: str
    count: int
    authors: int
    per_day: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A new place that people begin to link to."""

    plant: str
    domain: str
    day: int
    first: Planted
    count: int
    authors: int
    citing: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A source that says nothing more."""

    place: str
    last: Planted
    two_weeks: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """A time in which a place answers with an error; without an end it is closed for good."""

    place: str
    start: datetime
    end: datetime | None
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A feed whose address changes for good."""

    place: str
    at: datetime
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Harmless:
    """A spike that is no crisis."""

    plant: str
    organisation: str
    start: datetime
    end: datetime
    count: int
    authors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spam:
    """A message that its place took down."""

    ref: str
    at: datetime
    deleted: datetime
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A message that its author took down."""

    ref: str
    at: datetime
    deleted: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstReply:
    """Minutes until a thread was first answered, by anybody and by the team; None is never."""

    place: str
    thread: int
    first: int | None
    staff: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """All that is planted."""

    crisis: Crisis
    rising: Rising
    platform: Platform
    silence: Silence
    closed: Down
    outages: tuple[Down, ...]
    moved: Moved
    blocked: str
    slow: str
    harmless: tuple[Harmless, ...]
    spam: tuple[Spam, ...]
    deleted: tuple[Deleted, ...]
    edited: tuple[Planted, ...]
    """Messages whose text changes, with the time it does."""
    exploding: str
    exploding_counts: tuple[tuple[datetime, int], ...]
    replies: tuple[FirstReply, ...]

    @classmethod
    def load(cls) -> Truth:
        """Read truth.toml."""
        data = tomllib.loads((files("watchlists.demo") / "truth.toml").read_text("utf-8"))
        return cls(
            crisis=_crisis(data["crisis"]),
            rising=_rising(data["rising"]),
            platform=_platform(data["platform"]),
            silence=_silence(data["silence"]),
            closed=Down(
                place=data["closed"]["place"], start=moment(data["closed"]["at"]), end=None, status=410
            ),
            outages=tuple(_down(outage) for outage in data["outage"]),
            moved=Moved(**{**data["moved"], "at": moment(data["moved"]["at"])}),
            blocked=data["blocked"]["place"],
            slow=data["slow"]["place"],
            harmless=tuple(_harmless(spike) for spike in data["harmless"]),
            spam=tuple(Spam(**_lifetime(spam)) for spam in data["spam"]),
            deleted=tuple(Deleted(**_lifetime(message)) for message in data["deleted"]),
            edited=tuple(_planted(message) for message in data["edited"]),
            exploding=data["exploding"]["ref"],
            exploding_counts=_timed(data["exploding"]["counts"]),
            replies=tuple(
                _reply(table["place"], thread) for table in data["replies"] for thread in table["threads"]
            ),
        )


def _planted(data: Table) -> Planted:
    return Planted(ref=data["ref"], at=moment(data["at"]))


def _lifetime(data: Table) -> Table:
    return {**data, "at": moment(data["at"]), "deleted": moment(data["deleted"])}


def _timed(pairs: list[list[Any]]) -> tuple[tuple[datetime, int], ...]:
    return tuple((moment(at), int(value)) for at, value in pairs)


def _crisis(data: Table) -> Crisis:
    return Crisis(
        plant=data["plant"],
        organisation=data["organisation"],
        origin=_planted(data["origin"]),
        starts=moment(data["starts"]),
        first=data["first"],
        acknowledged=_planted(data["acknowledged"]),
        over=moment(data["over"]),
        count=data["count"],
        authors=data["authors"],
        per_hour=_timed(data["per_hour"]),
        places=tuple(data["places"]),
    )


def _rising(data: Table) -> Rising:
    return Rising(
        plant=data["plant"],
        terms=tuple(data["terms"].items()),
        day=data["day"],
        starts=moment(data["starts"]),
        first=data["first"],
        count=data["count"],
        authors=data["authors"],
        per_day=tuple((day, count) for day, count in data["per_day"]),
    )


def _platform(data: Table) -> Platform:
    return Platform(
        plant=data["plant"],
        domain=data["domain"],
        day=data["day"],
        first=_planted(data["first"]),
        count=data["count"],
        authors=data["authors"],
        citing=tuple((place, moment(at)) for place, at in data["citing"]),
    )


def _silence(data: Table) -> Silence:
    return Silence(place=data["place"], last=_planted(data["last"]), two_weeks=moment(data["two_weeks"]))


def _down(data: Table) -> Down:
    return Down(
        place=data["place"], start=moment(data["start"]), end=moment(data["end"]), status=data["status"]
    )


def _harmless(data: Table) -> Harmless:
    return Harmless(
        plant=data["plant"],
        organisation=data["organisation"],
        start=moment(data["start"]),
        end=moment(data["end"]),
        count=data["count"],
        authors=data["authors"],
    )


def _reply(place: str, data: Table) -> FirstReply:
    return FirstReply(place=place, thread=data["thread"], first=data.get("first"), staff=data.get("staff"))
