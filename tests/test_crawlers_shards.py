"""Sharing sources out: everybody gets about as much, and as few as possible move when the number changes."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.shards import MOST, Shard, choose_shard, parse_shard, share_of, site_of
from watchlists.errors import WatchlistError
from watchlists.model import Source

SITES = st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=30)


def source(id: str, url: str) -> Source:
    return Source(id=id, url=url)


@given(SITES, st.integers(1, 64))
def test_every_site_is_read_by_exactly_one_worker(site: str, of: int) -> None:
    assert 1 <= choose_shard(site, of) <= of


@given(SITES, st.integers(1, 64))
def test_a_worker_more_takes_sites_and_moves_none_between_the_others(site: str, of: int) -> None:
    before, after = choose_shard(site, of), choose_shard(site, of + 1)

    assert after in {before, of + 1}


@given(st.integers(0, 1_000_000), st.sampled_from([2, 3, 4, 8, 16]))
def test_shares_are_balanced(start: int, of: int) -> None:
    counts = Counter(choose_shard(f"site{number}.example", of) for number in range(start, start + 1_600))

    fair = 1_600 / of
    assert all(abs(counts[number] - fair) < 6 * fair**0.5 for number in range(1, of + 1))


@given(st.integers(0, 1_000_000), st.integers(1, 15))
def test_a_worker_more_takes_about_its_fair_share(start: int, of: int) -> None:
    sites = [f"site{number}.example" for number in range(start, start + 1_600)]

    moved = sum(choose_shard(site, of) != choose_shard(site, of + 1) for site in sites)

    fair = len(sites) / (of + 1)
    assert abs(moved - fair) < 6 * fair**0.5


def test_the_choice_is_the_same_on_every_machine_and_in_every_version() -> None:
    chosen = [choose_shard(f"site{number}.example", 4) for number in range(12)]

    assert chosen == [2, 2, 4, 4, 3, 2, 2, 2, 4, 2, 1, 4]


def test_sources_of_one_site_stay_together() -> None:
    feed = source("a", "https://www.example.org/feed.xml")
    forum = source("b", "https://forum.example.org/")

    assert site_of(feed) == site_of(forum) == "example.org"
    for of in range(1, 9):
        shares = [share_of((feed, forum), Shard(number=number, of=of)) for number in range(1, of + 1)]
        assert max(map(len, shares)) == 2


def test_a_source_without_a_usable_address_is_shared_out_by_its_id() -> None:
    assert site_of(source("odd", "mailto:someone")) == "odd"


@pytest.mark.parametrize("text", ["1/1", "2/8", " 8/8 ", f"{MOST}/{MOST}"])
def test_a_share_is_read_as_it_is_written(text: str) -> None:
    assert str(parse_shard(text)) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "0/2", "3/2", "2", "a/b", "1/0", "-1/2", "1/2/3", "1.0/2", f"1/{MOST + 1}", "²/3"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(WatchlistError, match="--shard 2/8"):
        parse_shard(text)
