"""One text, understood on its own: what `veilleur explain` shows. Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawlers.items import Item
from crawlers.urls import item_id
from pipelines.clean import clean_html
from pipelines.document import Community, Document
from pipelines.names import NameFinder
from pipelines.parts import load_parts
from pipelines.reading import Reader, Task
from pipelines.topics import TopicMatcher
from watchlists.model import Watchlist

_NOWHERE = "https://text.invalid/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A document, and the parts of its body that are not its author's words."""

    document: Document
    quotes: tuple[str, ...] = ()
    code: tuple[str, ...] = ()


def with_company(explanation: Explanation, stored: Document | None) -> Explanation:
    """The explanation with what only other documents tell, as the last run found it: story and subject."""
    if stored is None:
        return explanation
    document = replace(
        explanation.document, story=stored.story, is_copy=stored.is_copy, subject=stored.subject
    )
    return replace(explanation, document=document)


def explain_item(
    item: Item, *, watchlist: Watchlist, source: str | None = None, now: datetime
) -> Explanation:
    """Understand one item, read in that source of the watchlist if any."""
    place = watchlist.source(source) if source else None
    owner = place.organisation if place else None
    reader = Reader(NameFinder(watchlist.organisations), watchlist.languages)
    declared = place.language if place else None
    document = reader.read([Task(item=item, owner=owner, declared=declared)])[0].document
    annotated: Sequence[Document] = [
        replace(document, community=Community(source=source or "", organisation=owner))
    ]
    for annotator in load_parts(load_models=True).annotators:
        annotated = annotator.annotate(annotated)
    topics = TopicMatcher.of(watchlist, now=now).match(annotated[0])
    body = clean_html(item.html)
    return Explanation(document=replace(annotated[0], topics=topics), quotes=body.quotes, code=body.code)


def item_of_text(text: str, *, now: datetime) -> Item:
    """An item that holds a text typed or read from a file; HTML is understood as such."""
    return Item(id=item_id(_NOWHERE), kind="post", permalink=_NOWHERE, html=text, fetched=now, published=now)
