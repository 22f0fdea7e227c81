"""Rising terms and emerging places, each with the counts that made it rise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from search.books.looks import Look
from search.editions.digest import Link, Place, Rising, RisingTerm
from search.insights.places import Emergence
from search.insights.rising import Rise
from search.sections.story import title_of
from search.sections.teller import Teller
from search.wording.plain import plain, safe_url

MOST_TERMS = 5
MOST_PLACES = 3


def tell_rising(teller: Teller, rises: Sequence[Rise] | None) -> Rising:
    """At most five rising terms, promoted ones first; without past enough, a note instead."""
    if rises is None:
        note = teller.voice.gettext("No trends yet: they need fourteen days of reading to compare with.")
        return Rising(note=note)
    promoted = teller.scope.decided("promote")
    ordered = sorted(rises, key=lambda each: each.term.value.casefold() not in promoted)
    terms = tuple(_tell_rise(teller, each) for each in ordered[:MOST_TERMS])
    return Rising(terms=tuple(_without_repeat(each, terms[:number]) for number, each in enumerate(terms)))


def _without_repeat(term: RisingTerm, before: tuple[RisingTerm, ...]) -> RisingTerm:
    """An example is given once, however many terms it stands for."""
    is_given = term.example in {each.example for each in before}
    return replace(term, example=None) if is_given else term


def shown_term(teller: Teller, rise: Rise) -> str:
    """The term as readers write it; a topic by its name."""
    if rise.term.field == "topic":
        names = {topic.id: topic.name for topic in teller.scope.watchlist.topics}
        return plain(names.get(rise.term.value, rise.term.value), limit=60)
    if rise.term.field == "kind":
        return _format_name(teller, rise.term.value)
    return plain(rise.term.shown, limit=60)


def _format_name(teller: Teller, kind: str) -> str:
    """A format by its name in the reader's language."""
    voice = teller.voice
    names = {
        "video": voice.gettext("videos"),
        "episode": voice.gettext("podcast episodes"),
        "event": voice.gettext("events"),
        "release": voice.gettext("releases"),
        "review": voice.gettext("reviews"),
    }
    return names.get(kind, kind)


def _tell_rise(teller: Teller, rise: Rise) -> RisingTerm:
    first = rise.term.first
    return RisingTerm(
        term=shown_term(teller, rise),
        language=rise.term.language,
        now=rise.now,
        base=rise.base,
        usual=round(rise.usual, 2),
        sources=rise.term.sources,
        authors=rise.term.authors,
        is_new=rise.is_new,
        sentence=_rise_sentence(teller, rise),
        example=Link(name=title_of(first), url=safe_url(first.url)),
    )


def _rise_sentence(teller: Teller, rise: Rise) -> str:
    voice = teller.voice
    now = voice.gettext("{now} of {base} texts", now=rise.now, base=rise.base)
    spread = voice.gettext(
        "{authors} in {sources}",
        authors=voice.ngettext("{n} author", "{n} authors", rise.term.authors),
        sources=voice.ngettext("{n} source", "{n} sources", rise.term.sources),
    )
    if rise.is_new:
        return voice.gettext("new, never read before; {now}, {spread}.", now=now, spread=spread)
    if rise.usual < 1:
        return voice.gettext("{now}, usually fewer than one; {spread}.", now=now, spread=spread)
    usual = voice.number(rise.usual, digits=0)
    return voice.gettext("{now}, usually about {usual}; {spread}.", now=now, usual=usual, spread=spread)


def tell_places(teller: Teller, found: Sequence[Emergence], looks: Sequence[Look] = ()) -> tuple[Place, ...]:
    """At most three places that people begin to link to, and what is there where somebody looked."""
    seen = {each.place: each for each in looks}
    return tuple(_tell_place(teller, each, seen.get(each.domain)) for each in found[:MOST_PLACES])


def _tell_look(teller: Teller, look: Look | None) -> str:
    """What is there, as a further sentence; empty where nobody could look."""
    voice = teller.voice
    if look is None or (not look.kind and not look.is_forbidden):
        return ""
    if look.is_forbidden:
        return " " + voice.gettext("Its robots.txt asks not to be read.")
    what = plain(look.software or look.kind, limit=30)
    if not look.title:
        return " " + voice.gettext("There: {what}.", what=what)
    title = plain(look.title, limit=60)
    return " " + voice.gettext("There: “{title}” ({what}).", title=title, what=what)


def _tell_place(teller: Teller, place: Emergence, look: Look | None) -> Place:
    voice, domain = teller.voice, plain(place.domain, limit=80)
    sentence = voice.gettext(
        "{citations} by {authors} in {sources}; the first: {source}, {when}.",
        citations=voice.ngettext("{n} link", "{n} links", len(place.documents)),
        authors=voice.ngettext("{n} author", "{n} authors", place.authors),
        sources=voice.ngettext("{n} source", "{n} sources", len(place.sources)),
        when=voice.moment(place.first.published, seen_from=teller.end),
        source=teller.source_name(place.first.community.source),
    )
    return Place(
        domain=domain,
        citations=len(place.documents),
        authors=place.authors,
        sources=len(place.sources),
        sentence=sentence + _tell_look(teller, look),
        first=Link(name=title_of(place.first), url=safe_url(place.first.url)),
        decide=f"veilleur places watch|ignore {domain}",
    )
