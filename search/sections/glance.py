"""The top of the page: three sentences, the subject line and the pre-header.

No percentages, no adjectives: counts against what is usual. A calm day is said with pleasure, and
missing sources are said here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from search.editions.digest import Block, Digest, Story
from search.insights.activity import Month, measure_month
from search.insights.coverage import Readings
from search.insights.scope import News
from search.sections.coverage import lack_sentence, lacking_sources
from search.sections.organisations import usual_phrase
from search.sections.teller import Teller
from search.wording.plain import shorten
from watchlists.query import Everything

SUBJECT_LENGTH = 65
PREHEADER_LENGTH = 110
LEAST_TITLE = 28
SHORTEST_DAY, LONGEST_DAY = timedelta(hours=20), timedelta(hours=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sights:
    """What the top of the page chooses from."""

    news: News
    readings: Readings
    alerts: tuple[Story, ...]
    stories: tuple[Story, ...]
    """Every story shown, heaviest first."""
    unusual: tuple[Block, ...]
    """Organisations well above their usual day."""
    terms: tuple[str, ...]
    """Rising terms, as readers write them."""
    places: tuple[str, ...]

    @property
    def is_calm(self) -> bool:
        """Nothing to hurry for."""
        return not (self.alerts or self.unusual or self.terms or self.places)


def heaviest_first(digest: Digest) -> tuple[Story, ...]:
    """What must be seen, then every other story by distinct authors, distinct sources, and time."""
    others = [story for story in digest.stories if story not in digest.must_see]
    others.sort(key=lambda story: (-story.authors, -story.sources, -story.published.timestamp(), story.id))
    return (*digest.must_see, *others)


def tell_glance(teller: Teller, sights: Sights) -> tuple[str, ...]:
    """Three sentences at most: that it is calm, else what changed; what is missing, else how much."""
    changes, lack = _changes(teller, sights), lack_sentence(teller, sights.readings)
    if sights.is_calm:
        lines = (_volume(teller, sights), *changes[:1], lack)
    else:
        lines = (*changes[:2], lack or _volume(teller, sights))
    return tuple(line for line in lines if line)


def _volume(teller: Teller, sights: Sights) -> str:
    voice, count = teller.voice, len(sights.news.fresh)
    texts = voice.ngettext("{n} new text", "{n} new texts", count)
    if not count:
        nothing = voice.gettext("Nothing new was published.")
        return voice.gettext("Calm day: nothing new was published.") if sights.is_calm else nothing
    if sights.is_calm:
        return voice.gettext("Calm day: {texts}, nothing unusual.", texts=texts)
    spread = len({source for each in sights.news.fresh for source in each.sources})
    sources = voice.ngettext("{n} source", "{n} sources", spread)
    volume = voice.gettext("{texts} from {sources}", texts=texts, sources=sources)
    if not _is_about_a_day(teller):
        return voice.apart((volume,))
    return voice.apart((volume, usual_phrase(teller, _whole_month(teller, sights))))


def _is_about_a_day(teller: Teller) -> bool:
    """Only what was read in about a day stands beside what a usual day holds."""
    window = teller.scope.window
    return SHORTEST_DAY <= window.end - window.start <= LONGEST_DAY


def _whole_month(teller: Teller, sights: Sights) -> Month:
    sources = [each.source.id for each in sights.readings.sources]
    return measure_month(teller.scope, Everything(), sources=sources, readings=sights.readings)


def _changes(teller: Teller, sights: Sights) -> tuple[str, ...]:
    voice = teller.voice
    lines = [
        voice.gettext("{name}: {counts}", name=shorten(story.title, 90), counts=story.why)
        for story in sights.alerts[:1]
    ]
    for block in sights.unusual[:1]:
        assert block.chart is not None
        lines.append(voice.gettext("{name}: {counts}", name=block.name, counts=block.chart.sentence))
    if sights.terms:
        terms = voice.listed([voice.gettext("“{term}”", term=term) for term in sights.terms[:3]])
        lines.append(voice.ngettext("Rising: {terms}.", "Rising: {terms}.", len(sights.terms), terms=terms))
    if sights.places:
        lines.append(_new_places(teller, sights.places[:2]))
    lines += [_most_discussed(teller, story) for story in sights.stories[:1]]
    return tuple(lines)


def _new_places(teller: Teller, names: Sequence[str]) -> str:
    return teller.voice.ngettext(
        "New place people link to: {names}.",
        "New places people link to: {names}.",
        len(names),
        names=teller.voice.listed(names),
    )


def _most_discussed(teller: Teller, story: Story) -> str:
    title = shorten(story.title, 90)
    return teller.voice.gettext("First to read: “{title}” ({source}).", title=title, source=story.source)


def tell_subject(teller: Teller, sights: Sights) -> str:
    """At most 65 characters that carry the news: the first story, then counts."""
    voice = teller.voice
    pieces: list[str] = []
    if sights.terms:
        count = len(sights.terms)
        pieces.append(voice.ngettext("{n} rising subject", "{n} rising subjects", count))
    lacking = len(lacking_sources(sights.readings))
    silent = sum(each.is_new_trouble for each in sights.readings.of_state("silent"))
    if lacking + silent:
        pieces.append(voice.ngettext("{n} source missing", "{n} sources missing", lacking + silent))
    lead = sights.stories[0].title if sights.stories else voice.gettext("Calm day")
    return _fit(lead, pieces)


def _fit(lead: str, pieces: Sequence[str]) -> str:
    """The lead, shortened for the counts as far as it stays a phrase; a count too many is left out."""
    tail = ""
    for piece in pieces:
        longer = f"{tail} · {piece}"
        tail = longer if len(longer) <= SUBJECT_LENGTH - LEAST_TITLE else tail
    return shorten(lead, SUBJECT_LENGTH - len(tail)) + tail


def tell_preheader(sights: Sights, glance: Sequence[str]) -> str:
    """What mail programs show after the subject: the second story, else the first sentence."""
    text = sights.stories[1].title if len(sights.stories) > 1 else glance[0]
    return shorten(text, PREHEADER_LENGTH)
