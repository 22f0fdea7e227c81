"""The safe defaults, and what a watch may change of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.misc import load_object
from scrapy.utils.test import get_crawler

from crawlers.middlewares.conditional import ConditionalMiddleware
from crawlers.middlewares.deadline import DeadlineMiddleware
from crawlers.middlewares.proxy import ProxyMiddleware
from crawlers.outcomes import DeadlinePassed
from crawlers.overrides import make_overrides, name_agent
from crawlers.reactor import make_settings
from crawlers.readers import READERS, load_reader
from crawlers.throttle import PoliteThrottle
from watchlists.errors import WatchlistError
from watchlists.model import Crawl, HostAddress, Source, Watchlist

WATCHLIST = Watchlist(
    name="Test",
    contact="mailto:watch@example.org",
    crawl=Crawl(
        delay=2.5,
        source_deadline=timedelta(minutes=1),
        hosts=(HostAddress(host="a.example", address="10.0.0.1"),),
    ),
    sources=(
        Source(id="one", url="https://Slow.example.org/feed", delay=5.0),
        Source(id="two", url="https://slow.example.org/other", delay=3.0),
        Source(id="three", url="https://intra.example.org/feed", allow_private=True),
    ),
)


@pytest.fixture
def settings() -> Settings:
    """The settings of a crawl of that watch."""
    return make_settings(WATCHLIST)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
        ("HTTPPROXY_ENABLED", False),
        ("TELNETCONSOLE_ENABLED", False),
        ("REMOTE_CONTROL_ENABLED", False),
        ("COOKIES_ENABLED", False),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", 1),
        ("CONCURRENT_REQUESTS", 256),
        ("AUTOTHROTTLE_ENABLED", True),
        ("DOWNLOAD_MAXSIZE", 5 * 1024 * 1024),
        ("DOWNLOAD_DELAY_JITTER", 0.0),
        ("REFERRER_POLICY", "same-origin"),
        ("DEPTH_LIMIT", 500),
    ],
)
def test_the_safe_defaults_hold(settings: Settings, name: str, value: object) -> None:
    assert settings[name] == value


def test_only_http_and_https_can_be_downloaded(settings: Settings) -> None:
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")

    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}


def test_every_component_named_exists(settings: Settings) -> None:
    named = [
        path
        for table in ("DOWNLOADER_MIDDLEWARES", "EXTENSIONS")
        for path, on in settings[table].items()
        if on is not None
    ]

    assert all(load_object(path) for path in [*named, settings["TWISTED_DNS_RESOLVER"]])


def test_scrapy_finds_our_spiders(settings: Settings) -> None:
    assert {"feed", "watch"} <= set(SpiderLoader.from_settings(settings).list())


def test_every_reader_of_the_table_can_be_loaded() -> None:
    assert all(load_reader(kind).start for kind in READERS)


def test_a_kind_without_a_reader_is_refused_with_those_there_are() -> None:
    with pytest.raises(WatchlistError, match="feed"):
        load_reader("telepathy")


def test_a_watch_sets_pace_contact_hosts_and_deadline(settings: Settings) -> None:
    assert settings.getfloat("DOWNLOAD_DELAY") == 2.5
    assert settings["USER_AGENT"] == "Veilleur/0.1.0 (+mailto:watch@example.org)"
    assert settings["VEILLEUR_HOSTS"] == [("a.example", "10.0.0.1", None)]
    assert settings.getfloat("VEILLEUR_SOURCE_DEADLINE") == 60


def test_the_longest_delay_of_a_host_wins(settings: Settings) -> None:
    assert settings["DOWNLOAD_SLOTS"] == {"slow.example.org": {"delay": 5.0}}


def test_private_addresses_are_allowed_host_by_host(settings: Settings) -> None:
    assert settings["VEILLEUR_ALLOW_PRIVATE"] == ["intra.example.org"]


def test_the_host_of_the_proxy_may_be_private() -> None:
    watchlist = Watchlist(name="Test", crawl=Crawl(proxy="http://localhost:3128"))

    assert make_overrides(watchlist)["VEILLEUR_ALLOW_PRIVATE"] == ["localhost"]


def test_a_contact_cannot_break_out_of_the_user_agent() -> None:
    assert name_agent("me\r\nX-Evil: 1 (é)") == "Veilleur/0.1.0 (+meX-Evil: 1)"


def test_without_a_named_proxy_no_proxy_middleware_exists() -> None:
    with pytest.raises(NotConfigured):
        ProxyMiddleware.from_crawler(get_crawler(settings_dict={"VEILLEUR_PROXY": ""}))


def test_a_proxy_s_password_goes_into_its_header_not_into_its_address() -> None:
    request = Request("https://example.org/")

    ProxyMiddleware("http://me:p%40ss@proxy.example:8080").process_request(request)

    assert request.meta["proxy"] == "http://proxy.example:8080"
    assert request.headers["Proxy-Authorization"] == b"Basic bWU6cEBzcw=="


def deadline(clock: Callable[[], float], visit: Any) -> DeadlineMiddleware:
    """A deadline of 100 seconds over one visit."""
    crawler: Any = SimpleNamespace(spider=SimpleNamespace(visit_of=lambda _: visit))
    return DeadlineMiddleware(crawler, seconds=100, timeout=30, clock=clock)


def test_a_source_s_time_runs_from_its_first_answer_over_redirects_and_retries() -> None:
    times = iter([1000.0, 1050.0, 1090.0, 1101.0])
    visit = SimpleNamespace(started=None)
    middleware = deadline(lambda: next(times), visit)
    requests = [Request(f"https://example.org/{number}") for number in range(4)]

    middleware.process_request(requests[0])
    middleware.process_response(requests[0], Response("https://example.org/0", status=301))
    middleware.process_request(requests[1])
    middleware.process_request(requests[2])

    assert [request.meta.get("download_timeout") for request in requests[:3]] == [None, 30, 10]
    with pytest.raises(DeadlinePassed):
        middleware.process_request(requests[3])


def test_requests_of_other_spiders_are_left_alone() -> None:
    request = Request("https://example.org/", headers={"If-None-Match": "theirs"})
    crawler: Any = SimpleNamespace(spider=object())

    ConditionalMiddleware(crawler).process_request(request)
    DeadlineMiddleware(crawler, seconds=1, timeout=1, clock=float).process_request(request)

    assert request.headers["If-None-Match"] == b"theirs"
    assert request.meta == {}


def throttle(slots: dict[str, Any]) -> PoliteThrottle:
    """A throttle over a stand-in downloader with these slots."""
    crawler = get_crawler(settings_dict={"AUTOTHROTTLE_ENABLED": True, "DOWNLOAD_DELAY": 1.0})
    downloader = SimpleNamespace(slots=slots, per_slot_settings={"own.example": {"delay": 0.2}})
    crawler.engine = SimpleNamespace(downloader=downloader)  # type: ignore[assignment]
    extension = PoliteThrottle.from_crawler(crawler)
    extension.maxdelay = 60.0
    return extension


@pytest.mark.parametrize(
    ("host", "before", "latency", "after"),
    [
        ("fast.example", 3.0, 0.0, 1.5),
        ("fast.example", 1.0, 0.0, 1.0),
        ("own.example", 0.2, 0.0, 0.2),
        ("slow.example", 7.0, 0.0, 7.0),
    ],
    ids=["comes down", "to the default", "or to a source's own", "never below a promise"],
)
def test_the_pace_follows_the_host_down_to_its_floor(
    host: str, before: float, latency: float, after: float
) -> None:
    slot = SimpleNamespace(delay=before)
    extension = throttle({host: slot})
    extension.slow_down("slow.example", 7.0)
    request = Request(f"https://{host}/", meta={"download_slot": host, "download_latency": latency})

    extension._response_downloaded(Response(request.url), request, None)  # type: ignore[arg-type]

    assert slot.delay == after


def test_a_promise_is_never_taken_back() -> None:
    extension = throttle({})

    extension.slow_down("a.example", 5.0)
    extension.slow_down("a.example", 2.0)
    extension.slow_down("b.example", 0.1)

    assert (extension.floor("a.example"), extension.floor("b.example")) == (5.0, 1.0)
