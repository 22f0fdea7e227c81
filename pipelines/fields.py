"""What each field of the query language reads in a Document: one table for matching in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from crawlers.urls import registrable_domain
from pipelines.document import Document, ThreadMeasures
from watchlists.errors import AddressRefused

_NO_MEASURES = ThreadMeasures()


def _domain(document: Document) -> str | None:
    origin = "/".join(document.url.split("/", 3)[:3])  # one answer a host is kept, not one an address
    try:
        return registrable_domain(origin)
    except AddressRefused:
        return None


def _mentioned(document: Document) -> tuple[str, ...]:
    return tuple(mention.organisation for mention in document.mentions)


_KEYWORDS: dict[str, Callable[[Document], Iterable[str | None]]] = {
    "id": lambda d: (d.id,),
    "kind": lambda d: (d.kind,),
    "language": lambda d: (d.language,),
    "source": lambda d: d.sources,
    "community": lambda d: (d.community.source,),
    "owner": lambda d: (d.community.organisation,),
    "organisation": lambda d: (*_mentioned(d), d.community.organisation),
    "mentions": _mentioned,
    "stance": lambda d: (f"{mention.organisation}|{mention.tone}" for mention in d.mentions),
    "author": lambda d: (d.author,),
    "thread": lambda d: (d.thread,),
    "parent": lambda d: (d.parent,),
    "tag": lambda d: d.tags,
    "hashtag": lambda d: d.hashtags,
    "entity": lambda d: (entity.name for entity in d.entities),
    "label": lambda d: (f"{entity.name}|{entity.label}" for entity in d.entities),
    "phrase": lambda d: d.phrases,
    "topic": lambda d: d.topics,
    "subject": lambda d: (d.subject,),
    "tone": lambda d: (d.tone,),
    "emotion": lambda d: d.emotions,
    "intent": lambda d: (d.intent,),
    "story": lambda d: (d.story,),
    "domain": lambda d: (_domain(d),),
    "link": lambda d: d.link_domains,
    "url": lambda d: (d.url,),
}
_FLAGS: dict[str, Callable[[Document], bool | None]] = {
    "backfill": lambda d: d.is_backfill,
    "staff": lambda d: d.author_is_staff,
    "bot": lambda d: d.author_is_bot,
    "deleted": lambda d: d.deleted is not None,
    "copy": lambda d: d.is_copy,
    "analysed": lambda d: d.is_analysed,
    "accepted": lambda d: d.is_accepted,
    "solved": lambda d: d.measures.is_solved if d.measures else None,
    "opening": lambda d: d.parent is None,
}
_NUMBERS: dict[str, Callable[[Document], float | None]] = {
    "upvotes": lambda d: d.upvotes,
    "downvotes": lambda d: d.downvotes,
    "replies": lambda d: d.replies,
    "shares": lambda d: d.shares,
    "views": lambda d: d.views,
    "rating": lambda d: d.rating,
    "engagement": lambda d: d.engagement,
    "engagement_per_hour": lambda d: d.engagement_per_hour,
    "engagement_vs_norm": lambda d: d.engagement_vs_norm,
    "thread_replies": lambda d: d.measures.replies if d.measures else None,
    "staff_replies": lambda d: d.measures.staff_replies if d.measures else None,
    "repliers": lambda d: d.measures.repliers if d.measures else None,
    "first_reply_minutes": lambda d: (d.measures or _NO_MEASURES).first_reply_minutes,
    "first_staff_reply_minutes": lambda d: (d.measures or _NO_MEASURES).first_staff_reply_minutes,
}
_DATES: dict[str, Callable[[Document], datetime | None]] = {
    "published": lambda d: d.published,
    "first_seen": lambda d: d.first_seen,
    "last_activity": lambda d: (d.measures or _NO_MEASURES).last_activity,
}


def keyword_values(document: Document, field: str) -> tuple[str, ...]:
    """The values of a keyword or flag field; empty when it has none."""
    if field in _FLAGS:
        flag = _FLAGS[field](document)
        return () if flag is None else ("true" if flag else "false",)
    return tuple(value for value in _KEYWORDS[field](document) if value)


def ordered_value(document: Document, field: str) -> float | datetime | None:
    """The value of a number or date field, or None."""
    return _DATES[field](document) if field in _DATES else _NUMBERS[field](document)
