"""Tiny factories: a record with believable values, of which a test names only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from crawlers.items import CommunitySample, Outcome
from pipelines.document import Community, Document, Mention, Tone

MORNING = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def document(id: str = "aaaaaaaaaaaaaaaaaaaa", **values: Any) -> Document:
    """A short French post of a media site, an hour before the morning."""
    source = values.pop("source", "gazette")
    organisation = values.pop("owner", None)
    published = values.pop("published", MORNING - timedelta(hours=1))
    defaults: dict[str, Any] = {
        "kind": "article",
        "url": f"https://www.gazette.example/{id}",
        "title": "",
        "text": "",
        "sources": (source,),
        "community": Community(source=source, organisation=organisation),
        "published": published,
        "first_seen": published + timedelta(minutes=10),
        "language": "fr",
    }
    return Document(id=id, **{**defaults, **values})


def mention(organisation: str, tone: Tone = "neutral") -> Mention:
    """An organisation named at the beginning of a text."""
    return Mention(organisation=organisation, surface=organisation, start=0, rule="name", tone=tone)


def outcome(source: str = "gazette", at: datetime = MORNING, **values: Any) -> Outcome:
    """A source read without trouble."""
    defaults: dict[str, Any] = {"run": at.isoformat(), "state": "ok"}
    return Outcome(source=source, at=at, **{**defaults, **values})


def sample(source: str = "forum", at: datetime = MORNING, **values: Any) -> CommunitySample:
    """The size of a place."""
    return CommunitySample(source=source, at=at, **{"members": 100, **values})
