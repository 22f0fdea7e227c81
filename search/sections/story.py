"""One story as the reader meets it: title, facts, why it is here, two quoted sentences, where else."""

from __future__ import annotations

from pipelines.document import Document
from search.editions.digest import Link, Quote, Story
from search.insights.strands import Strand
from search.sections.teller import Teller
from search.window import between
from search.wording.plain import plain, safe_url, shorten_words, split_sentences
from watchlists.model import Organisation, Topic
from watchlists.query import Keyword

TITLE_LENGTH = 110
QUOTED_SENTENCES = 2
QUOTED_WORDS = 22
"""Of one sentence; two of them stay under the length a reader skims."""
MOST_ALSO_IN = 4
STRONG_RECEPTION = 2.0


def tell_story(teller: Teller, strand: Strand, *, why: str, about: Organisation | None = None) -> Story:
    """The story of a strand, quoting the sentences that name `about` first."""
    lead = strand.lead
    title = title_of(lead)
    return Story(
        id=lead.id,
        title=title or teller.voice.gettext("(untitled)"),
        url=safe_url(lead.url),
        language=lead.language,
        source=teller.source_name(lead.community.source),
        published=lead.published,
        facts=_facts(teller, lead),
        why=plain(why),
        quotes=quotes_of(lead, title=title, about=about),
        also_in=_also_in(teller, strand),
        authors=strand.authors,
        sources=len(strand.sources),
        documents=len(strand.documents),
    )


def title_of(document: Document) -> str:
    """The title, or how the text begins."""
    return plain(document.title or document.text[:300], limit=TITLE_LENGTH)


def _facts(teller: Teller, lead: Document) -> str:
    voice = teller.voice
    when = voice.moment(lead.published, seen_from=teller.end)
    parts = (teller.source_name(lead.community.source), when, voice.language_name(lead.language))
    return " · ".join(part for part in parts if part)


def quotes_of(document: Document, *, title: str, about: Organisation | None) -> tuple[Quote, ...]:
    """At most two sentences in their own words: those that name `about`, else the first ones."""
    sentences = [
        each for each in split_sentences(document.summary or document.text) if not _repeats(each, title)
    ]
    names = {mention.surface for mention in document.mentions if about and mention.organisation == about.id}
    telling = sorted(sentences, key=lambda each: not any(name in each for name in names))[:QUOTED_SENTENCES]
    chosen = sorted(telling, key=sentences.index)
    return tuple(Quote(text=shorten_words(each, QUOTED_WORDS), language=document.language) for each in chosen)


def _repeats(sentence: str, title: str) -> bool:
    short = title.rstrip("….!? ").casefold()
    return sentence.casefold().startswith(short) if short else False


def _also_in(teller: Teller, strand: Strand) -> tuple[Link, ...]:
    """One link a further source, first told first; the last entry counts those without room."""
    links: dict[str, Link] = {}
    for document in strand.documents:
        for source in document.sources:
            if source != strand.lead.community.source and source not in links:
                links[source] = Link(name=teller.source_name(source), url=safe_url(document.url))
    shown, hidden = tuple(links.values())[:MOST_ALSO_IN], len(links) - MOST_ALSO_IN
    if hidden <= 0:
        return shown
    return (*shown, Link(name=teller.voice.ngettext("and {n} more", "and {n} more", hidden), url=""))


def explain(teller: Teller, strand: Strand, about: Organisation | Topic | None) -> str:
    """Why a story is here, in at most three short clauses."""
    voice = teller.voice
    clauses = []
    if isinstance(about, Organisation):
        clauses.append(_relation(teller, strand, about))
    elif about is not None:
        clauses.append(voice.gettext("on your subject"))
    if wanted := teller.promotion(strand):
        clauses.append(voice.gettext("you asked to see it: {why}", why=plain(wanted, limit=80)))
    if strand.authors > 1:
        authors = voice.ngettext("{n} author", "{n} authors", strand.authors)
        sources = voice.ngettext("{n} source", "{n} sources", len(strand.sources))
        clauses.append(voice.gettext("{authors} in {sources}", authors=authors, sources=sources))
    clauses += _signals(teller, strand)
    return _sentence(clauses[:3] or [voice.gettext("new in a place you read")])


def _sentence(clauses: list[str]) -> str:
    joined = ", ".join(clauses)
    return f"{joined[:1].upper()}{joined[1:]}."


def _relation(teller: Teller, strand: Strand, organisation: Organisation) -> str:
    voice, name = teller.voice, plain(organisation.name)
    if strand.lead.community.organisation == organisation.id:
        if strand.lead.author_is_staff:
            return voice.gettext("published by {name}", name=name)
        if strand.lead.thread is not None:
            return voice.gettext("discussed in {name}’s community", name=name)
        return voice.gettext("from {name}’s own places", name=name)
    return voice.gettext("names {name}", name=name)


def _signals(teller: Teller, strand: Strand) -> list[str]:
    voice, lead = teller.voice, strand.lead
    signals = []
    if lead.intent == "malfunction":
        signals.append(voice.gettext("a malfunction is reported"))
    elif lead.intent == "complaint":
        signals.append(voice.gettext("a complaint"))
    if (lead.engagement_vs_norm or 0.0) >= STRONG_RECEPTION:
        times = voice.number(lead.engagement_vs_norm or 0.0)
        signals.append(voice.gettext("{times} times the usual reception there", times=times))
    if _began_before(teller, strand):
        signals.append(voice.gettext("goes on from earlier days"))
    return signals


def _began_before(teller: Teller, strand: Strand) -> bool:
    if strand.lead.first_seen < teller.scope.window.start:
        return True
    earlier = between("first_seen", None, teller.scope.window.start)
    query = teller.scope.known(Keyword("story", strand.key), earlier)
    return strand.lead.story is not None and teller.scope.index.count(query) > 0
