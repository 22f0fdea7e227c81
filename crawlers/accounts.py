"""Where else an organisation is: its accounts on networks, as one of its pages names them. Pure.

Three signs are believed: `rel="me"`, `sameAs` in JSON-LD, and links to accounts in the page's header,
footer or lists of icons. Buttons that share the page are left out; networks we cannot read are named as such.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import html as lxml_html

from crawlers.archive.states import AccountSeen
from crawlers.networks import find_spot, is_account
from crawlers.parsers.entry import try_canonical
from crawlers.parsers.feed_links import parse_page
from crawlers.urls import registrable_domain
from watchlists.errors import AddressRefused
from watchlists.model import Source

MOST_ACCOUNTS = 40
MOST_LINKS = 3000
LONGEST_DATA = 200_000

_FEDIVERSE = re.compile(r"/(?:@[\w.-]+(?:@[\w.-]+)?|users/[\w.-]+|c/[\w.-]+)/?$")
_CORNER = re.compile(r"social|follow|suivez|reseaux|réseaux|icon|contact|footer|header|nav", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An organisation's place on a network."""

    network: str
    url: str
    is_readable: bool
    """One of our kinds reads it."""


def find_accounts(body: bytes, *, url: str) -> tuple[Account, ...]:
    """The accounts a page names as its own, in the order found, each once."""
    tree = parse_page(body)
    if tree is None:
        return ()
    found = (make_account(each, url) for each in _read_addresses(tree, url))
    accounts = {account.url: account for account in found if account is not None}
    return tuple(accounts.values())[:MOST_ACCOUNTS]


def see_accounts(body: bytes, *, url: str, source: Source, now: datetime) -> tuple[AccountSeen, ...]:
    """The accounts that a page of an organisation's own place names.

    Nothing where the place lies on a network, whose footer names the network's own, or the page elsewhere.
    """
    organisation = source.organisation
    if organisation is None or find_spot(source.url) or not _is_own(source.url, url):
        return ()
    return tuple(
        AccountSeen(
            organisation=organisation,
            network=each.network,
            url=each.url,
            is_readable=each.is_readable,
            first_seen=now,
        )
        for each in find_accounts(body, url=url)
    )


def make_account(address: str, page: str) -> Account | None:
    """The account behind an address; None where it is none, or lies on the page's own site."""
    if _is_own(address, page) or not is_account(address):
        return None
    if spot := find_spot(address):
        return Account(network=spot.network.name, url=address, is_readable=spot.network.kind is not None)
    if _FEDIVERSE.search(address):
        return Account(network="Fediverse", url=address, is_readable=True)
    return None


def _read_addresses(tree: lxml_html.HtmlElement, url: str) -> Iterator[str]:
    base = try_canonical(next((str(href) for href in tree.xpath("//base/@href")), "") or url, url) or url
    stated = [str(link.get("href")) for link in tree.xpath("//*[@rel and @href]") if "me" in _rel(link)]
    corners = [str(link.get("href")) for link in tree.xpath("//a[@href]")[:MOST_LINKS] if _is_in_corner(link)]
    for href in (*stated, *_read_same_as(tree), *corners):
        if address := try_canonical(href, base):
            yield address.split("#")[0]


def _rel(link: lxml_html.HtmlElement) -> list[str]:
    return (link.get("rel") or "").lower().split()


def _read_same_as(tree: lxml_html.HtmlElement) -> Iterator[str]:
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            data = json.loads(str(script)[:LONGEST_DATA])
        except (ValueError, RecursionError):
            continue
        yield from _same_as(data, depth=0)


def _same_as(data: object, *, depth: int) -> Iterator[str]:
    if depth > 6:
        return
    if isinstance(data, list):
        for each in data[:200]:
            yield from _same_as(each, depth=depth + 1)
    elif isinstance(data, dict):
        same = data.get("sameAs")
        yield from (
            str(each) for each in (same if isinstance(same, list) else [same]) if isinstance(each, str)
        )
        for key in ("@graph", "publisher", "author", "organization", "mainEntity"):
            yield from _same_as(data.get(key), depth=depth + 1)


def _is_in_corner(link: lxml_html.HtmlElement) -> bool:
    """Whether a link stands where sites put their own accounts: not in an article's text."""
    for above in (link, *list(link.iterancestors())[:8]):
        if above.tag in {"footer", "header", "nav", "aside"}:
            return True
        if above.tag in {"article", "p", "blockquote"}:
            return False
        if _CORNER.search(f"{above.get('class') or ''} {above.get('id') or ''}"):
            return True
    return False


def _is_own(address: str, page: str) -> bool:
    try:
        return registrable_domain(address) == registrable_domain(page)
    except AddressRefused:
        return True
