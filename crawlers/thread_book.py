"""What a reader of threads remembers between runs: the cursor of its source. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

MOST_READ = 2_000
MOST_WAITING = 1_000
MOST_SKIPPED = 200


@dataclass(slots=True)
class ThreadBook:
    """Which threads were read, as they were then, and which still wait."""

    read: dict[str, str] = field(default_factory=dict)
    """Thread -> its state when it was last read to the end, in the reader's own words; latest last."""
    waiting: dict[str, str] = field(default_factory=dict)
    """Threads a run did not come to the end of, with the state they were listed in."""
    skipped: dict[str, list[str]] = field(default_factory=dict)
    """Thread -> native ids in it that are no posts: not asked for again."""
    facts: dict[str, str] = field(default_factory=dict)
    """Whatever else is worth not asking twice: an account's number, the day of the last sample."""

    @classmethod
    def load(cls, cursor: str) -> Self:
        """The book an earlier run wrote; an empty one where the cursor is not ours."""
        try:
            kept = json.loads(cursor) if cursor else {}
        except ValueError:
            kept = {}
        data = kept if isinstance(kept, dict) else {}
        skipped = {key: value for key, value in _table(data, "skipped").items() if isinstance(value, list)}
        return cls(
            read=_texts(data, "read"),
            waiting=_texts(data, "waiting"),
            skipped={key: [str(each) for each in value] for key, value in skipped.items()},
            facts=_texts(data, "facts"),
        )

    def dump(self) -> str:
        """The book as a cursor, bounded: the threads read longest ago fall out."""
        read = dict(list(self.read.items())[-MOST_READ:])
        skipped = {key: self.skipped[key][-MOST_SKIPPED:] for key in self.skipped if key in read}
        skipped |= {key: self.skipped[key][-MOST_SKIPPED:] for key in self.waiting if key in self.skipped}
        book = {
            "read": read,
            "waiting": dict(list(self.waiting.items())[:MOST_WAITING]),
            "skipped": skipped,
            "facts": self.facts,
        }
        return json.dumps({key: value for key, value in book.items() if value}, separators=(",", ":"))

    def finish(self, thread: str) -> None:
        """The thread was read to its end, in the state it waited in."""
        state = self.waiting.pop(thread, self.read.get(thread, ""))
        self.read.pop(thread, None)
        self.read[thread] = state

    def drop(self, thread: str) -> None:
        """The thread is gone, or closed to us."""
        for table in (self.read, self.waiting, self.skipped):
            table.pop(thread, None)

    def skip(self, thread: str, *ids: str) -> None:
        """These are no posts."""
        known = self.skipped.setdefault(thread, [])
        known += [id for id in ids if id not in known]

    def is_today(self, fact: str, day: str) -> bool:
        """Whether something was done on that day already; if not, it counts as done now."""
        was_done = self.facts.get(fact) == day
        self.facts[fact] = day
        return was_done

    def begin(self, now: datetime) -> None:
        """The place is read for the first time now, unless it was before."""
        self.facts.setdefault("began", now.isoformat())

    def is_history(self, published: datetime | None) -> bool:
        """Whether something is older than the first run: a thread that takes several runs is history too."""
        return published is not None and published.isoformat() < self.facts.get("began", "")

    def close_list(self, now: datetime) -> None:
        """The list was read as far as it must be."""
        self.facts["until"] = now.isoformat()

    def list_read_until(self, otherwise: datetime) -> datetime:
        """When the list was last read as far as it must be; `otherwise` where it never was."""
        try:
            return datetime.fromisoformat(self.facts["until"])
        except (KeyError, ValueError):
            return otherwise


def _table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _texts(data: Mapping[str, Any], key: str) -> dict[str, str]:
    return {str(name): str(value) for name, value in _table(data, key).items()}
