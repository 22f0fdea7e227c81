"""What the archive keeps of items, and how it tells what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.archive import Archive, native_address
from crawlers.archive.states import Arrival, ItemState
from crawlers.items import Author, Engagement, Item
from tests.archived import HOUR, MORNING, item, opened, put

EVERYTHING = item(
    aliases=("guid:blog.acme.example:https://blog.acme.example/?p=4",),
    native_id="4",
    parent_id=None,
    title="Panne « générale »",
    language="fr",
    tags=("panne", "réseau"),
    author=Author(
        name="Zoé", native_id="7", url="https://blog.acme.example/zoe", is_staff=True, is_bot=False
    ),
    published_raw="hier",
    edited=MORNING - timedelta(minutes=5),
    is_accepted=True,
    is_solved=False,
    engagement=Engagement(upvotes=4, downvotes=0, replies=2, shares=1, views=900, rating=4.5),
    links=("https://status.acme.example/",),
)


def test_an_item_comes_out_as_it_went_in(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, EVERYTHING)
        found = archive.item(EVERYTHING.id)

    native = "native:blog.acme.example:4"
    assert found == replace(EVERYTHING, aliases=(*EVERYTHING.aliases, native))


def test_what_was_put_is_still_there_in_the_next_process(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        [landing] = put(archive, item())
    with Archive.open(tmp_path / "archive.db", readonly=True) as archive:
        found = archive.item(landing.id)

    assert landing.state == "new"
    assert found == item()


def test_putting_the_same_twice_changes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, EVERYTHING)
        before = list(archive.states())
        [landing] = put(archive, replace(EVERYTHING, fetched=MORNING + HOUR), now=MORNING + HOUR)

        assert landing.state == "known"
        assert list(archive.states()) == before


def test_an_edit_is_a_new_revision_and_the_old_one_stays(tmp_path: Path) -> None:
    edited = item(title="Panne terminée", fetched=MORNING + HOUR)
    with opened(tmp_path) as archive:
        put(archive, item())
        [landing] = put(archive, edited, now=MORNING + HOUR)
        [first, second] = archive.revisions(landing.id)

        assert landing.state == "changed"
        assert (first.number, first.at, first.item.title) == (1, MORNING, item().title)
        assert (second.number, second.at, second.item.title) == (2, MORNING + HOUR, "Panne terminée")
        assert archive.item(landing.id) == edited


def test_an_edit_taken_back_is_another_revision(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        states = [put(archive, item(title=title))[0].state for title in ("A", "B", "A", "A")]

        assert states == ["new", "changed", "changed", "known"]
        assert archive.item(item().id) == item(title="A")


def test_a_changed_count_is_a_sample_and_no_revision(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, item(engagement=Engagement(upvotes=1)))
        [landing] = put(archive, item(engagement=Engagement(upvotes=5)), now=MORNING + HOUR)
        samples = archive.engagement_samples([landing.id])[landing.id]

        assert landing.state == "sampled"
        assert [(sample.at, sample.engagement.upvotes) for sample in samples] == [
            (MORNING, 1),
            (MORNING + HOUR, 5),
        ]
        assert [state.content for state in archive.states()] == [1]


def test_a_count_that_is_not_shown_any_more_keeps_its_value(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, item(engagement=Engagement(upvotes=3, replies=1)))
        put(archive, item(engagement=Engagement(replies=2)), source="feed", now=MORNING + HOUR)
        found = archive.item(item().id)

    assert found is not None
    assert found.engagement == Engagement(upvotes=3, replies=2)


def test_the_change_counter_grows_with_every_change(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, item("a"), item("b"))
        middle = archive.latest_change()
        put(archive, item("a", title="Autre titre"))
        [state] = archive.states(after=middle)

        assert state == ItemState(id=item("a").id, thread_id=None, content=2, change=archive.latest_change())
        assert [each.id for each in archive.states()] == [item("b").id, item("a").id]


def test_states_are_read_in_pages_without_losing_any(tmp_path: Path) -> None:
    items = [item(f"billet-{number}") for number in range(1201)]
    with opened(tmp_path) as archive:
        put(archive, *items)

        assert len({state.id for state in archive.states()}) == archive.count() == 1201
        assert list(archive.item_ids()) == sorted(each.id for each in items)


def test_a_second_source_is_a_sighting(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, item("autre"), item())
        [landing] = archive.put([Arrival(item=item(), is_backfill=True)], source="presse", now=MORNING + HOUR)
        [first, second] = archive.sightings([landing.id])[landing.id]

        assert landing.state == "sighted"
        assert (first.source, first.first_seen, first.position, first.is_backfill) == (
            "blog",
            MORNING,
            1,
            False,
        )
        assert (second.source, second.first_seen, second.is_backfill) == ("presse", MORNING + HOUR, True)


def test_two_sources_that_render_a_post_differently_do_not_rewrite_it_in_turns(tmp_path: Path) -> None:
    other = item(html="<div>Tout sur panne, en entier.</div>")
    with opened(tmp_path) as archive:
        states = [
            put(archive, each, source=source)[0].state
            for each, source in [(item(), "blog"), (other, "planet"), (item(), "blog"), (other, "planet")]
        ]

        assert states == ["new", "sighted", "known", "known"]
        assert archive.item(item().id) == item()


def test_an_article_page_completes_a_teaser_and_no_teaser_replaces_it(tmp_path: Path) -> None:
    teaser = item(html="<p>Tout sur…</p>", is_teaser=True)
    page = item(title="Panne | Acme", html="<p>Tout, en entier, et plus encore.</p>", tags=("panne",))
    with opened(tmp_path) as archive:
        states = [put(archive, each)[0].state for each in (teaser, page, teaser, page)]
        found = archive.item(page.id)

    assert states == ["new", "changed", "known", "known"]
    assert found == replace(page, title=teaser.title)


def test_a_new_title_in_a_teaser_is_an_edit_that_keeps_the_full_text(tmp_path: Path) -> None:
    teaser = item(html="<p>Tout sur…</p>", is_teaser=True)
    with opened(tmp_path) as archive:
        put(archive, teaser)
        put(archive, item())
        [landing] = put(archive, replace(teaser, title="Panne (résolue)"))
        found = archive.item(landing.id)

    assert landing.state == "changed"
    assert found == item(title="Panne (résolue)")


def test_a_listing_without_texts_erases_none(tmp_path: Path) -> None:
    listed = item(html="", author=None, published=None, engagement=Engagement(replies=9))
    with opened(tmp_path) as archive:
        put(archive, item())
        [landing] = put(archive, listed)
        found = archive.item(landing.id)

    assert landing.state == "sampled"
    assert found == item(engagement=Engagement(replies=9))


def test_another_place_may_not_rewrite_a_text(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, item())
        for html in ("<p>Copie.</p>", "<p>Copie falsifiée.</p>"):
            put(archive, item(html=html, title="Faux"), source="ailleurs")
        found = archive.item(item().id)

    assert found == item()


def test_a_date_that_is_only_our_clock_is_not_an_edit(tmp_path: Path) -> None:
    later = MORNING + HOUR
    with opened(tmp_path) as archive:
        put(archive, item(published=MORNING))
        [again] = put(archive, item(published=later, fetched=later), now=later)
        [dated] = put(archive, item(published=MORNING - 3 * HOUR, fetched=later), now=later)
        found = archive.item(item().id)

    assert (again.state, dated.state) == ("known", "changed")
    assert found is not None
    assert found.published == MORNING - 3 * HOUR


def test_replies_join_their_thread_whichever_comes_first_and_whatever_they_call_it(tmp_path: Path) -> None:
    opening = item("sujet", aliases=("https://blog.acme.example/t/9",))
    opening = replace(opening, thread_id=opening.id)
    former = item("t/9").id
    early = item("r1", kind="reply", thread_id=former, parent_id=former, published=MORNING - HOUR / 2)
    late = item("r2", kind="reply", thread_id=former, parent_id=early.id, published=MORNING - HOUR / 3)
    with opened(tmp_path) as archive:
        put(archive, early)
        put(archive, opening)
        put(archive, late)
        thread = archive.thread(former)

    assert [each.id for each in thread] == [opening.id, early.id, late.id]
    assert {each.thread_id for each in thread} == {opening.id}
    assert [each.parent_id for each in thread] == [None, opening.id, early.id]


def test_a_deleted_item_keeps_its_history_and_may_come_back(tmp_path: Path) -> None:
    gone = MORNING + HOUR
    with opened(tmp_path) as archive:
        put(archive, item(), item("autre"))
        count = archive.mark_deleted([item().id, item().id, "aaaaaaaaaaaaaaaaaaaa"], at=gone)
        marked = archive.item(item().id)
        put(archive, item(fetched=gone + HOUR), source="copie", now=gone + HOUR)
        still_marked = archive.item(item().id)
        [landing] = put(archive, item(fetched=gone + HOUR), now=gone + HOUR)
        back = archive.item(item().id)

    assert count == 1
    assert marked == still_marked == item(deleted=gone)
    assert landing.state == "changed"
    assert back is not None
    assert back.deleted is None


def test_counts_are_due_at_given_ages_and_not_between(tmp_path: Path) -> None:
    post = item(published=MORNING - timedelta(minutes=10), engagement=Engagement(upvotes=1))
    due = {}
    with opened(tmp_path) as archive:
        put(archive, post, item("sans-compte"))
        for minutes in (30, 55, 300, 400):
            at = MORNING + timedelta(minutes=minutes)
            due[minutes] = archive.due_samples("blog", now=at)
            if due[minutes]:
                put(archive, post, now=at)
        samples = archive.engagement_samples([post.id])[post.id]

    assert due == {30: (), 55: (post.id,), 300: (), 400: (post.id,)}
    assert len(samples) == 3


def test_an_unmoved_count_read_when_due_changes_nothing_else(tmp_path: Path) -> None:
    post = item(engagement=Engagement(upvotes=1))
    with opened(tmp_path) as archive:
        put(archive, post)
        before = archive.latest_change()
        [landing] = put(archive, post, now=MORNING + 8 * HOUR)

        assert landing.state == "known"
        assert archive.latest_change() == before
        assert len(archive.engagement_samples([post.id])[post.id]) == 2


@pytest.mark.parametrize(
    "hostile",
    [
        {"title": "moitié \ud83d"},
        {"html": "\x00\x01<p>\ud800</p>"},
        {"author": Author(name="\udfff")},
        {"tags": ("\ud800",), "links": ("https://a.example/\ud800",)},
        {"aliases": ("\ud800",), "native_id": "\ud800"},
        {"engagement": Engagement(views=10**30, upvotes=-(10**30), rating=float("nan"))},
        {"permalink": "pas une adresse", "id": "aaaaaaaaaaaaaaaaaaaa"},
        {"permalink": "http://[", "id": "aaaaaaaaaaaaaaaaaaaa"},
        {"html": "<p>" + "é" * 2_000_000},
        {"published": MORNING.replace(year=1)},
        {"published": MORNING.replace(year=9999)},
        {"title": "'); DROP TABLE items; --"},
    ],
    ids="-".join,
)
def test_hostile_values_are_kept_and_harm_nothing(tmp_path: Path, hostile: dict[str, object]) -> None:
    with opened(tmp_path) as archive:
        first, second = put(archive, item("hostile", **hostile), item())
        [again, _] = put(archive, item("hostile", **hostile), item())

        assert (first.state, second.state, again.state) == ("new", "new", "known")
        assert archive.item(first.id) is not None
        assert archive.integrity() == "ok"


def test_ids_permalinks_aliases_and_native_ids_all_lead_to_the_item(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        put(archive, EVERYTHING)
        known = [
            EVERYTHING.id,
            "http://blog.acme.example/panne/?utm_source=x",
            EVERYTHING.aliases[0],
            native_address(EVERYTHING.permalink, "4"),
        ]

        assert {archive.resolve(each) for each in known} == {EVERYTHING.id}
        assert archive.resolve("https://blog.acme.example/autre") is None
        assert archive.resolve("") is None


def test_items_come_in_the_order_asked_for_without_the_unknown(tmp_path: Path) -> None:
    items = [item(str(number)) for number in range(5)]
    with opened(tmp_path) as archive:
        put(archive, *items)
        asked = [items[3].id, "aaaaaaaaaaaaaaaaaaaa", items[0].id, items[3].id]
        found = [each.id for each in archive.items(asked)]

    assert found == [items[3].id, items[0].id, items[3].id]


def test_the_whole_record_survives_json_and_compression(tmp_path: Path) -> None:
    long = item(html="<p>" + "répété " * 5000 + "</p>")
    with opened(tmp_path) as archive:
        put(archive, long)
        found = archive.item(long.id)
        size = (tmp_path / "archive.db-wal").stat().st_size

    assert found == long
    assert isinstance(found, Item)
    assert size < 200_000
