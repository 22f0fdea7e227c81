"""Conversations as data: people, boards, threads and their messages, each with its whole life."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watchlists.demo.clock import moment
from watchlists.demo.growth import Growth, read_growth

FIRST_MESSAGE = 40_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of a community."""

    handle: str
    number: int
    name: str
    is_staff: bool = False
    """Speaks for the place: moderator or administrator, with a badge where the engine has one."""
    is_bot: bool = False
    followers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A category of a forum."""

    number: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `position` counts from 1 in its thread and never changes."""

    number: int
    """Unique in its place, growing with time."""
    position: int
    by: str
    at: datetime
    html: str
    edited: datetime | None
    edited_html: str
    deleted: datetime | None
    reply_to: int | None
    """Position of the message it answers, when it says so."""
    accepted: datetime | None
    """When it became the accepted answer."""
    likes: Growth | None
    shares: Growth | None
    plant: str
    """Name of the planted truth it belongs to, or empty; never served."""

    def exists(self, now: datetime) -> bool:
        """Whether it is there to be read."""
        return self.at <= now and not (self.deleted and self.deleted <= now)

    def html_at(self, now: datetime) -> str:
        """Its text at a time."""
        return self.edited_html if self.edited and self.edited <= now else self.html

    def likes_at(self, now: datetime) -> int:
        """Its likes, favourites or points."""
        return self.likes.at(now) if self.likes else 0

    def shares_at(self, now: datetime) -> int:
        """How often it was passed on."""
        return self.shares.at(now) if self.shares else 0

    def moments(self) -> Iterator[datetime]:
        """Every time at which what is served changes."""
        yield self.at
        yield from (at for at in (self.edited, self.deleted, self.accepted) if at)
        for growth in (self.likes, self.shares):
            yield from growth.moments() if growth else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A conversation: its first message opens it."""

    number: int
    slug: str
    title: str
    board: int | None
    tags: tuple[str, ...]
    link: str
    """Address that the thread is about, on link-sharing sites."""
    messages: tuple[Message, ...]
    views: Growth | None

    @property
    def opened(self) -> datetime:
        """When its first message came."""
        return self.messages[0].at

    def shown(self, now: datetime) -> tuple[Message, ...]:
        """The messages to be read at a time, in order; none when the opening message is gone."""
        if not self.messages[0].exists(now):
            return ()
        return tuple(message for message in self.messages if message.exists(now))

    def is_solved(self, now: datetime) -> bool:
        """Whether an answer was accepted by then."""
        return any(m.accepted and m.accepted <= now for m in self.messages)

    def moments(self) -> Iterator[datetime]:
        """Every time at which what is served changes."""
        for message in self.messages:
            yield from message.moments()
        yield from self.views.moments() if self.views else ()


@dataclass(frozen=True, slots=True)
class ShownThread:
    """A conversation with the messages to be read at one time."""

    thread: Thread
    messages: tuple[Message, ...]

    @property
    def first(self) -> Message:
        """The opening message."""
        return self.messages[0]

    @property
    def last(self) -> Message:
        """The latest message."""
        return self.messages[-1]


def read_person(data: dict[str, Any], number: int) -> Person:
    """A member as content writes one."""
    return Person(
        handle=data["handle"],
        number=number,
        name=data.get("name", data["handle"]),
        is_staff=data.get("staff", False),
        is_bot=data.get("bot", False),
        followers=data.get("followers", 0),
    )


def read_board(data: dict[str, Any]) -> Board:
    """A board as content writes one."""
    return Board(number=data["number"], slug=data["slug"], name=data["name"])


def read_threads(data: Iterable[dict[str, Any]]) -> tuple[Thread, ...]:
    """Threads as content writes them; messages are numbered in the order of time, as engines do."""
    threads = tuple(data)
    times = sorted(
        (moment(message["at"]), thread["number"], position)
        for thread in threads
        for position, message in enumerate(thread["messages"], 1)
    )
    numbers = {
        (thread, position): number for number, (_, thread, position) in enumerate(times, FIRST_MESSAGE)
    }
    return tuple(_read_thread(thread, numbers) for thread in threads)


def _read_thread(data: dict[str, Any], numbers: Mapping[tuple[int, int], int]) -> Thread:
    messages = tuple(
        _read_message(message, numbers[data["number"], position], position)
        for position, message in enumerate(data["messages"], 1)
    )
    return Thread(
        number=data["number"],
        slug=data.get("slug", ""),
        title=data.get("title", ""),
        board=data.get("board"),
        tags=tuple(data.get("tags", ())),
        link=data.get("link", ""),
        messages=messages,
        views=read_growth(data.get("views"), born=messages[0].at),
    )


def _read_message(data: dict[str, Any], number: int, position: int) -> Message:
    at = moment(data["at"])
    edit = data.get("edit")
    return Message(
        number=number,
        position=position,
        by=data["by"],
        at=at,
        html=_as_html(data["text"]),
        edited=moment(edit["at"]) if edit else None,
        edited_html=_as_html(edit["text"]) if edit else "",
        deleted=moment(data["deleted"]) if "deleted" in data else None,
        reply_to=data.get("reply_to"),
        accepted=moment(data["accepted"]) if "accepted" in data else None,
        likes=read_growth(data.get("likes"), born=at),
        shares=read_growth(data.get("shares"), born=at),
        plant=data.get("plant", ""),
    )


def _as_html(text: str) -> str:
    return "".join(f"<p>{part}</p>" for part in text.split("\n\n") if part)
