"""Forums read by the real spider over loopback: long threads, traps, walls, resumed budgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.archive import Archive
from crawlers.items import Item
from tests.conftest import NOW
from tests.crawling import Watch
from tests.golden import DATA
from tests.web import Answer, Asked, Web

pytestmark = pytest.mark.slow

TOPICS, PER_LIST, PER_THREAD = 12, 5, 5


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as web:
        yield web


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(folder=tmp_path, crawl={"delay": 0.01, "history_days": 400})


def page(body: str) -> Answer:
    html = f'<html lang="en"><head><title>Forum</title></head><body id="phpbb">{body}</body></html>'
    return Answer(body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def asked_for(asked: Asked, name: str) -> int:
    return int(parse_qs(urlsplit(asked.path).query).get(name, ["0"])[0])


def hours_ago(hours: int) -> str:
    return (NOW - timedelta(hours=hours)).isoformat()


class Trap:
    """A small forum with all that leads crawlers astray: sessions, facets, a calendar, endless pages."""

    def __init__(self, web: Web, *, replies: int = 7) -> None:
        self.posts = replies + 1
        self.session = 0
        web.answer("/index.php", self.index)
        web.answer("/viewforum.php", self.board)
        web.answer("/viewtopic.php", self.topic)
        web.answer("/calendar.php", self.calendar)

    def sid(self) -> str:
        self.session += 1
        return f"&amp;sid={self.session:032x}"

    def links(self) -> str:
        sorts = "".join(
            f'<a href="./viewforum.php?f=1&amp;sk={key}&amp;sd={way}{self.sid()}"'
            f' class="forumtitle">Board</a>'
            for key in "ast"
            for way in "ad"
        )
        return f'{sorts}<a href="./calendar.php?month=1{self.sid()}" class="next">next month</a>'

    def index(self, _: Asked) -> Answer:
        return page(self.links())

    def calendar(self, asked: Asked) -> Answer:
        return page(f'<a rel="next" href="./calendar.php?month={asked_for(asked, "month") + 1}">Next</a>')

    def board(self, asked: Asked) -> Answer:
        start = asked_for(asked, "start")
        numbers = range(start, min(start + PER_LIST, TOPICS)) or range(TOPICS - PER_LIST, TOPICS)
        rows = "".join(
            f'<li class="row"><a href="./viewtopic.php?f=1&amp;t={number + 1}{self.sid()}"'
            f' class="topictitle">Topic {number}</a><dl>'
            f'<dd class="posts">{self.posts - 1} Replies</dd><dd class="views">9 Views</dd>'
            f'<dd class="lastpost"><time datetime="{hours_ago(number)}"></time></dd></dl></li>'
            for number in numbers
        )
        # The list never ends: past the last page it shows the last one again.
        more = f'<a rel="next" href="./viewforum.php?f=1{self.sid()}&amp;start={start + PER_LIST}">Next</a>'
        return page(f"{self.links()}<ul>{rows}</ul>{more}")

    def topic(self, asked: Asked) -> Answer:
        topic, start = asked_for(asked, "t"), asked_for(asked, "start")
        shown = range(start, min(start + PER_THREAD, self.posts))
        posts = "".join(
            f'<div id="p{topic * 100_000 + rank}" class="post"><p class="author"><strong>Ana</strong> '
            f'<time datetime="{(NOW - timedelta(days=2, minutes=-rank)).isoformat()}"></time></p>'
            f'<div class="content">Post {rank}</div></div>'
            for rank in shown
        )
        link = f"./viewtopic.php?f=1&amp;t={topic}{self.sid()}&amp;start={start + PER_THREAD}"
        more = f'<a rel="next" href="{link}">Next</a>' if start + PER_THREAD < self.posts else ""
        return page(f'<h2 class="topic-title">Topic {topic}</h2>{posts}{more}')


def items(watch: Watch) -> list[Item]:
    with Archive.open(watch.archive, readonly=True) as archive:
        return list(archive.items(archive.item_ids()))


def test_sessions_facets_calendars_and_endless_lists_end_with_every_thread_read(
    web: Web, watch: Watch
) -> None:
    trap = Trap(web)
    watch.add("forum", web.url("/index.php"), kind="forum")

    outcome = watch.read(NOW).outcomes["forum"]

    assert (outcome.state, outcome.new) == ("ok", TOPICS * trap.posts)
    assert not web.asked("/calendar.php")
    # Two pages a thread, some of the list, the index and robots.txt.
    assert outcome.requests <= TOPICS * 2 + 8


def test_a_budget_is_kept_and_the_next_runs_go_on_until_all_is_read_once(web: Web, watch: Watch) -> None:
    trap = Trap(web)
    watch.add("forum", web.url("/index.php"), kind="forum", page_budget=12)

    states = [watch.read(NOW + timedelta(hours=run), force=True).outcomes["forum"].state for run in range(5)]

    assert states[0] == "partial"
    assert len(items(watch)) == TOPICS * trap.posts
    threads = [each.path for each in web.requests if "viewtopic" in each.path and "start=" not in each.path]
    assert len(threads) == TOPICS


def test_a_long_thread_is_read_to_its_end_and_then_only_on_from_its_last_page(web: Web, watch: Watch) -> None:
    trap = Trap(web, replies=99)
    watch.add("forum", web.url("/viewforum.php?f=1"), kind="forum", page_budget=2000, target="none")
    first = watch.read(NOW).outcomes["forum"]
    web.forget()
    trap.posts += 1
    second = watch.read(NOW + timedelta(hours=1), force=True).outcomes["forum"]

    assert (first.new, second.new) == (TOPICS * 100, TOPICS)
    assert len([each for each in web.requests if "viewtopic" in each.path]) <= 2 * TOPICS


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(status=403), "walled"),
        (Answer(status=500), "failed"),
        (Answer(body=b"<html><form><input type='password'></form></html>"), "failed"),
        (Answer(body=b"<html>Nothing to see</html>"), "failed"),
    ],
    ids=["403", "500", "log-in", "no forum"],
)
def test_walls_and_failures_are_told(web: Web, watch: Watch, answer: Answer, state: str) -> None:
    web.answer("/", lambda _: answer)
    watch.add("forum", web.url("/"), kind="forum")

    outcome = watch.read(NOW).outcomes["forum"]

    assert (outcome.state in {state, "walled"}, bool(outcome.reason)) == (True, True)


def serve(web: Web, name: str) -> Callable[[Asked], Answer]:
    body = (DATA / name).read_bytes()
    for host in (b"https://cafe.example", b"https://rides.example/forum"):
        body = body.replace(host, web.url("").encode())
    return lambda asked: Answer(
        body=body
        if "offset" not in asked.path and "page=" not in asked.path
        else b'{"data": [], "topics": []}'
    )


def test_flarum_is_read_by_its_api(web: Web, watch: Watch) -> None:
    web.answer("/api/discussions", serve(web, "flarum/discussions.json"))
    web.answer("/api/posts", serve(web, "flarum/posts.json"))
    watch.add("cafe", web.url("/"), kind="flarum")

    outcome = watch.read(NOW).outcomes["cafe"]

    opening, reply = sorted(items(watch), key=lambda item: item.published or NOW)
    assert (outcome.state, outcome.new) == ("ok", 2)
    assert (opening.title, opening.engagement.replies, opening.engagement.views) == ("Which lock?", 1, 44)
    assert (reply.parent_id, reply.is_accepted) == (opening.id, True)


def test_nodebb_is_read_by_its_api(web: Web, watch: Watch) -> None:
    topic = (DATA / "nodebb/topic.json").read_bytes().replace(b'"active": true', b'"active": false')
    web.answer("/api/recent", serve(web, "nodebb/recent.json"))
    web.page("/api/topic/9", topic)
    watch.add("rides", web.url("/"), kind="nodebb")

    outcome = watch.read(NOW).outcomes["rides"]
    again = watch.read(NOW + timedelta(minutes=1), force=True).outcomes["rides"]

    opening, reply = sorted(items(watch), key=lambda item: item.published or NOW)
    assert (outcome.state, outcome.new, again.new) == ("ok", 2, 0)
    assert (opening.engagement.replies, opening.engagement.upvotes, reply.engagement.downvotes) == (1, 2, 1)
    assert len(web.asked("/api/topic/9")) == 1
