"""What a crawl tells while it works: one JSON line per event, from the child to its parent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

from pydantic import TypeAdapter, ValidationError

from crawlers.items import Outcome
from watchlists.errors import LockHeld, VeilleurError

Stage = Literal["queued", "waiting", "fetching", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a source stands; `waiting` is for its host's turn."""

    source: str
    stage: Stage
    new: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """Items that are in the archive now: new ones, and known ones that changed."""

    source: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A job cannot be done: the parts of a VeilleurError, for the parent to raise."""

    what: str
    why: str = ""
    remedy: str = ""
    values: dict[str, str] = field(default_factory=dict)
    """Fill the places of the three texts once they are translated."""
    exit_code: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A job came to its end; the last event of it. The child waits for the next one, or for `end`."""

    exit_code: int


Event = Progress | Landed | Outcome | Trouble | Finished
Report = Callable[[Event], None]

_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind) for kind in (Progress, Landed, Outcome, Trouble, Finished)
}


def encode_event(event: Event) -> str:
    """The event as one line, without its end."""
    name = type(event).__name__
    return json.dumps([name, _ADAPTERS[name].dump_python(event, mode="json")], ensure_ascii=True)


def decode_event(line: str | bytes) -> Event | None:
    """The event of a line; None for a line that is none."""
    try:
        name, value = json.loads(line)
        event: Event = _ADAPTERS[name].validate_python(value)
    except (ValueError, KeyError, TypeError, ValidationError):
        return None
    return event


def ignore_event(_: Event) -> None:
    """A report nobody listens to."""


def tell_trouble(error: VeilleurError) -> Trouble:
    """The error as an event."""
    values = {name: str(value) for name, value in error.values.items()}
    return Trouble(
        what=error.what, why=error.why, remedy=error.remedy, values=values, exit_code=error.exit_code
    )


def raise_trouble(trouble: Trouble) -> NoReturn:
    """The error an event tells of, raised here."""
    kind = LockHeld if trouble.exit_code == LockHeld.exit_code else VeilleurError
    error = kind(trouble.what, why=trouble.why, remedy=trouble.remedy, **trouble.values)
    error.exit_code = trouble.exit_code
    raise error
