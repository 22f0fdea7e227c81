"""Threads that stand out, and where a rival's community differs from ours by more than chance."""

from __future__ import annotations

import pytest

from pipelines.document import Document
from search.insights.communities import Community
from search.insights.contention import best_of, gather_threads, most_controversial
from search.insights.gaps import find_gaps
from search.insights.measured import BY_ID, Measured, Reading
from tests.morning import watchlist
from tests.test_search_communities import DAY, measured, reply, thread


def joined(id: str, tones: list[str], **values: object) -> list[Document]:
    replies = [reply(f"{id}-{n}", id, author=f"{id} {n}", tone=tone) for n, tone in enumerate(tones)]
    return [thread(id, ago=DAY, **values), *replies]


def test_the_best_thread_is_the_one_most_people_joined() -> None:
    world = [
        *joined("few", ["neutral"] * 3, engagement_vs_norm=9.0),
        *joined("many", ["neutral"] * 5),
        *joined("pair", ["neutral"] * 2),
        reply("same person", "pair", author="pair 1"),
    ]

    best = best_of(gather_threads(world, find={}.get))

    assert [(each.opening.id, each.repliers) for each in best] == [("many", 5), ("few", 3)]


def test_controversy_needs_people_on_both_sides_or_votes() -> None:
    world = [
        *joined("divided", ["negative"] * 4 + ["positive"] * 4),
        *joined("angry", ["negative"] * 9 + ["positive"]),
        *joined("lopsided", ["negative"] * 8 + ["positive"] * 2),
        *joined("voted", [], upvotes=30, downvotes=25),
    ]

    found = most_controversial(gather_threads(world, find={}.get))

    assert [(each.opening.id, each.sides, each.by_votes) for each in found] == [
        ("voted", (30, 25), True),
        ("divided", (4, 4), False),
        ("lopsided", (2, 8), False),
    ]
    assert found[1].heat == pytest.approx(8.0)  # (4 + 4) ** 1
    assert found[2].heat == pytest.approx(10**0.25)


# gaps


def community_with(organisation: str, **readings: Reading) -> Community:
    """A community of which only some figures are known."""
    base = measured([])
    figures = tuple(
        Measured(measure=measure, now=readings.get(id, Reading())) for id, measure in BY_ID.items()
    )
    named = next(each for each in watchlist().organisations if each.id == organisation)
    return Community(
        organisation=named,
        figures=figures,
        staffing=base.staffing,
        growth=(),
        best=(),
        controversial=(),
        period=base.period,
        baseline=base.baseline,
    )


def share(value: float, count: int, reach: float) -> Reading:
    return Reading(value=value, count=count, low=value - reach, high=value + reach)


def test_gaps_are_told_by_how_far_they_pass_chance_and_once_a_family() -> None:
    ours = community_with(
        "nimbo",
        answered_24h=share(0.4, 30, 0.1),
        unanswered_24h=share(0.6, 30, 0.1),
        solved=share(0.3, 40, 0.1),
        staff_share=share(0.5, 50, 0.1),
        reception=share(3.0, 50, 0.5),
        posts=share(10, 10, 1),
    )
    theirs = community_with(
        "acme",
        answered_24h=share(0.9, 30, 0.1),
        unanswered_24h=share(0.2, 30, 0.1),
        solved=share(0.6, 40, 0.1),
        staff_share=share(0.52, 50, 0.1),
        reception=share(1.0, 50, 0.5),
        posts=share(900, 900, 60),
    )

    gaps = find_gaps(ours, [theirs])

    assert [(each.own.measure.id, each.is_ahead) for each in gaps] == [
        ("answered_24h", False),  # 0.5 apart; that fewer threads go without reply says the same
        ("solved", False),
        ("reception", True),  # the share by staff lies within chance, the number of posts is no merit
    ]
    assert gaps[0].distance == pytest.approx(0.5 / (0.1 * 2**0.5))


def test_the_best_rival_is_not_the_luckiest() -> None:
    ours = community_with("nimbo", solved=share(0.2, 50, 0.1))
    lucky = community_with("bolide", solved=share(1.0, 5, 0.45))
    steady = community_with("acme", solved=share(0.9, 200, 0.05))

    (gap,) = find_gaps(ours, [lucky, steady])

    assert gap.rival.organisation.id == "acme"


def test_too_few_cases_make_no_gap() -> None:
    ours = community_with("nimbo", solved=share(0.2, 50, 0.1))
    theirs = community_with("acme", solved=share(0.9, 4, 0.05))

    assert find_gaps(ours, [theirs]) == ()
