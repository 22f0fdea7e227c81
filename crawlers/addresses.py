"""Which network addresses a crawler may connect to. Pure."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_REFUSED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' inner networks
        "127.0.0.0/8",
        "168.63.129.16/32",  # inner service of a cloud, public by its number only
        "169.254.0.0/16",  # link-local, where clouds serve credentials
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # former 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address of anybody's choosing
        "3fff::/20",  # documentation
    )
)


def is_public(address: str) -> bool:
    """Whether an address, in its usual notation, belongs to the public internet.

    IPv6 must be global unicast, which leaves out mapped and compatible IPv4, NAT64 (64:ff9b::/96),
    unique local, link-local, loopback and multicast. What is no address is not public.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in block for block in _REFUSED_V4)
    return parsed in _PUBLIC_V6 and not any(parsed in block for block in _REFUSED_V6)


def literal_address(host: str) -> str | None:
    """The address a host name is a way of writing (`127.1`, `0x7f.1`, `2130706433`, `[::1]`); else None."""
    bare = host.strip().removeprefix("[").removesuffix("]").rstrip(".")
    try:
        parsed: IPv4Address | IPv6Address = ip_address(bare)
    except ValueError:
        return _read_old_notation(bare)
    return str(parsed)


def _read_old_notation(host: str) -> str | None:
    # inet_aton reads what the C library, and so the resolver, reads
    if not host or not host[0].isdigit() or not host.isascii() or " " in host:
        return None
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None
