"""JSON answers of APIs, read with care: every accessor returns what was asked for, or nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crawlers.parsers.bodies import clean, one_line
from crawlers.parsers.walls import WallMet, find_wall
from watchlists.errors import VeilleurError


class NotData(VeilleurError):
    """An API answered with something else than the data it documents."""

    def __init__(self, found: str, *, url: str) -> None:
        super().__init__(
            "There is no data at {url}.",
            why=f"The answer was {found}.",
            remedy="See what is there with `veilleur add`.",
            url=url,
        )
        self.found = found


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON object of an answer."""

    data: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.data)

    def has(self, key: str) -> bool:
        """Whether the place says anything under this key, null included."""
        return key in self.data

    def text(self, key: str) -> str:
        """A text as given; empty where there is none."""
        value = self.data.get(key)
        return clean(value) if isinstance(value, str) else ""

    def line(self, key: str) -> str:
        """A text on one line."""
        return one_line(self.text(key))

    def id(self, key: str) -> str:
        """A number or a text that identifies, as text; empty where there is none."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | str):
            return ""
        return one_line(str(value))[:300]

    def count(self, key: str) -> int | None:
        """A whole number; None where none is shown."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return int(value)

    def number(self, key: str) -> float | None:
        """A number; None where none is shown."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return float(value)

    def flag(self, key: str) -> bool | None:
        """Yes or no; None where the place does not say."""
        value = self.data.get(key)
        return value if isinstance(value, bool) else None

    def moment(self, key: str) -> datetime | None:
        """A time in UTC, written as ISO 8601 or as seconds since 1970."""
        value = self.data.get(key)
        if isinstance(value, str):
            return _read_iso(value)
        seconds = self.number(key)
        try:
            return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
        except (ValueError, OverflowError, OSError):
            return None

    def node(self, *keys: str) -> Node:
        """The object under a key, or under a key of that; an empty one where there is none."""
        found: Any = self.data
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        return Node(found) if isinstance(found, Mapping) else Node()

    def nodes(self, key: str) -> tuple[Node, ...]:
        """The objects of a list."""
        return _objects(self.data.get(key))

    def ids(self, key: str) -> tuple[str, ...]:
        """The numbers and texts of a list, as text."""
        value = self.data.get(key)
        each = value if isinstance(value, list) else []
        return tuple(str(one) for one in each if isinstance(one, int | str) and not isinstance(one, bool))


def read_object(body: bytes, *, url: str) -> Node:
    """The object that an API answered; raises NotData or WallMet."""
    value = _load(body, url)
    if not isinstance(value, dict):
        raise NotData("JSON of another shape", url=url)
    return Node(value)


def read_list(body: bytes, *, url: str) -> tuple[Node, ...]:
    """The objects of the list that an API answered; raises NotData or WallMet."""
    value = _load(body, url)
    if not isinstance(value, list):
        raise NotData("JSON of another shape", url=url)
    return _objects(value)


def _load(body: bytes, url: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        if wall := find_wall(body, url=url):
            raise WallMet(wall, url=url) from error
        found = "a web page (HTML)" if body.lstrip()[:1] == b"<" else "not JSON"
        raise NotData(found, url=url) from error


def _objects(value: object) -> tuple[Node, ...]:
    return tuple(Node(each) for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _read_iso(text: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(text.strip()[:40])
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
