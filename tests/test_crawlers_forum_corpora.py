"""Public captures of forums, replayed on loopback to the real spider: nothing breaks, posts are whole."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawlers.archive import Archive
from crawlers.parsers.forum import NotAForum, parse_forum
from tests.conftest import NOW
from tests.crawling import Watch
from tests.web import Web
from watchlists.model import Source

pytestmark = [pytest.mark.corpora, pytest.mark.slow]


def read_pages(corpora: Path) -> dict[str, tuple[str, bytes]]:
    """Name -> address and body."""
    from benchmarks.quality.articles import unpack

    files = unpack(corpora / "formasaurus-pages" / "formasaurus-pages.tar.gz")
    engines = json.loads(files["engines.json"])
    return {name: (each["url"], files[name]) for name, each in engines.items()}


def test_every_capture_is_read_whole(corpora: Path) -> None:
    posts, threads = [], []
    for url, body in read_pages(corpora).values():
        source = Source(id="forum", url=url, kind="forum")
        page = parse_forum(body, url=url, source=source, now=NOW, content_type="text/html; charset=utf-8")
        posts += page.posts
        threads += page.threads

    whole = [p for p in posts if p.html and p.author and p.permalink and p.published and not p.published_raw]
    counted = [t for t in threads if t.engagement.replies is not None and t.engagement.views is not None]
    assert (len(posts), len(threads)) >= (40, 65)
    assert len(whole) >= 0.99 * len(posts)
    assert len(counted) >= 0.99 * len(threads)


def test_captures_are_archived_by_the_real_spider(corpora: Path, tmp_path: Path) -> None:
    pages = read_pages(corpora)
    expected = 0
    with Web() as web:
        watch = Watch(folder=tmp_path, crawl={"delay": 0.01, "page_budget": 1})
        for number, (url, body) in enumerate(pages.values()):
            parts = urlsplit(url)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            host = f"127.0.1.{number + 1}"
            local = body.replace(f"//{parts.netloc}".encode(), f"//{host}:{web.port}".encode())
            web.page(path or "/", local, host=host, headers={"Content-Type": "text/html; charset=utf-8"})
            address = web.url(path or "/", host=host)
            watch.add(f"forum-{number}", address, kind="forum")
            expected += count_posts(local, address)

        crawled = watch.read(NOW)

    assert crawled.code == 0
    assert watch.crash_log() == ""
    assert not [each.reason for each in crawled.outcomes.values() if "unexpected error" in each.reason]
    with Archive.open(watch.archive, readonly=True) as archive:
        assert archive.count() == expected


def count_posts(body: bytes, url: str) -> int:
    source = Source(id="forum", url=url, kind="forum")
    try:
        return len(
            parse_forum(body, url=url, source=source, now=NOW, content_type="text/html; charset=utf-8").posts
        )
    except NotAForum:
        return 0
