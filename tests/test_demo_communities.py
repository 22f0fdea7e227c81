"""Forty days of the demo's communities, read hour by hour: every planted truth is found exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from crawlers.archive import Archive
from crawlers.items import EngagementSample, Item, Outcome
from crawlers.run import CrawlJob, start_crawl
from tests.demo_web import Reading, answer_from
from watchlists.demo.clock import DAYS, Clock, day_start
from watchlists.demo.conversations import Message, Thread
from watchlists.demo.folder import write_demo_watch
from watchlists.demo.place import Place
from watchlists.demo.server import serve
from watchlists.demo.sites import Sites
from watchlists.demo.truth import Deleted, Spam, Truth
from watchlists.demo.world import World
from watchlists.model import Source, SourceKind

pytestmark = pytest.mark.slow
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
START, END = day_start(1) + 30 * MINUTE, day_start(DAYS + 1)
AGES = (HOUR, 6 * HOUR, 24 * HOUR, timedelta(days=3), timedelta(days=7))
KINDS: dict[str, tuple[SourceKind, str | None]] = {
    "pedaline-forum": ("discourse", None),
    "bulle-forum": ("discourse", None),
    "spoke-forum": ("discourse", None),
    "fediroue": ("mastodon", "#velopartage"),
    "pitstop": ("hackernews", None),
}


@cache
def world() -> World:
    return World.load()


@cache
def truth() -> Truth:
    return Truth.load()


@dataclass(frozen=True)
class Found:
    """A community as the archive has it after forty days."""

    place: Place
    items: dict[str, Item]
    """By number, as the place has them."""
    samples: dict[str, tuple[EngagementSample, ...]]
    revisions: dict[str, int]
    busiest: int
    """Most requests of one run."""
    repeated: tuple[str, ...]
    """Posts asked for again in a second run at the same time."""
    members: int

    def item(self, message: Message) -> Item:
        return self.items[number_of(self.place, message)]


def number_of(place: Place, message: Message) -> str:
    """What the place's API calls a message."""
    if place.engine == "mastodon":
        return str((int(message.at.timestamp() * 1000) << 16) + message.number % 65_536)
    return str(message.number)


def native_number(item: Item) -> str:
    return (
        item.native_id or next(alias for alias in item.aliases if alias.startswith("native:")).split(":")[-1]
    )


@pytest.fixture(scope="module", params=list(KINDS))
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """One of the communities, read each hour at half past."""
    return read_place(request.param, tmp_path_factory.mktemp("demo"))


@cache
def read_place(id: str, folder: Path) -> Found:
    place = world().place(id)
    kind, target = KINDS[id]
    source = Source(id=id, kind=kind, url=f"{place.root}/", target=target, language=place.language)
    with Archive.open(folder / f"{id}.db") as archive:
        reading = Reading(source=source, archive=archive, ask=answer_from(Sites(world=world())))
        busiest = 0
        for now in times(id):
            outcome = reading.read(now)
            assert outcome.state in {"ok", "unchanged", "silent"}, outcome
            busiest = max(busiest, len(reading.requests))
        reading.read(now)
        ids = list(archive.item_ids())
        items = list(archive.items(ids))
        return Found(
            place=place,
            items={native_number(item): item for item in items},
            samples=dict(archive.engagement_samples(ids)),
            revisions={each.id: len(archive.revisions(each.id)) for each in items},
            busiest=busiest,
            repeated=tuple(
                path for path in reading.paths if "post" in path or "/t/" in path or "items" in path
            ),
            members=len(archive.community_samples(id, since=START, until=END)),
        )


def times(place: str) -> list[datetime]:
    """Half past every hour, and the moments at which counts are told to the number."""
    hours = [START + number * HOUR for number in range((END - START) // HOUR + 1)]
    told = [at for at, _ in truth().exploding_counts if truth().exploding.startswith(f"{place}/")]
    return sorted([*hours, *told])


def messages(place: Place) -> list[tuple[Thread, Message]]:
    """What could be seen at half past some hour, of the threads that are read."""
    tag = (KINDS[place.id][1] or "").removeprefix("#")
    threads = [t for t in place.threads if not tag or tag in t.tags]
    return [(t, m) for t in threads for m in t.messages if seen_at(m) is not None]


def seen_at(message: Message) -> datetime | None:
    """The first run that could see a message."""
    hours = -(-(message.at - START) // HOUR)
    at = START + max(hours, 0) * HOUR
    return at if at < END and message.exists(at) else None


def takedowns(place: Place) -> list[Spam | Deleted]:
    return [each for each in (*truth().spam, *truth().deleted) if each.ref.partition("/")[0] == place.id]


def test_every_message_is_found_with_text_author_date_and_place(found: Found) -> None:
    for thread, message in messages(found.place):
        item = found.item(message)
        opening = found.item(thread.messages[0])

        assert item.html == message.html_at(END) or item.deleted or message.html == ""
        assert item.author is not None
        assert item.author.name in {message.by, found.place.members_by_handle[message.by].name}
        assert item.published == message.at
        assert item.thread_id == opening.id
        assert (item.parent_id is None) == (message is thread.messages[0])
    assert len(found.items) == len(messages(found.place))


def test_reply_counts_are_those_of_the_place(found: Found) -> None:
    for thread, message in messages(found.place):
        shown = thread.shown(END - HOUR // 2)
        if message is not thread.messages[0] or not shown:
            continue
        direct = sum(other.reply_to == 1 for other in shown)

        expected = direct if found.place.engine == "mastodon" else len(shown) - 1
        assert found.item(message).engagement.replies == expected


def test_staff_and_bots_are_known_by_the_flags_of_the_place(found: Found) -> None:
    for _, message in messages(found.place):
        person, author = found.place.members_by_handle[message.by], found.item(message).author

        assert author is not None
        if found.place.engine == "discourse":
            assert author.is_staff == person.is_staff
            assert author.is_bot is (True if person.is_bot else None)
        if found.place.engine == "mastodon":
            assert author.is_bot == person.is_bot


def test_first_replies_came_when_they_were_planted(found: Found) -> None:
    bots = {person.handle for person in found.place.people if person.is_bot}
    for planted in truth().replies:
        if planted.place != found.place.id:
            continue
        thread = next(t for t in found.place.threads if t.number == planted.thread)
        opening = found.item(thread.messages[0])
        replies = sorted(
            (item for item in found.items.values() if item.thread_id == opening.id and item.id != opening.id),
            key=lambda item: item.published or END,
        )
        others = [r for r in replies if r.author and r.author.name not in {*bots, name(opening)}]

        assert minutes(opening, others[:1]) == planted.first
        assert minutes(opening, [r for r in others if r.author and r.author.is_staff][:1]) == planted.staff


def name(item: Item) -> str:
    return item.author.name if item.author else ""


def minutes(opening: Item, replies: list[Item]) -> int | None:
    """From the opening message to the first of these."""
    if not replies or not replies[0].published or not opening.published:
        return None
    return (replies[0].published - opening.published) // MINUTE


def test_messages_taken_down_are_marked_within_the_hour_and_no_others(found: Found) -> None:
    expected = {}
    for each in takedowns(found.place):
        thread, _, position = each.ref.partition("/")[2].partition("#")
        planted = next(t for t in found.place.threads if str(t.number) == thread)
        message = planted.messages[int(position) - 1]
        if seen_at(message):
            expected[found.item(message).id] = each.deleted
    marked = {item.id: item.deleted for item in found.items.values() if item.deleted}

    assert marked.keys() == expected.keys()
    assert all(timedelta(0) <= (marked[id] or END) - expected[id] <= HOUR for id in marked)


def test_an_edit_keeps_what_was_there_before(found: Found) -> None:
    for thread, message in messages(found.place):
        if message.edited and message.edited > (seen_at(message) or END):
            item = found.item(message)

            assert item.html == message.edited_html
            assert found.revisions[item.id] > 1, (thread.number, message.position)


def test_counts_are_read_again_at_each_age_and_are_right(found: Found) -> None:
    for _, message in messages(found.place):
        item = found.item(message)
        if item.engagement.upvotes is None or item.deleted:
            continue
        for age in AGES:
            due = message.at + age
            if due + HOUR > END:
                continue
            near = [s for s in found.samples[item.id] if due <= s.at <= due + HOUR]
            assert near, (item.permalink, age)
            assert near[0].engagement.upvotes == message.likes_at(near[0].at)


def test_the_exploding_thread_is_followed_to_the_number(tmp_path: Path) -> None:
    id, _, rest = truth().exploding.partition("/")
    found = read_place(id, tmp_path)
    thread = next(t for t in found.place.threads if str(t.number) == rest.partition("#")[0])
    samples = found.samples[found.item(thread.messages[0]).id]

    read = {sample.at: sample.engagement.upvotes for sample in samples}
    assert [(at, read.get(at)) for at, _ in truth().exploding_counts] == list(truth().exploding_counts)


def test_the_size_of_the_place_is_taken_once_a_day(found: Found) -> None:
    assert found.members == (0 if found.place.engine == "hackernews" else DAYS + 1)


def test_a_run_costs_few_requests_and_a_second_one_asks_for_no_post(found: Found) -> None:
    assert found.busiest <= 8
    assert found.repeated == ()


def test_the_real_spider_reads_all_communities_over_http(tmp_path: Path) -> None:
    clock = Clock(END - HOUR)
    with serve(world(), clock) as server:
        path = write_demo_watch(tmp_path, port=server.port, language="en")
        archive = tmp_path / ".veilleur" / "archive.db"
        job = CrawlJob(watchlist=path, archive=archive, now=clock.now, sources=tuple(KINDS))
        process = start_crawl(job)
        outcomes = [event for event in process.events() if isinstance(event, Outcome)]
        process.wait()
        process = start_crawl(replace(job, force=True))
        server.requests.clear()
        again = [event for event in process.events() if isinstance(event, Outcome)]
        process.wait()

    assert {outcome.source: outcome.state for outcome in outcomes} == dict.fromkeys(KINDS, "ok")
    assert {outcome.source: outcome.state for outcome in again} == dict.fromkeys(KINDS, "unchanged")
    assert len(server.requests) == len(KINDS)
    assert {request.status for request in server.requests} == {304}
    with Archive.open(archive, readonly=True) as opened:
        assert opened.count() == sum(
            len(t.shown(clock.now))
            for id in KINDS
            for t in world().place(id).threads
            if KINDS[id][1] is None or "velopartage" in t.tags
        )
