"""What is planted in a simulated world: crises that must be told, and spikes that must not.

A crisis is negative, by many voices, over hours. A launch or a contest is loud and glad, with the
errors of a tone model; a loud author writes much alone; an agency text is printed in many places,
some of its copies unrecognised. Where a brand is small the spikes are far above its usual day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["crisis", "launch", "contest", "loud", "copies"]
HARMLESS: tuple[Kind, ...] = ("launch", "contest", "loud", "copies")
CRISES_PER_QUARTER = 1.2
HARMLESS_CHANCE = 0.8
APART_DAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One planted event; times in seconds since the world's start."""

    kind: Kind
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Mentions as drawn, in no order."""

    at: np.ndarray
    author: np.ndarray
    source: np.ndarray
    tone: np.ndarray
    is_copy: np.ndarray


def draw_plants(
    random: np.random.Generator, *, per_day: float, first: int, last: int, sources: int
) -> tuple[tuple[Plant, ...], tuple[Drawn, ...]]:
    """The plants of one brand and their mentions, at least five days apart."""
    kinds: list[Kind] = ["crisis"] * int(random.poisson(CRISES_PER_QUARTER))
    kinds += [kind for kind in HARMLESS if random.random() < HARMLESS_CHANCE]
    days = _draw_days(random, first + 1, last - 4, len(kinds))
    plants, drawn = [], []
    for kind, day in zip(kinds, days, strict=False):
        start = (day * 24 + int(random.integers(7, 22))) * 3600.0 + float(random.uniform(0, 3600))
        mentions = DRAW[kind](random, start, max(per_day, 1.0), sources)
        plants.append(Plant(kind=kind, start=float(mentions.at.min()), end=float(mentions.at.max())))
        drawn.append(mentions)
    return tuple(plants), tuple(drawn)


def _draw_days(random: np.random.Generator, first: int, last: int, count: int) -> list[int]:
    free = list(range(first, last))
    days: list[int] = []
    while free and len(days) < count:
        day = int(random.choice(free))
        days.append(day)
        free = [each for each in free if abs(each - day) >= APART_DAYS]
    return days


def _draw_crisis(random: np.random.Generator, start: float, per_day: float, sources: int) -> Drawn:
    """It swells within hours and dies away over one to three days."""
    size = int(random.uniform(25, 60) + per_day * random.uniform(0.6, 1.5))
    hours = random.gamma(1.6, random.uniform(3, 9), size=size)
    at = start + (hours - hours.min()) * 3600
    return _mentions(random, at, sources, authors=max(8, int(size * 0.7)), tones=(0.7, 0.25, 0.05))


def _draw_launch(random: np.random.Generator, start: float, per_day: float, sources: int) -> Drawn:
    size = int(random.uniform(15, 60) + per_day * random.uniform(0.5, 2))
    at = start + random.gamma(1.2, random.uniform(4, 9), size=size) * 3600
    return _mentions(random, at, sources, authors=max(6, int(size * 0.8)), tones=(0.1, 0.4, 0.5))


def _draw_contest(random: np.random.Generator, start: float, per_day: float, sources: int) -> Drawn:
    size = int(random.uniform(25, 80) + per_day * random.uniform(0.2, 1))
    at = start + random.uniform(0, 36, size=size) * 3600
    return _mentions(random, at, 1, authors=max(6, int(size * 0.9)), tones=(0.05, 0.55, 0.4))


def _draw_loud(random: np.random.Generator, start: float, _per_day: float, sources: int) -> Drawn:
    """One angry author, and now and then a friend."""
    size = int(random.integers(8, 30))
    at = start + random.uniform(0, 10, size=size) * 3600
    return _mentions(random, at, min(2, sources), authors=int(random.integers(1, 3)), tones=(0.85, 0.15, 0.0))


def _draw_copies(random: np.random.Generator, start: float, _per_day: float, sources: int) -> Drawn:
    """One text that sounds bad, printed by many sites; one copy in ten is not recognised."""
    size = min(sources, int(random.integers(5, 13)))
    at = start + random.uniform(0, 4, size=size) * 3600
    is_copy = random.random(size) < 0.9
    is_copy[int(np.argmin(at))] = False
    return Drawn(
        at=at,
        author=np.full(size, -1),
        source=random.permutation(sources)[:size],
        tone=np.full(size, -1),
        is_copy=is_copy,
    )


def _mentions(
    random: np.random.Generator,
    at: np.ndarray,
    sources: int,
    *,
    authors: int,
    tones: tuple[float, float, float],
) -> Drawn:
    """Mentions by so many new authors, with shares of negative, neutral, positive."""
    size = at.size
    return Drawn(
        at=at,
        author=1_000_000 + random.integers(0, 1_000_000) + random.integers(0, authors, size=size),
        source=random.integers(0, sources, size=size),
        tone=random.choice([-1, 0, 1], size=size, p=tones),
        is_copy=random.random(size) < 0.04,
    )


DRAW: dict[Kind, Callable[[np.random.Generator, float, float, int], Drawn]] = {
    "crisis": _draw_crisis,
    "launch": _draw_launch,
    "contest": _draw_contest,
    "loud": _draw_loud,
    "copies": _draw_copies,
}
