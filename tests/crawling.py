"""A watch on a loopback web, and its crawls, each in a real child process."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawlers.archive import Archive
from crawlers.items import Item, Outcome
from crawlers.progress import Event, Landed, Progress
from crawlers.run import CrawlJob, CrawlProcess, start_crawl
from watchlists.errors import VeilleurError

DELAY = 0.05
_CLOSED_TWICE = re.compile(
    r"while handling timed call\s+Traceback [^\n]*\n(?: +[^\n]*\n)+"
    r"twisted\.internet\.defer\.AlreadyCalledError"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """What one crawl told."""

    code: int
    events: tuple[Event, ...]
    error: VeilleurError | None = None
    """Why the crawl itself could not be done."""

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """By source; a source with two outcomes is an error."""
        told = [event for event in self.events if isinstance(event, Outcome)]
        assert len(told) == len({outcome.source for outcome in told})
        return {outcome.source: outcome for outcome in told}

    @property
    def landed(self) -> set[str]:
        """Ids that were new or changed."""
        return {id for event in self.events if isinstance(event, Landed) for id in event.ids}

    @property
    def stages(self) -> dict[str, list[str]]:
        """The stages each source went through, repeats left out."""
        told: dict[str, list[str]] = {}
        for event in self.events:
            if isinstance(event, Progress) and told.setdefault(event.source, [])[-1:] != [event.stage]:
                told[event.source].append(event.stage)
        return told


@dataclass(slots=True)
class Watch:
    """A watch folder; sources are url and further keys, written as TOML."""

    folder: Path
    crawl: dict[str, object] = field(default_factory=lambda: {"delay": DELAY})
    sources: dict[str, Mapping[str, object]] = field(default_factory=dict)
    contact: str = "https://example.org/contact"
    language: str = "en"
    hosts: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def archive(self) -> Path:
        """Where the archive is."""
        return self.folder / ".veilleur" / "archive.db"

    def add(self, id: str, url: str, **keys: object) -> None:
        """Watch an address; private addresses are allowed unless said otherwise."""
        self.sources[id] = {"url": url, "allow_private": True, "full_text": "never", **keys}

    def write(self) -> Path:
        """The watchlist as a file."""
        lines = ["[watch]", 'name = "Test"', f'language = "{self.language}"', f'contact = "{self.contact}"']
        lines += ["[crawl]", *_keys(self.crawl)]
        for host, address, port in self.hosts:
            lines += ["[[crawl.host]]", *_keys({"host": host, "address": address, "port": port})]
        for id, keys in self.sources.items():
            lines += ["[[source]]", *_keys({"id": id, **keys})]
        path = self.folder / "watchlist.toml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def job(self, now: datetime, *sources: str, force: bool = False) -> CrawlJob:
        """A job for this watch."""
        return CrawlJob(watchlist=self.write(), archive=self.archive, now=now, sources=sources, force=force)

    def read(self, now: datetime, *sources: str, force: bool = False) -> Crawled:
        """Crawl once, to the end."""
        process = start_crawl(self.job(now, *sources, force=force))
        events, error = listen(process)
        return Crawled(code=process.wait(), events=events, error=error)

    def crash_log(self) -> str:
        """The crawl's log, if it holds a traceback; else nothing."""
        log = self.archive.with_name("crawl.log").read_text(encoding="utf-8", errors="replace")
        # On a busy machine Scrapy's own time limit may close a pool that has just closed: nothing is lost.
        told = _CLOSED_TWICE.sub("", log)
        return told if "Traceback" in told else ""

    def items(self) -> dict[str, Item]:
        """Everything archived, by title."""
        with Archive.open(self.archive, readonly=True) as archive:
            return {item.title: item for item in archive.items(archive.item_ids())}


def listen(process: CrawlProcess) -> tuple[tuple[Event, ...], VeilleurError | None]:
    """The events of one job, and the error it ended with."""
    events: list[Event] = []
    try:
        events.extend(process.events())
    except VeilleurError as error:
        return tuple(events), error
    return tuple(events), None


def rss(*entries: tuple[str, str, str], host: str = "https://blog.example.org", more: str = "") -> bytes:
    """An RSS 2.0 feed of (path, title, date) entries with a long enough description."""
    items = "".join(
        f"<item><link>{host}{path}</link><guid>{host}{path}</guid><title>{title}</title>"
        f"<pubDate>{date}</pubDate><description>{'Some words about it. ' * 40}</description></item>"
        for path, title, date in entries
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Blog</title>'
        f"<link>{host}/</link>{more}{items}</channel></rss>"
    ).encode()


def _keys(values: Mapping[str, object]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in values.items()]


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else f'"{value}"'
