"""Engagement against what is usual in a place at equal age."""

from __future__ import annotations

from datetime import timedelta

from crawlers.items import Engagement
from pipelines.norms import MIN_PEERS, WINDOW, Peer, engagement_vs_norm, total_engagement
from tests.conftest import NOW

HOUR = timedelta(hours=1)


def peer(id: str, days_ago: float, *samples: tuple[float, int]) -> Peer:
    return Peer(
        id=id,
        published=NOW - timedelta(days=days_ago),
        samples=tuple((timedelta(hours=hours), count) for hours, count in samples),
    )


def test_a_post_is_compared_with_earlier_posts_at_its_own_age() -> None:
    place = [peer(f"p{day}", day, (1, 2), (6, 9), (24, 50)) for day in range(10, 1, -1)]

    assert engagement_vs_norm(peer("new", 1, (1, 1), (6, 29)), place) == 3.0


def test_too_few_peers_make_no_norm() -> None:
    place = [peer(f"p{day}", day, (6, 9)) for day in range(MIN_PEERS, 1, -1)]

    assert engagement_vs_norm(peer("new", 1, (6, 29)), place) is None


def test_peers_are_within_the_window_and_earlier() -> None:
    old = [peer(f"o{day}", WINDOW.days + 1 + day, (6, 9)) for day in range(9, 0, -1)]
    later = [peer(f"l{hour}", 0.5 - hour / 100, (6, 9)) for hour in range(9)]

    assert engagement_vs_norm(peer("new", 1, (6, 29)), [*old, *later]) is None


def test_a_peer_first_counted_when_old_says_nothing_of_its_youth() -> None:
    place = [peer(f"p{day}", day, (500, 90)) for day in range(30, 20, -1)]

    assert engagement_vs_norm(peer("new", 1, (6, 29)), place) is None


def test_where_nothing_is_usual_one_reaction_is_not_infinitely_much() -> None:
    place = [peer(f"p{day}", day, (6, 0)) for day in range(10, 1, -1)]

    assert engagement_vs_norm(peer("new", 1, (6, 1)), place) == 2.0


def test_counts_that_are_not_shown_are_not_zero() -> None:
    assert total_engagement(Engagement(views=12)) is None
    assert total_engagement(Engagement(upvotes=2, replies=3, views=12)) == 5
