"""The language part of a document: from an item's HTML to its words, names, mentions and phrases.

Texts go through spaCy in batches, one language at a time; every text is read on its own, so that
a batch never changes what is understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crawlers.items import Item
from crawlers.urls import registrable_domain
from pipelines.clean import clean_html, clean_line, find_hashtags
from pipelines.communities import community_of
from pipelines.document import Community, Document, Mention
from pipelines.entities import gather_entities
from pipelines.folding import straighten
from pipelines.language import candidates, detect_language, primary_code
from pipelines.models import installed_model, model_fingerprint
from pipelines.names import NameFinder, NameHit
from watchlists.errors import AddressRefused

if TYPE_CHECKING:
    from pipelines.nlp import Analysis

ANALYSED = 20_000
"""Characters a model reads of one text; watched names are looked for in all of it."""
MOST_LINKS = 200
_ENDLESS = re.compile(r"\S{100,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An item to read, and what its place tells."""

    item: Item
    owner: str | None = None
    """Organisation whose place it is."""
    declared: str | None = None
    """Language the place declares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A document with its language part only, and the watched names it was made with."""

    document: Document
    hits: tuple[NameHit, ...]


@dataclass(slots=True)
class Reader:
    """Reads items for one watch."""

    finder: NameFinder
    languages: tuple[str, ...]
    load_models: bool = True
    missing: set[str] = field(default_factory=set, init=False)
    """Languages of the watch that were met and that no trained pipeline serves here."""

    @property
    def versions(self) -> tuple[str, ...]:
        """The trained pipelines in use; loads nothing."""
        if not self.load_models:
            return ()
        return tuple(filter(None, map(model_fingerprint, self.languages)))

    def read(self, tasks: Sequence[Task]) -> tuple[Reading, ...]:
        """Readings in the order of the tasks."""
        drafts = [self._draft(task) for task in tasks]
        finished: dict[int, Reading] = {}
        for language in sorted({draft.document.language for draft in drafts}):
            places = [place for place, draft in enumerate(drafts) if draft.document.language == language]
            if self._serves(language):
                finished.update(self._analyse(language, [(drafts[place], place) for place in places]))
        return tuple(finished.get(place) or _unanalysed(draft) for place, draft in enumerate(drafts))

    def find_names(self, document: Document, *, owner: str | None) -> tuple[NameHit, ...]:
        """Watched names in a document's text and links."""
        return self.finder.find(document.title + "\n" + document.text, links=document.links, owner=owner)

    def _draft(self, task: Task) -> Reading:
        item, body = task.item, clean_html(task.item.html)
        title = clean_line(item.title)
        links = tuple(dict.fromkeys(item.links or body.links))
        document = Document(
            id=item.id,
            kind=item.kind,
            url=item.permalink,
            title=title,
            text=body.text,
            sources=(),
            community=Community(source=""),
            published=item.published or item.fetched,
            first_seen=item.fetched,
            language=self._language(task, f"{title}\n{body.text}"),
            hashtags=tuple(dict.fromkeys((*find_hashtags(title), *body.hashtags))),
            link_domains=tuple(dict.fromkeys(_domains(links))),
            links=links[:MOST_LINKS],
            notes=(*body.notes, *_notes(item, body.text)),
        )
        return Reading(document=document, hits=self.find_names(document, owner=task.owner))

    def _language(self, task: Task, text: str) -> str:
        declared = primary_code(task.item.language) or primary_code(task.declared)
        among = candidates(self.languages)
        return detect_language(text, among=among, declared=declared, expected=self.languages)

    def _serves(self, language: str) -> bool:
        if language not in self.languages or not self.load_models:
            return False
        if installed_model(language) is None:
            self.missing.add(language)
            return False
        return True

    def _analyse(self, language: str, drafts: Iterable[tuple[Reading, int]]) -> Iterator[tuple[int, Reading]]:
        from pipelines.nlp import Passage, analyse

        passages = (
            (
                Passage(
                    text=_for_models(f"{draft.document.title}\n{draft.document.text}"[:ANALYSED]),
                    title_end=len(draft.document.title),
                    hits=tuple(hit for hit in draft.hits if hit.end <= ANALYSED),
                ),
                (draft, place),
            )
            for draft, place in drafts
        )
        for analysis, (draft, place) in analyse(language, passages):
            yield place, _analysed(draft, analysis)


def gather_mentions(hits: Sequence[NameHit]) -> tuple[Mention, ...]:
    """One mention per organisation, with its first occurrence and how many there are."""
    mentions: dict[str, Mention] = {}
    for hit in hits:
        known = mentions.get(hit.organisation)
        mentions[hit.organisation] = (
            replace(known, count=known.count + 1)
            if known
            else Mention(organisation=hit.organisation, surface=hit.surface, start=hit.start, rule=hit.rule)
        )
    return tuple(mentions.values())


def _analysed(draft: Reading, analysis: Analysis) -> Reading:
    document, hits = draft.document, draft.hits
    is_whole = len(document.title) + len(document.text) < ANALYSED
    return replace(
        draft,
        document=replace(
            document,
            entities=gather_entities(hits, analysis.names),
            mentions=gather_mentions(hits),
            phrases=analysis.phrases,
            notes=document.notes if is_whole else (*document.notes, "analysed_in_part"),
        ),
    )


def _unanalysed(draft: Reading) -> Reading:
    document = replace(
        draft.document,
        is_analysed=False,
        entities=gather_entities(draft.hits, ()),
        mentions=gather_mentions(draft.hits),
    )
    return replace(draft, document=document)


def _for_models(text: str) -> str:
    """Plain quotes, and blanks for runs that are no words: they take tokenizers minutes."""
    return _ENDLESS.sub(lambda run: " " * len(run[0]), straighten(text))


def _notes(item: Item, text: str) -> Iterator[str]:
    if item.is_teaser:
        yield "teaser"
    if item.published is None:
        yield "date_missing"
    elif item.published_raw and item.published == item.fetched:
        yield "date_clamped"
    if not text and item.html.strip():
        yield "no_own_words"


def _domains(links: Iterable[str]) -> Iterator[str]:
    """Registrable domains, and communities within platforms."""
    for link in links:
        try:
            yield registrable_domain(link)
        except AddressRefused:
            continue
        if community := community_of(link):
            yield community
