"""Documents the index refused for good, with the reason: not sent again until they change or somebody asks.

A small JSON file in the watch's state folder, written whole; derived, so that losing it costs one more try.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from search.index import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One document in quarantine, in the version that was refused."""

    id: str
    digest: str
    reason: str
    at: datetime


_ADAPTER = TypeAdapter(tuple[Held, ...])


def read_quarantine(path: Path) -> tuple[Held, ...]:
    """What is held, by id; nothing where the file is missing or unreadable."""
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return ()


def hold(
    path: Path, refusals: Iterable[Refusal], digests: Mapping[str, str], *, now: datetime
) -> tuple[Held, ...]:
    """Add what was refused, in the versions that `digests` names; what is held afterwards."""
    held = {each.id: each for each in read_quarantine(path)}
    for refusal in refusals:
        digest = digests.get(refusal.id, "")
        held[refusal.id] = Held(id=refusal.id, digest=digest, reason=refusal.reason, at=now)
    return _write(path, held.values())


def let_go_settled(path: Path, digests: Mapping[str, str]) -> None:
    """Drop what is gone, or has changed since and was taken: only present versions are held."""
    held = read_quarantine(path)
    kept = [each for each in held if digests.get(each.id) == each.digest]
    if len(kept) != len(held):
        _write(path, kept)


def release(path: Path, ids: Iterable[str] | None = None) -> int:
    """Let documents go, all of them where no id is named; how many there were."""
    held = read_quarantine(path)
    wanted = {each.id for each in held} if ids is None else set(ids)
    _write(path, [each for each in held if each.id not in wanted])
    return sum(each.id in wanted for each in held)


def without_held(ids: Iterable[str], digests: Mapping[str, str], held: Iterable[Held]) -> list[str]:
    """The ids whose present version has not been refused."""
    refused = {each.id: each.digest for each in held}
    return [id for id in ids if id not in refused or refused[id] != digests.get(id, "")]


def _write(path: Path, held: Iterable[Held]) -> tuple[Held, ...]:
    kept = tuple(sorted(held, key=lambda each: each.id))
    written = path.with_name(f"{path.name}.new")
    written.touch(mode=0o600)
    written.write_bytes(_ADAPTER.dump_json(kept, indent=1))
    written.replace(path)
    return kept
