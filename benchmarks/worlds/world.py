"""One simulated world: months of mentions of a few brands, hour by hour, made from a seed alone.

Counts are over-dispersed (each day has its own gamma-distributed level), follow the hour and the
weekday, drift over the months, and tone is as wrong as a tone model is. Reading is as irregular as
reading is: each source is polled at its own pace, some hours are not covered and are caught up with
later, and a new source brings its history along. The plants are in worlds.plants.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from worlds.plants import Drawn, Plant, draw_plants

ZONE = ZoneInfo("Europe/Paris")
START = datetime(2026, 1, 5, tzinfo=ZONE).astimezone(UTC)
"""A Monday; the quarter under test holds a change of the clock."""
PAST_DAYS = 56
TEST_DAYS = 91
DAYS = PAST_DAYS + TEST_DAYS
HOURS = DAYS * 24
SMALL_BRANDS = 5
CLOCK_CHANGE = 83 * 24 + 2
"""The hour of 29 March 2026 from which Paris is an hour further."""
LARGE_PER_DAY = 500.0
DAY_SHAPE = np.array([1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 9, 9, 9, 9, 10, 11, 11, 10, 9, 7, 4, 2], float)
"""How much is said in each local hour of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """How much is usually said of a brand, and how."""

    id: str
    per_day: float
    negative: float
    """Share of its mentions that a tone model calls negative on usual days."""
    evenness: float
    """Shape of the gamma distribution of a day's level: the smaller, the wilder."""
    weekend: float
    drift: float
    """Level at the end over level at the beginning."""
    sources: int
    authors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """A brand's mentions in order of publication, one value a mention in each array."""

    at: np.ndarray
    """Seconds since START."""
    seen: np.ndarray
    author: np.ndarray
    """-1 is nobody named."""
    source: np.ndarray
    tone: np.ndarray
    """-1 negative, 0 neutral, 1 positive: as the tone model says."""
    is_copy: np.ndarray
    is_backfill: np.ndarray
    plant: np.ndarray
    """Number of the plant it belongs to, -1 for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandHistory:
    """What was said of one brand, and what was planted in it."""

    brand: Brand
    mentions: Mentions
    plants: tuple[Plant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One seed's brands; `covered` says for each hour whether the sources were read for it."""

    seed: int
    brands: tuple[BrandHistory, ...]
    covered: np.ndarray


def make_world(seed: int) -> World:
    """The world of a seed: always the same."""
    random = np.random.default_rng(seed)
    gaps = _draw_gaps(random)
    covered = np.ones(HOURS, bool)
    for start, end in gaps:
        covered[start:end] = False
    brands = [_draw_small(random, number) for number in range(SMALL_BRANDS)]
    brands.append(_draw_large(random))
    return World(seed=seed, brands=tuple(_live(random, each, gaps) for each in brands), covered=covered)


def moment(seconds: float) -> datetime:
    """The time of so many seconds into a world, in UTC."""
    return START + timedelta(seconds=float(seconds))


def _draw_small(random: np.random.Generator, number: int) -> Brand:
    per_day = float(random.uniform(0.1, 20) if number else random.uniform(0, 1))
    return Brand(
        id=f"small-{number}",
        per_day=per_day,
        negative=float(random.uniform(0.04, 0.25)),
        evenness=float(random.uniform(1.2, 6)),
        weekend=float(random.uniform(0.3, 1.2)),
        drift=float(random.uniform(0.6, 1.8)),
        sources=int(random.integers(4, 20)),
        authors=20 + int(per_day * 30),
    )


def _draw_large(random: np.random.Generator) -> Brand:
    return Brand(
        id="large",
        per_day=LARGE_PER_DAY,
        negative=float(random.uniform(0.08, 0.25)),
        evenness=float(random.uniform(4, 15)),
        weekend=float(random.uniform(0.5, 1.1)),
        drift=float(random.uniform(0.7, 1.5)),
        sources=60,
        authors=9_000,
    )


def _draw_gaps(random: np.random.Generator) -> tuple[tuple[int, int], ...]:
    """Hours in which nothing was read: the machine was off, the network down."""
    starts = random.integers(0, HOURS - 48, size=5)
    return tuple((int(start), int(start + random.integers(3, 40))) for start in starts)


def _live(random: np.random.Generator, brand: Brand, gaps: tuple[tuple[int, int], ...]) -> BrandHistory:
    usual = _draw_usual(random, brand)
    plants, planted = draw_plants(
        random, per_day=brand.per_day, first=PAST_DAYS, last=DAYS, sources=brand.sources
    )
    drawn = [usual, *planted]
    at = np.concatenate([each.at for each in drawn])
    order = np.argsort(at, kind="stable")
    numbers = np.concatenate([np.full(each.at.size, number - 1) for number, each in enumerate(drawn)])
    source = np.concatenate([each.source for each in drawn])
    seen = _see(random, at, source, brand.sources, gaps)
    backfill, seen = _add_history(random, at, source, seen, brand.sources)
    mentions = Mentions(
        at=at[order],
        seen=seen[order],
        author=np.concatenate([each.author for each in drawn])[order],
        source=source[order],
        tone=np.concatenate([each.tone for each in drawn])[order],
        is_copy=np.concatenate([each.is_copy for each in drawn])[order],
        is_backfill=backfill[order],
        plant=numbers[order],
    )
    return BrandHistory(brand=brand, mentions=mentions, plants=plants)


def _draw_usual(random: np.random.Generator, brand: Brand) -> Drawn:
    """Mentions nobody planted."""
    levels = np.repeat(random.gamma(brand.evenness, 1 / brand.evenness, size=DAYS), 24)
    local_hours = np.arange(HOURS) + (np.arange(HOURS) >= CLOCK_CHANGE)
    local, weekday = local_hours % 24, local_hours // 24 % 7
    shape = DAY_SHAPE[local] / DAY_SHAPE.sum() * np.where(weekday >= 5, brand.weekend, 1.0)
    trend = 1 + (brand.drift - 1) * np.arange(HOURS) / HOURS
    counts = random.poisson(brand.per_day * shape * levels * trend)
    at = np.repeat(np.arange(HOURS), counts) * 3600.0 + random.uniform(0, 3600, size=counts.sum())
    size = at.size
    bad_days = np.repeat(random.beta(brand.negative * 12, (1 - brand.negative) * 12, size=DAYS), 24)
    share = np.repeat(bad_days, counts)
    tone = np.where(random.random(size) < share, -1, np.where(random.random(size) < 0.3, 1, 0))
    author = (random.pareto(1.2, size=size) * brand.authors / 10).astype(int) % brand.authors
    author[random.random(size) < 0.08] = -1
    return Drawn(
        at=at,
        author=author,
        source=random.integers(0, brand.sources, size=size),
        tone=tone,
        is_copy=random.random(size) < 0.04,
    )


def _see(
    random: np.random.Generator,
    at: np.ndarray,
    source: np.ndarray,
    sources: int,
    gaps: tuple[tuple[int, int], ...],
) -> np.ndarray:
    """When each mention is read: most sources hourly, some every three hours, nothing during gaps."""
    pace = np.where(random.random(sources) < 0.8, 1, 3)[source] * 3600.0
    seen: np.ndarray = np.ceil(at / pace) * pace
    for start, end in gaps:
        is_within = (seen >= start * 3600) & (seen < end * 3600)
        seen[is_within] = end * 3600.0
    return seen


def _add_history(
    random: np.random.Generator, at: np.ndarray, source: np.ndarray, seen: np.ndarray, sources: int
) -> tuple[np.ndarray, np.ndarray]:
    """One source is added during the quarter: what it published before comes at once, as history."""
    added = float(random.integers(PAST_DAYS + 5, DAYS - 5)) * 86400
    is_history = (source == int(random.integers(0, sources))) & (at < added) & (at > added - 30 * 86400)
    return is_history, np.where(is_history, added, seen)
