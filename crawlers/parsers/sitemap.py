"""Sitemaps, sitemap indexes and news sitemaps (sitemaps.org 0.9), XML or plain text, gzipped or not.

Documents that declare entities are refused: no sitemap needs any, and bombs do.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from lxml import etree

from crawlers.items import Item
from crawlers.parsers.bodies import one_line
from crawlers.parsers.dates import clamp_date, read_date
from crawlers.parsers.entry import primary_language, try_canonical
from crawlers.parsers.walls import WallMet, find_wall
from crawlers.urls import item_id, registrable_domain
from watchlists.errors import VeilleurError

LARGEST = 50 * 1024 * 1024
"""Bytes of a sitemap once unpacked: the limit of the standard."""
MOST_ENTRIES = 50_000
_GZIP = b"\x1f\x8b"


class NotASitemap(VeilleurError):
    """The body is something else than a sitemap, or made to harm."""

    def __init__(self, found: str, *, url: str) -> None:
        super().__init__(
            "There is no sitemap at {url}.",
            why=f"The answer was {found}.",
            remedy="See what is there with `veilleur add`.",
            url=url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address that a sitemap lists, with what it says of it."""

    url: str
    modified: datetime | None = None
    title: str = ""
    """Only news sitemaps give one."""
    language: str | None = None
    published: datetime | None = None
    keywords: tuple[str, ...] = ()

    @property
    def moved(self) -> datetime | None:
        """When it was published or last changed."""
        return self.published or self.modified


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What a sitemap lists: pages, or further sitemaps."""

    places: tuple[Place, ...] = ()
    sitemaps: tuple[Place, ...] = ()


def parse_sitemap(body: bytes, *, url: str, now: datetime) -> Sitemap:
    """The sitemap in `body`; only addresses of its own domain are taken."""
    body = _unpack(body, url).lstrip(b"\xef\xbb\xbf \t\r\n")
    if body.startswith((b"http://", b"https://")):
        return Sitemap(places=tuple(_read_text(body, url)))
    if not body.startswith(b"<"):
        raise NotASitemap("neither XML nor a list of addresses", url=url)
    if b"<!ENTITY" in body[:65_536] or b"<!DOCTYPE" in body[:1024].upper():
        if wall := find_wall(body, url=url):
            raise WallMet(wall, url=url)
        raise NotASitemap("a web page, or XML that declares entities", url=url)
    places: list[Place] = []
    sitemaps: list[Place] = []
    for is_index, place in _read_xml(body, url, now):
        (sitemaps if is_index else places).append(place)
        if len(places) + len(sitemaps) >= MOST_ENTRIES:
            break
    return Sitemap(places=tuple(places), sitemaps=tuple(sitemaps))


def make_item(place: Place, *, now: datetime) -> Item:
    """The item of a news sitemap's entry: a headline, to be completed from its page."""
    published, raw = clamp_date(place.moved, "", now=now)
    return Item(
        id=item_id(place.url),
        kind="article",
        permalink=place.url,
        title=place.title,
        is_teaser=True,
        language=place.language,
        tags=place.keywords,
        published=published,
        published_raw=raw,
        fetched=now,
    )


def _unpack(body: bytes, url: str) -> bytes:
    """The body without gzip, which sitemaps are often kept in; bounded."""
    if not body.startswith(_GZIP):
        return body
    try:
        with gzip.GzipFile(fileobj=BytesIO(body)) as packed:
            unpacked = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NotASitemap("a damaged gzip file", url=url) from error
    if len(unpacked) > LARGEST:
        raise NotASitemap("larger than a sitemap may be", url=url)
    return unpacked


def _read_text(body: bytes, url: str) -> Iterator[Place]:
    for line in body.decode("utf-8", "replace").splitlines()[:MOST_ENTRIES]:
        if address := _own_address(line.strip(), url):
            yield Place(url=address)


def _read_xml(body: bytes, url: str, now: datetime) -> Iterator[tuple[bool, Place]]:
    """Each entry, and whether it is a further sitemap; stops where the XML breaks off."""
    reading = etree.iterparse(
        BytesIO(body), events=("end",), resolve_entities=False, no_network=True, load_dtd=False, recover=True
    )
    root = None
    try:
        for _, element in reading:
            name = _local(element)
            if name in ("url", "sitemap"):
                place = _read_entry(element, url, now)
                element.clear()
                if place:
                    yield name == "sitemap", place
            root = element
    except etree.XMLSyntaxError as error:
        raise NotASitemap("XML that cannot be read", url=url) from error
    if root is None or _local(root) not in ("urlset", "sitemapindex", "url", "sitemap"):
        raise NotASitemap("XML, but no sitemap", url=url)


def _read_entry(element: etree._Element, url: str, now: datetime) -> Place | None:
    texts: dict[str, str] = {}
    for each in element.iter():
        if isinstance(each.tag, str) and each.text:
            texts.setdefault(_key(each), one_line(each.text[:2000]))
    address = _own_address(texts.get("loc", ""), url)
    if address is None:
        return None
    return Place(
        url=address,
        modified=_moment(texts.get("lastmod", ""), now),
        title=texts.get("news:title", "")[:1000],
        language=primary_language(texts.get("news:language")),
        published=_moment(texts.get("news:publication_date", ""), now),
        keywords=tuple(filter(None, (one_line(each) for each in texts.get("news:keywords", "").split(","))))[
            :20
        ],
    )


def _key(element: etree._Element) -> str:
    name = etree.QName(element)
    return f"news:{name.localname}" if "news" in (name.namespace or "") else name.localname


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _own_address(text: str, url: str) -> str | None:
    found = try_canonical(text, url) if text else None
    return found if found and registrable_domain(found) == registrable_domain(url) else None


def _moment(text: str, now: datetime) -> datetime | None:
    """A W3C date; a day alone is its beginning. Dates to come are mistakes."""
    found = read_date(text, now=now) if text else None
    return min(found, now).astimezone(UTC) if found else None
