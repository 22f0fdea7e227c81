"""The address guard: names are resolved to public addresses only, at the moment of connecting.

Scrapy connects to what this resolver hands out, so no answer of the DNS, redirect or odd notation
of an address leads into a private network. Two settings open it, host by host:

- VEILLEUR_ALLOW_PRIVATE: hosts whose private addresses are allowed;
- VEILLEUR_HOSTS: (host, address, port or None), as lines of /etc/hosts; allowed even if private.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingHostnameResolver, HostResolution
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.base import ReactorBase

from crawlers.addresses import is_public, literal_address
from watchlists.errors import AddressRefused

HostLine = tuple[str, str, int | None]
MOST_REFUSALS = 10_000

Address = IPv4Address | IPv6Address


class Receiver(Protocol):
    """Twisted's IResolutionReceiver: is told the addresses of a host one by one."""

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802  (Twisted's names)
        """A look-up began."""

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        """An address was found."""

    def resolutionComplete(self) -> None:  # noqa: N802
        """No more will be found."""


class PrivateAddress(AddressRefused):
    """A host that leads to addresses a crawler must not connect to."""

    def __init__(self, host: str, addresses: Iterable[str]) -> None:
        super().__init__(
            "The address of {host} is refused: {addresses}.",
            why="It leads into a private network, not to the public internet.",
            remedy="If it is yours, set `allow_private = true` on the source.",
            host=host,
            addresses=", ".join(addresses),
        )


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's caching resolver, whose answers are filtered each time, cached ones included."""

    def __init__(
        self,
        reactor: ReactorBase,
        cache_size: int,
        private_hosts: Iterable[str] = (),
        hosts: Iterable[HostLine] = (),
    ) -> None:
        super().__init__(reactor, cache_size)
        self._private_hosts = frozenset(map(_normal, private_hosts))
        self._hosts = {_normal(host): (address, port) for host, address, port in hosts}
        self._refused: dict[str, tuple[str, ...]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Made by Scrapy, from its settings and ours."""
        settings = crawler.settings
        cache_size = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        private_hosts = settings.getlist("VEILLEUR_ALLOW_PRIVATE")
        return cls(reactor, cache_size, private_hosts, settings.getlist("VEILLEUR_HOSTS"))

    def refusal(self, host: str) -> PrivateAddress | None:
        """The error for a host none of whose addresses was allowed, when it was last resolved."""
        addresses = self._refused.get(_normal(host))
        return PrivateAddress(host, addresses) if addresses else None

    def resolveHostName(  # noqa: N802  (Twisted's interface)
        self,
        resolutionReceiver: Receiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[Any]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Tell the receiver the allowed addresses of a host."""
        name = _normal(hostName)
        if name in self._hosts:
            return _tell(resolutionReceiver, hostName, _own_address(*self._hosts[name], portNumber))
        is_open = name in self._private_hosts
        receiver: Any = resolutionReceiver if is_open else _Filter(resolutionReceiver, name, self._note)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)

    def _note(self, host: str, refused: tuple[str, ...]) -> None:
        if len(self._refused) >= MOST_REFUSALS:
            self._refused.clear()
        self._refused[host] = refused


class _Filter:
    """Passes on the public addresses of a host; says which were kept back when none was public."""

    def __init__(self, receiver: Receiver, host: str, note: Callable[[str, tuple[str, ...]], None]) -> None:
        self._receiver = receiver
        self._host = host
        self._note = note
        self._kept_back: list[str] = []
        self._has_public = False

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802  (Twisted's name)
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802  (Twisted's name)
        host = str(getattr(address, "host", ""))
        if is_public(host):
            self._has_public = True
            self._receiver.addressResolved(address)
        else:
            self._kept_back.append(host)

    def resolutionComplete(self) -> None:  # noqa: N802  (Twisted's name)
        self._note(self._host, () if self._has_public else tuple(dict.fromkeys(self._kept_back)))
        self._receiver.resolutionComplete()


def _tell(receiver: Receiver, host: str, address: Address) -> HostResolution:
    resolution = HostResolution(host)
    receiver.resolutionBegan(resolution)
    receiver.addressResolved(address)
    receiver.resolutionComplete()
    return resolution


def _own_address(address: str, port: int | None, asked: int) -> Address:
    kind = IPv6Address if ":" in address else IPv4Address
    return kind("TCP", address, port or asked)


def _normal(host: str) -> str:
    bare = host.strip().lower().removeprefix("[").removesuffix("]").rstrip(".")
    return literal_address(bare) or bare
