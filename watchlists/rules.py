"""Rules any table may be held to: each yields what breaks it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from watchlists.addresses import Refusal
from watchlists.lines import Where
from watchlists.problems import Fault

_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIMITS: dict[str, tuple[float, float]] = {
    "delay": (0, 3600),
    "page_budget": (1, 100_000),
    "retention_days": (1, 36_500),
    "history_days": (0, 3650),
    "min_volume": (1, 1_000_000),
    "min_authors": (1, 1_000_000),
    "cooldown_hours": (0, 8760),
    "port": (1, 65_535),
}
"""Key -> smallest and largest value, wherever the key stands."""


def check_filled(where: Where, value: str) -> Iterator[Fault]:
    if not value.strip():
        yield make_fault(where, "`{key}` is empty.", "Write something between the quotes.", key=where[-1])


def check_limits(where: Where, record: object) -> Iterator[Fault]:
    for key, (low, high) in _LIMITS.items():
        value = getattr(record, key, None)
        if value is not None and not low <= value <= high:
            yield make_fault(
                (*where, key),
                "`{key}` cannot be {said}.",
                "Choose a number from {low} to {high}.",
                key=key,
                said=value,
                low=low,
                high=high,
            )


def check_environment(where: Where, record: object, keys: Iterable[str]) -> Iterator[Fault]:
    for key in keys:
        if name := getattr(record, key):
            yield from check_variable((*where, key), name)


def check_variable(where: Where, name: str) -> Iterator[Fault]:
    if not _ENVIRONMENT_NAME.fullmatch(name):
        yield make_fault(
            where,
            "`{key}` must hold the name of an environment variable, not the secret itself.",
            'Write a name in capitals, as "VEILLEUR_TOKEN", and set that variable where veilleur runs.',
            key=where[-1],
        )


def check_refusal(where: Where, refusal: Refusal | None) -> Iterator[Fault]:
    if refusal is not None:
        yield make_fault(
            where, refusal.message, refusal.remedy, network=refusal.network, scheme=refusal.scheme
        )


def make_fault(path: Where, message: str, remedy: str = "", **values: object) -> Fault:
    """A Fault whose places are filled by keyword."""
    return Fault(path=path, message=message, remedy=remedy, values=values)
