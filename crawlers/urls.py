"""Addresses: one canonical form, the id made of it, and a refusal of what clients read differently.

The rules, in order:

1. only http and https, with a host and without user names;
2. the host is written the same by this module, by w3lib and by the HTTP client, or refused;
3. lower-case host in ASCII, no default port, no trailing dot; dot segments resolved;
4. parameters that only say where a reader came from, and session ids, are dropped; the others
   are sorted, because no server we read gives their order a meaning and writers shuffle it;
5. fragments stay, since forums tell posts apart by them, unless they are known to name nothing.

An id also leaves out the scheme and a closing slash: a site that moves to https keeps its items.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address
from unicodedata import normalize
from urllib.parse import SplitResult, unquote_plus, urljoin, urlsplit, urlunsplit

import idna
from tldextract import TLDExtract
from tldextract.tldextract import ExtractResult
from w3lib.url import canonicalize_url as quote_and_sort
from w3lib.url import safe_url_string

from watchlists.errors import AddressRefused

LONGEST = 8192
"""Characters; longer addresses are refused, servers and browsers do not agree on them either."""
DEFAULT_PORTS = {"http": 80, "https": 443}

_TRACKER = re.compile(
    r"(?:utm|mc|at|pk|mtm|matomo|piwik|hsa|vero|ns|itm|trk|oly)_\w+"  # codespell:ignore hsa,oly
    r"|(?:fb|g|d|tw|tt|y|ys|ms)cl(?:k|c)?(?:id|src)"
    r"|(?:g|w)braid|igsh(?:id)?|li_fat_id|srsltid|_hsenc|_hsmi|__hs[a-z]+|_g[al]|_openstat|mkt_tok|wickedid"
    r"|spm|cmpid|ito|echobox|xtor|xts|xtref|guccounter|guce_referrer(?:_sig)?|__twitter_impression"
    r"|phpsessid|jsessionid|aspsessionid\w*|sessionid|session_id|cftoken",
    re.IGNORECASE,
)
"""Parameters that tell where the reader came from or which visit it is, not what the page is."""
_AUTHORITY = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*", re.IGNORECASE)
_PLAIN_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]+)?")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_OUTER = "".join(map(chr, range(0x21)))
_BROKEN = str.maketrans("", "", "\t\r\n")
_SHORT_SESSION = re.compile(r"(?:sid|s)=[0-9a-f]{32}", re.IGNORECASE)
_PATH_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_NO_PLACE = re.compile(
    r"|:~:.*|comments?|respond|top|content|main|replies|rss|feed|atom(?:-everything)?|disqus_thread|new|unread"
    r"|last-?post|newpost|latest|more-\d+|share|(?:xtor|utm_\w+|at_\w+|mtm_\w+|echobox|ref|source)=.*",
    re.IGNORECASE,
)


@lru_cache(maxsize=16384)
def canonical_url(url: str, base: str | None = None) -> str:
    """The one form of an http(s) address; raises AddressRefused on anything else.

    With `base`, itself absolute, `url` may be relative to it.
    """
    parts = _split(_resolve(_mend(url), base), url)
    host = _host(parts, url)
    _agree(parts, host, url)
    netloc = host + _port(parts, url)
    path = _PATH_SESSION.sub("", parts.path)
    bare = urlunsplit((parts.scheme, netloc, path, _query(parts.query), _fragment(parts.fragment)))
    try:
        return quote_and_sort(bare, keep_fragments=True)
    except ValueError as error:
        raise refused(url, "It cannot be read.") from error


@lru_cache(maxsize=16384)
def item_id(permalink: str) -> str:
    """The id an item gets from its permalink: 20 lower-case base32 characters."""
    parts = urlsplit(canonical_url(permalink))
    path = parts.path.rstrip("/") or "/"
    return short_hash(urlunsplit(("", parts.netloc, path, parts.query, parts.fragment)))


def short_hash(text: str) -> str:
    """The first 100 bits of a SHA-256, as 20 lower-case base32 characters."""
    return base64.b32encode(sha256(text.encode()).digest()[:15]).decode().lower()[:20]


def origin(url: str) -> str:
    """Scheme, host and port: `https://example.org`."""
    parts = urlsplit(canonical_url(url))
    return f"{parts.scheme}://{parts.netloc}"


def host_of(url: str) -> str:
    """The host as connected to, without port; brackets kept off IPv6 addresses."""
    return urlsplit(canonical_url(url)).hostname or ""


@lru_cache(maxsize=16384)
def registrable_domain(url: str) -> str:
    """The part of the host somebody registered (`bbc.co.uk`); the host itself where nobody could."""
    host = host_of(url)
    return domain_of_host(host) or host


@lru_cache(maxsize=4096)
def domain_of_host(host: str) -> str:
    """The registrable domain of a host name; empty for public suffixes, addresses and local names."""
    labels = host.split(".")
    if not all(labels):
        return ""
    found = _suffixes()(host)
    if found.suffix or ":" in host or _NUMBER.fullmatch(labels[-1]):
        return found.top_domain_under_public_suffix
    # A top-level domain the list does not know is a suffix of its own (the list's rule `*`).
    return ".".join(labels[-2:]) if len(labels) > 1 else ""


@lru_cache(maxsize=1)
def _suffixes() -> Callable[[str], ExtractResult]:
    # The list inside the package, private suffixes included: two blogs on one host are two places.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def refused(url: str, why: str) -> AddressRefused:
    """The error for an address that will not be used; `why` is a sentence."""
    return AddressRefused(
        "The address {url} is refused.",
        why=why,
        remedy="Write it as a browser shows it, beginning with https:// or http://.",
        url=ascii(url[:200]),
    )


def _mend(url: str) -> str:
    """The address without what surrounds it in sloppy mark-up: spaces, broken lines."""
    text = url.strip(_OUTER)
    if len(text) > LONGEST:
        raise refused(url, "It is too long.")
    mended = text.translate(_BROKEN)
    authority = _AUTHORITY.match(mended)
    if authority and not text.startswith(authority[0]):
        raise refused(url, "It has a tab or a line break before the path.")
    return mended


def _resolve(text: str, base: str | None) -> str:
    if text.startswith("///"):
        raise refused(text, "It begins with three slashes, which programs read in different ways.")
    if "\\" in re.split(r"[?#]", text, maxsplit=1)[0]:
        raise refused(text, "It has a backslash, which programs read in different ways.")
    try:
        return urljoin(base, text) if base else text
    except ValueError as error:
        raise refused(text, "It cannot be read.") from error


def _split(text: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        text.encode()
    except ValueError as error:
        raise refused(url, "It cannot be read.") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise refused(url, "Only http and https addresses can be read.")
    if "@" in parts.netloc:
        raise refused(url, "It has a user name before the host.")
    return parts


def _host(parts: SplitResult, url: str) -> str:
    """The host in ASCII and lower case; an IPv6 address in brackets."""
    if parts.netloc.startswith("["):
        return _ipv6(parts, url)
    host = _ascii((parts.netloc.partition(":")[0]).lower(), url).removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise refused(url, "Its host is not a host name.")
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(host, url)
    return host


def _ascii(host: str, url: str) -> str:
    """The host by both editions of IDNA, which must agree: clients use one or the other."""
    if host.isascii():
        return host
    if "。" in host or normalize("NFKC", host) != normalize("NFC", host):
        raise refused(url, "Its host has look-alike characters.")
    try:
        older, newer = host.encode("idna"), idna.encode(host, uts46=True)
    except UnicodeError as error:
        raise refused(url, "Its host is not a host name.") from error
    if older != newer:
        raise refused(url, "Its host is written differently by different programs.")
    return newer.decode()


def _ipv4(host: str, url: str) -> str:
    try:
        return str(IPv4Address(host))
    except ValueError as error:
        raise refused(url, "Its host is a number written in an unusual way.") from error


def _ipv6(parts: SplitResult, url: str) -> str:
    host, bracket, rest = parts.netloc[1:].partition("]")
    try:
        address = IPv6Address(host)
    except ValueError as error:
        raise refused(url, "Its host is not an address.") from error
    if not bracket or "%" in host or (rest and not rest.startswith(":")):
        raise refused(url, "Its host is not an address.")
    return f"[{address.compressed}]"


def _port(parts: SplitResult, url: str) -> str:
    try:
        port = parts.port
    except ValueError as error:
        raise refused(url, "Its port is not a number between 1 and 65535.") from error
    if port == 0:
        raise refused(url, "Its port is not a number between 1 and 65535.")
    return "" if port is None or port == DEFAULT_PORTS[parts.scheme] else f":{port}"


def _agree(parts: SplitResult, host: str, url: str) -> None:
    """Refuse what the HTTP client, which quotes by w3lib, would connect to elsewhere."""
    if _PLAIN_HOST.fullmatch(parts.netloc):
        return
    try:
        theirs = urlsplit(safe_url_string(urlunsplit(parts))).hostname or ""
    except ValueError as error:
        raise refused(url, "It cannot be read.") from error
    if theirs.removesuffix(".") not in {host, host.strip("[]")} and not _same_ipv6(theirs, host):
        raise refused(url, "Its host is written differently by different programs.")


def _same_ipv6(theirs: str, host: str) -> bool:
    try:
        return host.startswith("[") and IPv6Address(theirs) == IPv6Address(host.strip("[]"))
    except ValueError:
        return False


def _query(query: str) -> str:
    if not query:
        return ""
    return "&".join(pair for pair in query.split("&") if pair and not _says_nothing(pair))


def _says_nothing(pair: str) -> bool:
    name = unquote_plus(pair.partition("=")[0])
    return _TRACKER.fullmatch(name) is not None or _SHORT_SESSION.fullmatch(pair) is not None


def _fragment(fragment: str) -> str:
    return "" if _NO_PLACE.fullmatch(fragment) else fragment
