"""Sitemaps: pages that are new or changed, found without following links."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from scrapy.http import Response

from crawlers.parsers.article import parse_article
from crawlers.parsers.sitemap import Place, make_item, parse_sitemap
from crawlers.spiders.source import SourceSpider
from crawlers.urls import item_id
from crawlers.visit import Gone, Visit, Yield

MOST_SITEMAPS = 50
"""Sitemaps of an index that one run reads."""
MOST_PAGES = 100
"""Pages one run asks for; the rest waits for the next."""
MOST_UNDATED = 20_000
MOST_WAITING = 2_000
GONE = (404, 410)


class SitemapReader:
    """Reads what is new since the last read; its cursor: the undated pages it knows, and those that wait."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        kept = _read_cursor(visit.cursor)
        self.undated: dict[str, None] = dict.fromkeys(kept.get("undated", ()))
        self.waiting: dict[str, None] = dict.fromkeys(kept.get("waiting", ()))
        self.had_undated = bool(self.undated)
        self.sitemaps = self.pages = 0

    def start(self) -> Iterator[Yield]:
        """The sitemap, and the pages that wait."""
        url = self.visit.state.url
        if not urlsplit(url).path.strip("/"):
            url = f"{url.rstrip('/')}/sitemap.xml"
        yield self.visit.get(url, self.parse, is_listing=True, answers=(304,))
        yield from self._ask_pages(tuple(self.waiting))

    def parse(self, response: Response) -> Iterator[Yield]:
        """Its pages, newest first, or its sitemaps, as far as they moved."""
        if response.status != 304:
            sitemap = parse_sitemap(response.body, url=response.url, now=self.visit.now)
            yield from self._follow(sitemap.sitemaps)
            yield from self._take(sitemap.places)
        self._save()

    def parse_page(self, response: Response, listed: str) -> Iterator[Yield]:
        """The article of a page; a page that is gone takes its item with it."""
        self.waiting.pop(listed, None)
        self._save()
        visit = self.visit
        known = visit.memory.resolve(listed)
        if response.status in GONE:
            yield from [Gone(ids=(known,))] if known else []
            return
        article = parse_article(response.body, url=response.url, source=visit.source, now=visit.now)
        if article is None:
            return
        before = visit.memory.item(known) if known else None
        if before is not None:
            article = replace(
                article,
                id=before.id,
                title=article.title or before.title,
                published=before.published or article.published,
                tags=before.tags or article.tags,
            )
        yield visit.arrive(article)

    def _follow(self, sitemaps: Iterable[Place]) -> Iterator[Yield]:
        newest = sorted(sitemaps, key=lambda each: (each.moved is None, -_stamp(each)))
        for place in newest:
            if place.moved is not None and place.moved < self.visit.since:
                continue
            if self.sitemaps >= MOST_SITEMAPS:
                self.visit.note_partial(
                    self.visit.terms.messages.gettext("its sitemap lists too many others")
                )
                return
            self.sitemaps += 1
            yield self.visit.get(place.url, self.parse)

    def _take(self, places: Iterable[Place]) -> Iterator[Yield]:
        fresh = sorted(filter(self._is_fresh, places), key=lambda each: -_stamp(each))
        for position, place in enumerate(fresh):
            if place.title and self.visit.memory.resolve(place.url) is None:
                yield self.visit.arrive(make_item(place, now=self.visit.now), position=position)
        if self.visit.source.full_text != "never":
            self.waiting |= dict.fromkeys(place.url for place in fresh)
            yield from self._ask_pages([place.url for place in fresh])

    def _is_fresh(self, place: Place) -> bool:
        """Whether a page is in the part that is read, and is new or moved since it was read last."""
        target = self.visit.source.target
        if target and target not in place.url:
            return False
        if place.moved is None:
            mark = item_id(place.url)[:10]
            is_known = mark in self.undated
            self.undated[mark] = None
            return self.had_undated and not is_known
        if place.moved < self.visit.since:
            return False
        known = self.visit.memory.resolve(place.url)
        item = self.visit.memory.item(known) if known else None
        return item is None or item.fetched < place.moved

    def _ask_pages(self, urls: Iterable[str]) -> Iterator[Yield]:
        for url in urls:
            if self.pages >= MOST_PAGES:
                return
            self.pages += 1
            yield self.visit.get(url, self.parse_page, answers=(304, *GONE), listed=url)

    def _save(self) -> None:
        kept = {
            "undated": list(self.undated)[-MOST_UNDATED:],
            "waiting": list(self.waiting)[:MOST_WAITING],
        }
        self.visit.cursor = json.dumps({key: value for key, value in kept.items() if value})


class SitemapSpider(SourceSpider):
    """One sitemap, without a watch: `scrapy crawl sitemap -a url=https://.../sitemap.xml -O out.jsonl`."""

    name = "sitemap"
    kind = "sitemap"


def _stamp(place: Place) -> float:
    return place.moved.timestamp() if place.moved else 0.0


def _read_cursor(cursor: str) -> dict[str, list[str]]:
    try:
        kept = json.loads(cursor) if cursor else {}
    except ValueError:
        return {}
    tables = kept.items() if isinstance(kept, dict) else ()
    return {key: [str(each) for each in value] for key, value in tables if isinstance(value, list)}
