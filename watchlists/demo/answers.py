"""What a demo site is asked and what it answers: the two records between the server and the engines."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A GET: path, query and the simulated time."""

    path: str
    query: tuple[tuple[str, str], ...]
    now: datetime

    def all(self, name: str) -> tuple[str, ...]:
        """Every value a name is given in the query."""
        return tuple(value for key, value in self.query if key == name)

    def get(self, name: str, default: str = "") -> str:
        """The last value a name is given in the query."""
        return next(reversed(self.all(name)), default)

    def number(self, name: str, *, default: int, most: int = 10**9) -> int:
        """A whole number of the query, at most `most`; the default when it is not one."""
        value = self.get(name)
        return min(int(value), most) if re.fullmatch(r"[0-9]{1,18}", value) else default


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back, before validators, compression and faults."""

    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


NOT_FOUND = Answer(status=404, body=b"<!doctype html><title>404</title><h1>Not found</h1>\n")


def as_json(data: object, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Data as an API answers it."""
    body = json.dumps(data, ensure_ascii=False).encode()
    return Answer(status=status, content_type="application/json; charset=utf-8", body=body, headers=headers)


def redirect(target: str, *, status: int = 301) -> Answer:
    """An answer that sends the reader elsewhere."""
    return Answer(status=status, headers=(("Location", target),))
