"""What a spider does around any reader; driven by hand, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import CloseSpider, DownloadTimeoutError
from scrapy.http import HtmlResponse, Response, TextResponse
from twisted.python.failure import Failure

from crawlers.archive import Archive
from crawlers.items import CommunitySample, Item, Outcome
from crawlers.progress import Event, Landed
from crawlers.readers import READERS
from crawlers.spiders.visiting import VisitingSpider
from crawlers.spiders.watch import WatchSpider
from crawlers.urls import item_id
from crawlers.visit import Gone, Terms, Visit, Yield
from tests.conftest import NOW
from watchlists.errors import ArchiveError
from watchlists.messages import load_messages
from watchlists.model import Crawl, Source

SOURCE = Source(id="forum", url="https://forum.example.org/", kind="forum", token_env="FORUM_TOKEN")


def item(path: str, **fields: Any) -> Item:
    """An item of the forum."""
    permalink = f"https://forum.example.org{path}"
    return Item(id=item_id(permalink), kind="post", permalink=permalink, title=path, fetched=NOW, **fields)


class ForumReader:
    """A reader that uses everything a visit offers: listing, threads, size, disappearances, cursor."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def start(self) -> Iterator[Yield]:
        yield self.visit.get(self.visit.state.url, self.parse, is_listing=True)

    def parse(self, response: Response) -> Iterator[Yield]:
        yield CommunitySample(source=self.visit.source.id, at=self.visit.now, members=12)
        for position, path in enumerate(response.body.decode().split()):
            yield self.visit.arrive(item(path), position=position)
            url = f"https://forum.example.org{path}"
            yield self.visit.get(url, self.parse_thread, answers=(304, 404), path=path)
        self.visit.cursor = "page 2"

    def parse_thread(self, response: Response, path: str) -> Iterator[Yield]:
        if response.status == 404:
            yield Gone(ids=(item(path).id,))
            return
        self.visit.page_cursors[response.url] = "post 7"
        yield self.visit.arrive(item(f"{path}#reply", html=response.body.decode()))
        if b"broken" in response.body:
            raise ZeroDivisionError


class Desk:
    """A spider and what it told, with answers given by hand."""

    def __init__(self, archive: Archive) -> None:
        self.events: list[Event] = []
        self.archive = archive
        self.spider = VisitingSpider("desk")
        self.spider.report = self.events.append
        self.spider.terms = Terms(now=NOW, messages=load_messages("en"), memory=archive)

    def begin(self, source: Source = SOURCE) -> list[Request]:
        """Start a visit as the archive remembers it."""
        return self.spider.begin(source, self.archive.fetch_state(source.id))

    def answer(self, request: Request, body: str = "", *, status: int = 200, **headers: str) -> list[Request]:
        """Answer a request."""
        response = TextResponse(
            request.url, status=status, body=body.encode(), headers=headers, request=request
        )
        return self.spider.receive(response, **request.cb_kwargs)

    def fail(self, request: Request, error: Exception) -> list[Request]:
        """Let a request fail."""
        failure = Failure(error)
        failure.request = request  # type: ignore[attr-defined]
        return self.spider.miss(failure)

    @property
    def outcome(self) -> Outcome:
        """The one outcome told."""
        (told,) = [event for event in self.events if isinstance(event, Outcome)]
        return told

    @property
    def is_done(self) -> bool:
        """Whether the visit was concluded."""
        return any(isinstance(event, Outcome) for event in self.events)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """A real archive."""
    with Archive.open(tmp_path / "archive.db") as opened:
        yield opened


@pytest.fixture
def desk(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A spider that knows the forum reader."""
    monkeypatch.setitem(READERS, "forum", "tests.test_crawlers_spiders_visiting:ForumReader")
    return Desk(archive)


def test_a_visit_ends_with_its_last_answer_and_not_before(desk: Desk) -> None:
    (listing,) = desk.begin()
    first, second = desk.answer(listing, "/t/1 /t/2")
    desk.answer(first, "reply")
    was_done = desk.is_done
    desk.answer(second, "reply")

    assert not was_done
    assert (desk.outcome.state, desk.outcome.new, desk.outcome.seen) == ("ok", 4, 4)
    assert desk.archive.count() == 4


def test_items_are_archived_and_announced_before_their_pages_are_asked_for(desk: Desk) -> None:
    (listing,) = desk.begin()
    desk.answer(listing, "/t/1")

    announced = [event.ids for event in desk.events if isinstance(event, Landed)]
    assert announced == [(item("/t/1").id,)]
    assert desk.archive.item(item("/t/1").id) is not None


def test_the_size_of_the_place_and_the_cursor_are_kept(desk: Desk) -> None:
    (listing,) = desk.begin()
    desk.answer(listing, "")

    (sample,) = desk.archive.community_samples("forum", since=NOW, until=NOW + timedelta(seconds=1))
    state = desk.archive.fetch_state("forum")
    assert sample.members == 12
    assert state is not None
    assert state.cursor == "page 2"


def test_a_page_is_remembered_with_its_validators_and_the_reader_s_cursor(desk: Desk) -> None:
    (listing,) = desk.begin()
    (thread,) = desk.answer(listing, "/t/1")
    desk.answer(thread, "reply", ETag='"9"')

    page = desk.archive.page_state(thread.url)
    assert page is not None
    assert (page.etag, page.cursor, page.fetched) == ('"9"', "post 7", NOW)


def test_a_status_the_reader_wants_to_see_is_no_failure(desk: Desk) -> None:
    (listing,) = desk.begin()
    (thread,) = desk.answer(listing, "/t/1")
    desk.answer(thread, status=404)

    gone = desk.archive.item(item("/t/1").id)
    assert gone is not None
    assert gone.deleted == NOW
    assert desk.outcome.state == "ok"


def test_a_page_that_fails_makes_the_visit_partial_only(desk: Desk) -> None:
    (listing,) = desk.begin()
    first, second = desk.answer(listing, "/t/1 /t/2")
    desk.fail(first, DownloadTimeoutError())
    desk.answer(second, status=500)

    assert desk.outcome.state == "partial"
    assert "did not answer in time" in desk.outcome.reason
    assert "HTTP 500" in desk.outcome.reason
    assert desk.archive.page_state(first.url) is None


def test_a_listing_that_fails_is_the_source_s_failure(desk: Desk) -> None:
    (listing,) = desk.begin()
    desk.fail(listing, DownloadTimeoutError())

    state = desk.archive.fetch_state("forum")
    assert desk.outcome.state == "failed"
    assert state is not None
    assert (state.failures, state.last_read) == (1, None)


def test_an_error_of_a_reader_costs_one_page_and_keeps_what_came_before_it(desk: Desk) -> None:
    (listing,) = desk.begin()
    (thread,) = desk.answer(listing, "/t/1")
    desk.answer(thread, "broken")

    assert (desk.outcome.state, desk.outcome.new) == ("partial", 2)
    assert "ZeroDivisionError" in desk.outcome.reason
    assert desk.archive.page_state(thread.url) is None


def test_the_budget_stops_requests_and_says_so(desk: Desk) -> None:
    desk.spider.terms = replace(desk.spider.terms, crawl=Crawl(page_budget=3))
    (listing,) = desk.begin()

    threads = desk.answer(listing, "/t/1 /t/2 /t/3 /t/4")
    for thread in threads:
        desk.answer(thread, "reply")

    assert len(threads) == 2
    assert desk.outcome.state == "partial"
    assert "budget of 3" in desk.outcome.reason


def test_a_listing_read_in_part_without_a_cursor_is_not_answered_by_a_304_next_time(desk: Desk) -> None:
    (listing,) = desk.begin()
    (thread,) = desk.answer(listing, "/t/1", ETag='"1"')
    desk.spider.visits["forum"].cursor = ""
    desk.answer(thread, status=500)

    state = desk.archive.fetch_state("forum")
    assert state is not None
    assert (state.etag, state.validated, state.body_digest) == (None, "", None)


def test_the_same_bytes_are_a_304_to_the_reader(desk: Desk) -> None:
    (listing,) = desk.begin()
    desk.answer(listing, "")
    again = Desk(desk.archive)
    (listing,) = again.begin()

    again.answer(listing, "")

    assert again.outcome.state == "unchanged"


def test_an_interrupted_visit_is_due_again_and_keeps_what_it_read(desk: Desk) -> None:
    (listing,) = desk.begin()
    desk.answer(listing, "/t/1")

    desk.spider.interrupt()

    assert desk.outcome.state == "partial"
    assert desk.archive.fetch_state("forum") is None
    assert desk.archive.count() == 1


def test_answers_after_the_end_are_not_heard(desk: Desk) -> None:
    (listing,) = desk.begin()
    desk.spider.interrupt()

    assert desk.answer(listing, "/t/1") == []
    assert desk.fail(listing, DownloadTimeoutError()) == []
    assert desk.outcome.state == "not_due"


def test_a_kind_without_a_reader_fails_alone(desk: Desk) -> None:
    assert desk.begin(replace(SOURCE, kind="manual")) == []
    assert desk.outcome.state == "failed"
    assert "manual" in desk.outcome.reason


def test_what_scrapy_drops_is_settled_when_nothing_is_left_to_do(desk: Desk) -> None:
    (listing,) = desk.begin()
    desk.answer(listing, "/t/1")

    desk.spider.settle_leftovers()

    assert desk.outcome.state == "partial"
    assert "left out" in desk.outcome.reason


def test_without_the_archive_the_whole_crawl_stops(desk: Desk) -> None:
    (listing,) = desk.begin()
    desk.archive.close()

    with pytest.raises(CloseSpider):
        desk.answer(listing, "/t/1")

    assert isinstance(desk.spider.trouble, ArchiveError)


def test_a_token_comes_from_the_environment_or_a_file_of_it(archive: Archive, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")

    tokens = [
        token_of(archive, {"FORUM_TOKEN": "plain"}),
        token_of(archive, {"FORUM_TOKEN_FILE": str(secret)}),
        token_of(archive, {}),
    ]

    assert tokens == ["plain", "from a file", None]


def token_of(archive: Archive, environ: dict[str, str]) -> str | None:
    """The token a visit sees in an environment."""
    terms = Terms(now=NOW, messages=load_messages("en"), memory=archive, environ=environ)
    return Visit(source=SOURCE, terms=terms, state=None).token  # type: ignore[arg-type]


def test_json_is_posted_as_such() -> None:
    visit = Visit(source=SOURCE, terms=None, state=None)  # type: ignore[arg-type]

    request = visit.get(
        "https://api.example.org/", print, data={"q": "é"}, headers={"Authorization": "Bearer x"}
    )

    assert (request.method, request.body) == ("POST", b'{"q": "\\u00e9"}')
    assert request.headers["Content-Type"] == b"application/json"
    assert request.headers["Authorization"] == b"Bearer x"


def test_the_watch_spider_is_not_for_scrapy_crawl() -> None:
    with pytest.raises(ValueError, match="veilleur crawl"):
        WatchSpider()


def test_the_accounts_a_page_of_an_own_place_names_are_kept_once_a_visit(desk: Desk) -> None:
    page = '<footer><a href="https://x.com/acme">X</a></footer>'
    (listing,) = desk.begin(replace(SOURCE, organisation="acme"))
    (first,) = desk.answer(listing, "/t/1")
    response = HtmlResponse(first.url, body=page.encode(), encoding="utf-8", request=first)
    desk.spider.receive(response, **first.cb_kwargs)

    seen = [(each.organisation, each.network, each.url) for each in desk.archive.accounts()]
    assert seen == [("acme", "X", "https://x.com/acme")]
