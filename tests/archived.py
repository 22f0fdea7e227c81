"""Tiny factories for what enters the archive; a test names only what matters to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawlers.archive import Archive
from crawlers.archive.states import Arrival, Landing
from crawlers.items import Author, Item
from crawlers.urls import item_id

MORNING = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def item(slug: str = "panne", **values: Any) -> Item:
    """A post of Acme's blog, an hour before the morning."""
    permalink = values.pop("permalink", f"https://blog.acme.example/{slug}")
    defaults: dict[str, Any] = {
        "id": values.get("id") or item_id(permalink),
        "kind": "post",
        "permalink": permalink,
        "title": f"À propos de {slug}",
        "html": f"<p>Tout sur {slug}, en entier.</p>",
        "author": Author(name="Camille"),
        "published": MORNING - HOUR,
        "fetched": MORNING,
    }
    return Item(**(defaults | values))


@contextmanager
def opened(folder: Path) -> Iterator[Archive]:
    """An archive in that folder."""
    with Archive.open(folder / "archive.db") as archive:
        yield archive


def put(archive: Archive, *items: Item, source: str = "blog", now: datetime = MORNING) -> tuple[Landing, ...]:
    """Take items as one listing, top first."""
    arrivals = [Arrival(item=each, position=position) for position, each in enumerate(items)]
    return archive.put(arrivals, source=source, now=now)
