"""The address guard, pure and through real Scrapy, and what each way of writing an address meets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from twisted.internet.address import IPv4Address

from crawlers.addresses import is_public, literal_address
from crawlers.resolver import GuardedResolver
from tests.conftest import NOW
from tests.crawling import Watch, rss
from tests.web import Web

FRESH = ("/a", "Alpha", "Fri, 20 Nov 2026 05:00:00 GMT")

PRIVATE = """
    0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254 172.16.0.1
    172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9
    224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::7f00:1 ::8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808
    64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 fc00::1 fd12:3456::1 fe80::1
    fe80::1%eth0 fec0::1 ff02::1 5f00::1 not-an-address 127.1 2130706433
"""
PUBLIC = """
    8.8.8.8 1.1.1.1 100.128.0.1 172.32.0.1 192.0.3.1 2606:4700::1111 2a00:1450:4007::200e 2001:4860::8888
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_a_private_or_special_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_an_ordinary_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("127.0.0.1.", "127.0.0.1"),
        ("[::1]", "::1"),
        ("::FFFF:127.0.0.1", "::ffff:7f00:1"),
        ("8.8.8.8", "8.8.8.8"),
    ],
)
def test_every_notation_of_an_address_is_read_as_the_system_reads_it(host: str, address: str) -> None:
    assert literal_address(host) == address


@pytest.mark.parametrize(
    "host", ["example.org", "1and1.com", "", "127.0.0.1.example.org", "0xcafe.example", "1 2"]
)
def test_a_name_is_no_literal_address(host: str) -> None:
    assert literal_address(host) is None


class Answers:
    """A resolver that answers from a table, as Twisted's own does from the system."""

    def __init__(self, table: dict[str, list[str]]) -> None:
        self.table = table
        self.asked: list[str] = []

    def resolveHostName(self, receiver, name, port=0, types=None, semantics="TCP"):  # type: ignore[no-untyped-def] # noqa: N802
        self.asked.append(name)
        receiver.resolutionBegan(self)
        for address in self.table[name]:
            receiver.addressResolved(IPv4Address("TCP", address, port))
        receiver.resolutionComplete()


class Reactor:
    """As much of a reactor as a resolver looks at."""

    def __init__(self, table: dict[str, list[str]]) -> None:
        self.nameResolver = Answers(table)


class Heard:
    """A receiver that remembers."""

    def __init__(self) -> None:
        self.addresses: list[tuple[str, int]] = []
        self.is_complete = False

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802
        pass

    def addressResolved(self, address: IPv4Address) -> None:  # noqa: N802
        self.addresses.append((address.host, address.port))

    def resolutionComplete(self) -> None:  # noqa: N802
        self.is_complete = True


@pytest.fixture(autouse=True)
def _forget_names() -> Iterator[None]:
    from scrapy.resolver import dnscache

    dnscache.clear()
    yield
    dnscache.clear()


def resolve(resolver: GuardedResolver, name: str, port: int = 80) -> list[tuple[str, int]]:
    heard = Heard()
    resolver.resolveHostName(heard, name, port)
    assert heard.is_complete
    return heard.addresses


def make_resolver(table: dict[str, list[str]], **options: object) -> GuardedResolver:
    return GuardedResolver(Reactor(table), 100, **options)  # type: ignore[arg-type]


def test_only_public_addresses_of_a_name_are_told() -> None:
    resolver = make_resolver({"mixed.example": ["10.0.0.1", "8.8.8.8", "127.0.0.1"]})

    assert resolve(resolver, "mixed.example") == [("8.8.8.8", 80)]
    assert resolver.refusal("mixed.example") is None


def test_a_name_that_leads_inside_only_is_refused_with_its_addresses() -> None:
    resolver = make_resolver({"inner.example": ["10.0.0.1", "192.168.0.1"]})

    assert resolve(resolver, "inner.example") == []
    refusal = resolver.refusal("inner.example")
    assert refusal is not None
    assert "10.0.0.1, 192.168.0.1" in str(refusal)


def test_cached_answers_are_filtered_again() -> None:
    resolver = make_resolver({"mixed.example": ["10.0.0.1", "8.8.8.8"]})

    first, second = resolve(resolver, "mixed.example"), resolve(resolver, "mixed.example", port=8080)

    assert (first, second) == ([("8.8.8.8", 80)], [("8.8.8.8", 8080)])
    assert resolver.original_resolver.asked == ["mixed.example"]  # type: ignore[attr-defined]


def test_a_host_may_be_allowed_to_lead_inside_and_no_other_is() -> None:
    table = {"intranet.example": ["10.0.0.1"], "other.example": ["10.0.0.1"]}
    resolver = make_resolver(table, private_hosts=["Intranet.example."])

    assert resolve(resolver, "intranet.example") == [("10.0.0.1", 80)]
    assert resolve(resolver, "other.example") == []


def test_a_host_of_our_own_choosing_is_not_looked_up_and_may_have_its_port() -> None:
    resolver = make_resolver(
        {}, hosts=[("blog.acme.example", "127.0.0.1", 8042), ("six.example", "::1", None)]
    )

    assert resolve(resolver, "BLOG.acme.example") == [("127.0.0.1", 8042)]
    assert resolve(resolver, "six.example", port=443) == [("::1", 443)]


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as running:
        yield running


ODD_HOSTS = (
    "127.0.0.99",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",
    "localhost",
)


def test_scrapy_connects_to_no_private_address_however_it_is_written(web: Web, tmp_path: Path) -> None:
    web.page("/feed", rss(FRESH))
    watch = Watch(folder=tmp_path)
    for number, host in enumerate(ODD_HOSTS, start=20):
        web.redirect(f"/{number}", f"http://{host}:{web.port}/feed", status=302)
        watch.add(f"odd-{number}", web.url(f"/{number}", host=f"127.0.0.{number}"))
    watch.add("direct", web.url("/feed", host="127.0.0.98"), allow_private=False)
    watch.add("named", f"http://localhost:{web.port}/feed", allow_private=False)

    outcomes = watch.read(NOW).outcomes

    assert {outcome.state for outcome in outcomes.values()} == {"failed"}
    assert {id for id, outcome in outcomes.items() if "private network" not in outcome.reason} == set()
    assert web.asked("/feed") == []
    assert len(web.asked("/20")) == 1  # not tried again


def test_a_fictional_name_reaches_the_address_and_port_the_watchlist_gives(web: Web, tmp_path: Path) -> None:
    web.page("/feed", rss(FRESH), host="blog.acme.example")
    watch = Watch(folder=tmp_path, hosts=[("blog.acme.example", "127.0.0.1", web.port)])
    watch.add("blog", "http://blog.acme.example/feed", allow_private=False)

    crawled = watch.read(NOW)

    assert crawled.outcomes["blog"].new == 1
    assert web.requests[-1].headers["host"] == "blog.acme.example"
