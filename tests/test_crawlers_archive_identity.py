"""One thing is one item, however it is met; two things are two, whatever they claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.archive import Archive
from crawlers.items import Engagement, Item
from tests.archived import HOUR, MORNING, item, opened, put

GUID = "guid:blog.acme.example:42"
WEEK = timedelta(days=7)


def test_a_post_met_by_feed_by_page_and_under_a_second_address_is_one_item(tmp_path: Path) -> None:
    feed = item(aliases=(GUID, "https://blog.acme.example/?p=42"))
    page = item(permalink="http://blog.acme.example/panne/?utm_source=rss", html="<p>Texte plus complet.</p>")
    second = item(permalink="https://blog.acme.example/?p=42", title="Panne")
    with opened(tmp_path) as archive:
        landings = [
            put(archive, each, source=source)[0]
            for each, source in [(feed, "feed"), (page, "page"), (second, "planet")]
        ]
        sightings = archive.sightings([feed.id])[feed.id]

        assert {landing.id for landing in landings} == {feed.id}
        assert archive.count() == 1
        assert [sighting.source for sighting in sightings] == ["feed", "page", "planet"]


def test_a_renamed_post_keeps_its_id_and_shows_its_new_address(tmp_path: Path) -> None:
    old = item("brouillon", aliases=(GUID,))
    renamed = item("titre-final", title="Titre final", aliases=(GUID,))
    with opened(tmp_path) as archive:
        put(archive, old)
        [landing] = put(archive, renamed)
        found = archive.item(old.id)

        assert (landing.id, landing.state) == (old.id, "changed")
        assert found is not None
        assert found.permalink == renamed.permalink
        assert set(found.aliases) == {GUID, old.permalink}
        assert archive.resolve(renamed.id) == archive.resolve(old.permalink) == old.id


def test_a_reused_guid_is_a_new_item_and_identifies_nothing_afterwards(tmp_path: Path) -> None:
    old = item("ancien", aliases=(GUID,), published=MORNING - WEEK)
    new = item("nouveau", aliases=(GUID,))
    with opened(tmp_path) as archive:
        put(archive, old, now=MORNING - WEEK)
        [landing] = put(archive, new)

        assert (landing.id, landing.state) == (new.id, "new")
        assert archive.item(old.id) == replace(old, aliases=())
        assert archive.resolve(GUID) is None


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Autre titre"},
        {"published": MORNING + WEEK},
        {"title": "Autre titre", "permalink": "https://blog.acme.example/autre"},
        {"published": MORNING + WEEK, "permalink": "https://blog.acme.example/autre"},
    ],
    ids=["title", "date", "title-and-address", "date-and-address"],
)
def test_less_than_everything_changed_under_a_guid_is_an_edit(
    tmp_path: Path, change: dict[str, object]
) -> None:
    with opened(tmp_path) as archive:
        put(archive, item(aliases=(GUID,)))
        edited = item(aliases=(GUID,), fetched=MORNING + 2 * WEEK, **change)
        [landing] = put(archive, edited, now=MORNING + 2 * WEEK)

        assert (landing.id, landing.state) == (item().id, "changed")
        assert archive.count() == 1


def test_a_guid_that_one_listing_gives_to_several_entries_identifies_none(tmp_path: Path) -> None:
    entries = [item(str(number), aliases=(GUID,), native_id="0") for number in range(5)]
    with opened(tmp_path) as archive:
        first = put(archive, *entries)
        again = put(archive, *entries)

        assert [landing.state for landing in first] == ["new"] * 5
        assert [landing.state for landing in again] == ["known"] * 5
        assert archive.resolve(GUID) is None


def test_a_guid_counts_within_its_host_only(tmp_path: Path) -> None:
    ours, theirs = (
        item(permalink=f"https://{host}/p", title="P", aliases=("42",)) for host in ("a.example", "b.example")
    )
    with opened(tmp_path) as archive:
        put(archive, ours, source="a")
        [landing] = put(archive, theirs, source="b")

        assert landing.state == "new"


def test_a_front_page_named_as_canonical_of_every_article_joins_nothing(tmp_path: Path) -> None:
    articles = [item(str(number), aliases=("https://blog.acme.example/",)) for number in range(3)]
    with opened(tmp_path) as archive:
        states = [put(archive, each)[0].state for each in articles]

    assert states == ["new"] * 3


def test_a_wrong_canonical_address_joins_nothing(tmp_path: Path) -> None:
    wrong = "https://blog.acme.example/actualites"
    articles = [
        item(str(number), aliases=(wrong,), published=MORNING - number * HOUR) for number in range(1, 4)
    ]
    with opened(tmp_path) as archive:
        states = [put(archive, each)[0].state for each in articles]

        assert states == ["new"] * 3
        assert archive.resolve(wrong) is None


def test_a_reply_that_gives_its_threads_address_as_its_own_alias_stays_a_reply(tmp_path: Path) -> None:
    opening = item("sujet")
    reply = item(
        "sujet#p2",
        kind="reply",
        title="",
        parent_id=opening.id,
        thread_id=opening.id,
        aliases=(opening.permalink,),
    )
    with opened(tmp_path) as archive:
        put(archive, opening)
        [landing] = put(archive, reply)

        assert (landing.id, landing.state) == (reply.id, "new")
        assert archive.resolve(opening.permalink) == opening.id


def test_two_items_that_turn_out_to_be_one_are_joined_with_all_they_have(tmp_path: Path) -> None:
    first = item("court", html="<p>Début</p>", is_teaser=True, engagement=Engagement(upvotes=1))
    second = item("long", title=first.title, tags=("panne",), engagement=Engagement(upvotes=3))
    reply = item("r", kind="reply", title="", thread_id=second.id, parent_id=second.id)
    with opened(tmp_path) as archive:
        put(archive, first, source="feed")
        put(archive, second, reply, source="forum", now=MORNING + HOUR)
        before = {state.id: state for state in archive.states()}
        archive.alias(first.id, second.permalink)
        found = archive.item(first.id)
        states = {state.id: state for state in archive.states(after=max(s.change for s in before.values()))}

        assert archive.count() == 2
        assert archive.resolve(second.id) == first.id
        assert archive.item(second.id) == found
        assert found is not None
        assert (found.html, found.tags, found.engagement.upvotes) == (second.html, ("panne",), 3)
        assert [each.source for each in archive.sightings([first.id])[first.id]] == ["feed", "forum"]
        assert [each.engagement.upvotes for each in archive.engagement_samples([first.id])[first.id]] == [
            1,
            3,
        ]
        assert [each.number for each in archive.revisions(first.id)] == [1, 2, 3]
        assert set(states) == {first.id, reply.id}
        assert states[first.id].content > max(before[first.id].content, before[second.id].content)
        assert [each.id for each in archive.thread(second.id)] == [first.id, reply.id]
        assert archive.integrity() == "ok"


def test_an_arrival_that_knows_two_items_by_their_own_addresses_joins_them(tmp_path: Path) -> None:
    a, b = item("a", title="Panne"), item("b", title="Panne")
    both = item("c", title="Panne", aliases=(a.permalink, b.permalink))
    with opened(tmp_path) as archive:
        put(archive, b)
        put(archive, a, now=MORNING + HOUR)
        [landing] = put(archive, both, source="planet", now=MORNING + 2 * HOUR)

        assert (landing.id, landing.state) == (b.id, "changed")
        assert list(archive.item_ids()) == [b.id]


def test_an_alias_of_an_unknown_item_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.alias("aaaaaaaaaaaaaaaaaaaa", "https://blog.acme.example/x")

        assert archive.count() == 0
        assert archive.resolve("https://blog.acme.example/x") is None


SLUGS = ("a", "b", "c", "d")


@st.composite
def readings(draw: st.DrawFn) -> tuple[Item, str]:
    """A reading of one of four posts under one of its addresses, in one of three places."""
    slug = draw(st.sampled_from(SLUGS))
    address = draw(
        st.sampled_from([f"https://blog.acme.example/{slug}", f"https://blog.acme.example/?p={slug}"])
    )
    known = (f"guid:blog.acme.example:{slug}", f"https://blog.acme.example/{slug}")
    aliases = draw(st.lists(st.sampled_from(known), unique=True))
    found = item(
        permalink=address,
        title=f"Billet {slug}",
        aliases=tuple(aliases),
        html=draw(st.sampled_from(["", f"<p>{slug}</p>", f"<p>{slug} corrigé</p>"])),
        is_teaser=draw(st.booleans()),
        engagement=Engagement(upvotes=draw(st.one_of(st.none(), st.integers(0, 3)))),
    )
    return found, draw(st.sampled_from(["blog", "planet", "forum"]))


@settings(max_examples=40, deadline=None)
@given(st.lists(readings(), max_size=12))
def test_whatever_the_order_of_readings_nothing_is_lost_doubled_or_mixed_up(
    history: list[tuple[Item, str]],
) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder)) as archive:
        ids = [
            put(archive, each, source=source, now=MORNING + number * HOUR)[0].id
            for number, (each, source) in enumerate(history)
        ]

        _check(archive, history, ids)


def _check(archive: Archive, history: list[tuple[Item, str]], ids: list[str]) -> None:
    assert archive.integrity() == "ok"
    for (each, source), id in zip(history, ids, strict=True):
        settled = archive.resolve(id)
        assert settled is not None
        assert archive.resolve(each.permalink) == archive.resolve(each.id) == settled
        found = archive.item(settled)
        assert found is not None
        assert found.title == each.title
        assert source in {sighting.source for sighting in archive.sightings([settled])[settled]}
    titles = {each.title for each, _ in history}
    assert len(titles) <= archive.count() <= 2 * len(titles)
    changes = [state.change for state in archive.states()]
    assert len(set(changes)) == len(changes) == archive.count()


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(4)))
def test_items_joined_in_any_order_end_under_the_id_seen_first(order: list[int]) -> None:
    posts = [item(slug, title="Même billet") for slug in SLUGS]
    with TemporaryDirectory() as folder, opened(Path(folder)) as archive:
        for number, post in enumerate(posts):
            put(archive, post, now=MORNING + number * HOUR)
        for index in order:
            archive.alias(posts[index].id, posts[(index + 1) % 4].permalink)

        assert list(archive.item_ids()) == [posts[0].id]
        assert {archive.resolve(post.permalink) for post in posts} == {posts[0].id}
        assert archive.integrity() == "ok"
