"""Which addresses a watch may hold, and why some cannot be read. Pure; resolves nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_LENGTH = 2000
CLOSED_NETWORKS = {
    "x.com": "X",
    "twitter.com": "X",
    "t.co": "X",
    "facebook.com": "Facebook",
    "fb.com": "Facebook",
    "fb.me": "Facebook",
    "instagram.com": "Instagram",
    "threads.net": "Threads",
    "threads.com": "Threads",
    "linkedin.com": "LinkedIn",
    "lnkd.in": "LinkedIn",
    "tiktok.com": "TikTok",
}
"""Registrable domains of networks that give no lasting public access, with their names."""
_FRONT = re.compile(r"www|m|mobile|web|touch|mbasic|old|vm|vt|l|[a-z]{2}(?:-[a-z]{2})?")
"""Host names before the domain that lead into the network itself; blog. or engineering. do not."""
_HOST = re.compile(r"(?=.{1,253}$)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_](?:[\w-]{0,61}[^\W_])?\.?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an address is not taken, and what to do; catalogue keys with their {network} or {scheme}."""

    message: str
    remedy: str
    network: str = ""
    scheme: str = ""


def closed_network(url: str) -> str | None:
    """Name of the closed network an address lies in, or None."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return None
    front, _, name = host.rpartition(".")[0].rpartition(".")
    domain = f"{name}.{host.rpartition('.')[2]}"
    return CLOSED_NETWORKS.get(domain) if not front or _FRONT.fullmatch(front) else None


def refuse_address(url: str) -> Refusal | None:
    """Why an address cannot be a source, or None: a web address, no secret in it, not of a closed network."""
    refusal = refuse_web_address(url)
    if refusal is None and (network := closed_network(url)):
        return Refusal(
            message="{network} gives no lasting public access to its posts, so it cannot be a source.",
            remedy="Watch their newsletter, forum, blog or another network instead, "
            "or bring in what a person read there with: veilleur import",
            network=network,
        )
    return refusal


def refuse_web_address(url: str) -> Refusal | None:
    """Why an address is not a plain web address, or None when it is one."""
    shape = Refusal(
        message="This is not a web address.", remedy="Write it in full, as https://forum.example.org/"
    )
    if len(url) > MAX_LENGTH or re.search(r"[\s\x00-\x1f\x7f\\<>\"]", url):
        return shape
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return shape
    return (
        _refuse_scheme(parts.scheme, is_bare=not parts.netloc)
        or _refuse_host(host, "@" in parts.netloc)
        or None
    )


def _refuse_scheme(scheme: str, *, is_bare: bool) -> Refusal | None:
    if scheme in ("http", "https"):
        return None
    if not scheme or (is_bare and "." in scheme):
        return Refusal(
            message="This address has no https:// before it.",
            remedy="Write it in full, as https://forum.example.org/",
        )
    return Refusal(
        message="Addresses that begin with {scheme}: are not read.",
        remedy="Only http:// and https:// addresses are.",
        scheme=scheme,
    )


def _refuse_host(host: str | None, has_login: bool) -> Refusal | None:
    if has_login:
        return Refusal(
            message="This address holds a user name or password.",
            remedy="Take out what stands before the @; where a place needs a token, name it with token_env.",
        )
    if not host or not (is_host(host) or ":" in host):
        return Refusal(
            message="This address has no usable host name.",
            remedy="Write it in full, as https://forum.example.org/",
        )
    return None


def is_host(text: str) -> bool:
    """Whether the text is a host name or domain by itself, without scheme, port or path."""
    return bool(_HOST.fullmatch(text))
