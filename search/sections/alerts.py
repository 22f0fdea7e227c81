"""An alert in words: every part of the judgement, with its count."""

from __future__ import annotations

from search.alerts import Change, Vigil
from search.insights.badbuzz import Buzz
from search.wording.plain import plain
from search.wording.voice import Voice
from watchlists.model import Watchlist

MOST_PLACES = 4


def name_of(watchlist: Watchlist, id: str) -> str:
    """What readers call an organisation."""
    organisation = watchlist.organisation(id)
    return plain(organisation.name if organisation else id, limit=60)


def tell_reason(voice: Voice, watchlist: Watchlist, buzz: Buzz) -> str:
    """Why it is an alert, in one sentence: how many texts by how many people, how many texts are usual."""
    clauses = (
        voice.gettext(
            "{texts} by {authors} speaking badly of {name} in {span}, usually {usual}",
            texts=voice.ngettext("{n} text", "{n} texts", buzz.volume),
            authors=voice.ngettext("{n} author", "{n} authors", buzz.authors),
            name=name_of(watchlist, buzz.organisation),
            span=voice.ngettext("{n} hour", "{n} hours", buzz.hours),
            usual=_usual(voice, buzz),
        ),
        voice.ngettext("in {n} place", "in {n} places", len(buzz.places)),
        _origin(voice, buzz),
    )
    return voice.apart(clauses)


def _usual(voice: Voice, buzz: Buzz) -> str:
    if buzz.usual < 1:
        return voice.gettext("fewer than one text")
    return voice.ngettext("about {n} text", "about {n} texts", round(buzz.usual))


def _origin(voice: Voice, buzz: Buzz) -> str:
    if buzz.origin == "own":
        return voice.gettext("set off by a post of its own")
    return voice.gettext("begun by others")


def tell_parts(voice: Voice, watchlist: Watchlist, buzz: Buzz) -> tuple[str, ...]:
    """Every part of the judgement on a line of its own."""
    places = [_place(watchlist, each) for each in buzz.places]
    more = len(places) - MOST_PLACES
    if more > 0:
        places = [*places[:MOST_PLACES], voice.ngettext("{n} more", "{n} more", more)]
    lines = [
        voice.gettext(
            "Negative: {volume} by {authors}; all voices: {voices}",
            volume=voice.ngettext("{n} text", "{n} texts", buzz.volume),
            authors=voice.ngettext("{n} author", "{n} authors", buzz.authors),
            voices=voice.number(buzz.voices),
        ),
        voice.gettext(
            "Usual in such hours: {usual}; by chance less than once in {times}",
            usual=voice.number(buzz.usual),
            times=voice.number(10 ** max(0, _magnitude(buzz.rarity))),
        ),
        voice.gettext("In the last hour: {n}", n=voice.number(buzz.last_hour)),
        voice.gettext("Places: {places}", places=voice.listed(places)),
    ]
    if buzz.words:
        words = voice.listed([_name_word(voice, each) for each in buzz.words])
        lines.append(voice.gettext("Words of crisis: {words}", words=words))
    if buzz.engagement is not None:
        lines.append(voice.gettext("Reactions so far: {n}", n=voice.number(buzz.engagement)))
    origin = voice.gettext("Origin: {origin}, {id}", origin=_origin(voice, buzz), id=buzz.origin_document)
    return (*lines, origin)


def _magnitude(rarity: float) -> int:
    """The power of ten below which a chance lies, at most nine."""
    power = 0
    while power < 9 and rarity < 10.0 ** -(power + 1):
        power += 1
    return power


def _place(watchlist: Watchlist, id: str) -> str:
    source = watchlist.source(id)
    return plain(source.name if source and source.name else id, limit=60)


def tell_change(voice: Voice, watchlist: Watchlist, change: Change) -> str:
    """One change on one line: what, about whom, when, and how long after the first text."""
    name, when = name_of(watchlist, change.organisation), voice.zoned(change.told_at)
    if change.state == "over":
        return voice.gettext("{when}: {name}: over.", when=when, name=name)
    text = (
        voice.gettext("{when}: {name}: red alert, {span} after the first text.")
        if change.state == "red"
        else voice.gettext("{when}: {name}: alert, {span} after the first text.")
    )
    return text.format(when=when, name=name, span=voice.span(change.latency))


def tell_state(voice: Voice, vigil: Vigil) -> str:
    """How an organisation stands, and since when."""
    states = {
        "calm": voice.gettext("calm"),
        "watch": voice.gettext("to be watched"),
        "alert": voice.gettext("red alert") if vigil.is_red else voice.gettext("alert"),
        "over": voice.gettext("alert over"),
    }
    if vigil.since is None or vigil.state == "calm":
        return states[vigil.state]
    return voice.gettext("{state} since {when}", state=states[vigil.state], when=voice.zoned(vigil.since))


def _name_word(voice: Voice, word: str) -> str:
    """A word of crisis as it stands in the texts, or the name of an emotion they show."""
    emotions = {
        "anger": voice.gettext("anger"),
        "fear": voice.gettext("fear"),
        "disappointment": voice.gettext("disappointment"),
        "mockery": voice.gettext("mockery"),
    }
    return emotions.get(word, plain(word, limit=30))
