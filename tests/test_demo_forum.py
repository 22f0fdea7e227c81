"""The demo's HTML forum, read over its forty days: everything planted in it is found, at its time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawlers.archive import Archive
from crawlers.items import Item, Outcome
from crawlers.run import CrawlJob, start_crawl
from tests.crawling import listen
from watchlists.demo.clock import Clock, moment
from watchlists.demo.conversations import Message, Thread
from watchlists.demo.folder import write_demo_watch
from watchlists.demo.place import Place
from watchlists.demo.server import DemoServer, serve
from watchlists.demo.truth import Truth
from watchlists.demo.world import World

pytestmark = pytest.mark.slow

FORUM = "http://www.leratelier.example"
SOURCE = "ratelier"
BEGINNING, END = moment("2026-10-20T07:00"), moment("2026-11-20T23:00")


class Days:
    """The demo's days, stepped through with one source."""

    def __init__(self, folder: Path, server: DemoServer, clock: Clock) -> None:
        self.folder, self.server, self.clock = folder, server, clock
        self.watchlist = write_demo_watch(folder, port=server.port, language="fr")
        self.path = folder / "archive.db"

    def read(self, now: datetime) -> Outcome:
        """One crawl at that time."""
        self.clock.now = now
        self.server.requests.clear()
        job = CrawlJob(watchlist=self.watchlist, archive=self.path, now=now, sources=(SOURCE,), force=True)
        process = start_crawl(job)
        events, error = listen(process)
        assert (process.wait(), error) == (0, None)
        return next(event for event in events if isinstance(event, Outcome))

    def asked(self) -> list[str]:
        """The pages asked for since."""
        return [each.target for each in self.server.requests if each.target != "/robots.txt"]

    def archive(self) -> Archive:
        """What was kept."""
        return Archive.open(self.path, readonly=True)


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    clock = Clock(BEGINNING)
    with serve(World.load(), clock) as server:
        yield Days(tmp_path, server, clock)


def forum() -> Place:
    return next(place for place in World.load().places if place.id == SOURCE)


def messages(now: datetime) -> Iterator[tuple[Thread, Message]]:
    """What the forum shows at a time."""
    return ((t, m) for t in forum().threads for m in t.messages if m.exists(now))


def address(message: Message) -> str:
    return f"{FORUM}/viewtopic.php?p={message.number}#p{message.number}"


def find(archive: Archive, message: Message) -> Item:
    found = archive.resolve(address(message))
    item = archive.item(found) if found else None
    assert item is not None, address(message)
    return item


def test_every_message_is_read_with_its_author_date_text_and_place_in_its_thread(days: Days) -> None:
    outcome = days.read(END)

    people = forum().members_by_handle
    with closing(days.archive()) as archive:
        assert (outcome.state, archive.count()) == ("ok", len(list(messages(END))))
        for thread, message in messages(END):
            item = find(archive, message)
            person = people[message.by]
            opening = archive.item(item.thread_id or "")
            assert item.author is not None
            assert (item.author.name, bool(item.author.is_staff)) == (person.name, person.is_staff)
            assert item.published == message.at
            assert message.html_at(END) in item.html
            assert opening is not None
            assert opening.title == " ".join(thread.title.split())
            assert (item.kind == "post") == (item.parent_id is None) == (item.id == item.thread_id)


def test_replies_views_and_members_are_those_the_forum_shows(days: Days) -> None:
    days.read(END)

    with closing(days.archive()) as archive:
        for thread in forum().threads:
            shown = [m for m in thread.messages if m.exists(END)]
            if not shown:
                continue
            counts = find(archive, shown[0]).engagement
            views = thread.views.at(END) if thread.views else 0
            assert (counts.replies, counts.views) == (len(shown) - 1, views)
        samples = archive.community_samples(SOURCE, since=BEGINNING, until=END + timedelta(days=1))
    growth = forum().members
    assert growth is not None
    assert [sample.members for sample in samples] == [growth.at(END)]


def test_a_second_look_at_an_unchanged_forum_asks_for_lists_only(days: Days) -> None:
    days.read(END)
    outcome = days.read(END + timedelta(minutes=5))

    assert (outcome.state, outcome.new, outcome.changed) in {("ok", 0, 0), ("unchanged", 0, 0)}
    assert not [page for page in days.asked() if "viewtopic" in page]


def test_new_messages_cost_their_threads_and_no_others(days: Days) -> None:
    before, after = moment("2026-11-19T12:00"), moment("2026-11-19T20:00")
    days.read(before)
    days.read(after)

    changed = {
        thread.number
        for thread, message in messages(after)
        if message.at > before or (message.edited and before < message.edited <= after)
    }
    asked = {int(page.partition("t=")[2].partition("&")[0]) for page in days.asked() if "viewtopic" in page}
    assert changed
    assert changed <= asked
    # One more may be asked for: a thread a day old, for edits its board does not show.
    assert len(asked) <= len(changed) + 2


def test_a_thread_that_is_taken_down_is_marked_and_kept(days: Days) -> None:
    spam = next(each for each in Truth.load().spam if each.ref.startswith(f"{SOURCE}/"))
    number = int(spam.ref.partition("/")[2].partition("#")[0])
    message = next(thread for thread in forum().threads if thread.number == number).messages[0]
    days.read(spam.at + timedelta(hours=1))
    days.read(spam.deleted + timedelta(minutes=30))

    with closing(days.archive()) as archive:
        item = find(archive, message)
        others = [each for each in archive.items(archive.item_ids()) if each.id != item.id]
    assert item.deleted == spam.deleted + timedelta(minutes=30)
    assert spam.domain in item.html
    assert not [each for each in others if each.deleted]


def test_counts_are_sampled_at_an_hour_six_a_day_three_days_and_a_week(days: Days) -> None:
    start = moment("2026-11-10T07:00")
    days.read(start - timedelta(hours=1))
    fresh = min((m for t in forum().threads for m in t.messages[:1] if m.at > start), key=lambda m: m.at)
    first = fresh.at + timedelta(minutes=10)
    ages = (timedelta(), *(timedelta(hours=hours) for hours in (1.2, 6.2, 24.2, 72.2, 168.2)))
    for age in ages:
        days.read(first + age)

    with closing(days.archive()) as archive:
        item = find(archive, fresh)
        samples = archive.engagement_samples([item.id])[item.id]
    times = {sample.at for sample in samples}
    assert {first + age for age in ages} <= times


def test_the_feed_of_the_forum_gives_the_same_items(days: Days) -> None:
    text = days.watchlist.read_text(encoding="utf-8")
    feed = f'\n[[source]]\nid = "posts"\nurl = "{FORUM}/feed.php"\n'
    days.watchlist.write_text(text + feed, encoding="utf-8")
    days.read(END)
    with closing(days.archive()) as archive:
        before = archive.count()
    job = CrawlJob(watchlist=days.watchlist, archive=days.path, now=END, sources=("posts",), force=True)
    process = start_crawl(job)
    listen(process)
    process.wait()

    with closing(days.archive()) as archive:
        seen = archive.sightings(archive.item_ids())
        assert archive.count() == before
    assert sum(len(each) == 2 for each in seen.values()) == 20


def test_first_replies_are_where_they_were_planted(days: Days) -> None:
    days.read(END)

    with closing(days.archive()) as archive:
        for thread in forum().threads:
            shown = [m for m in thread.messages if m.exists(END)]
            if len(shown) < 2:
                continue
            items = archive.thread(find(archive, shown[0]).id)
            assert [item.published for item in items] == [m.at for m in shown]
