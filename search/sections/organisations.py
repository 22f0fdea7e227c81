"""The blocks of competitors, of ourselves, of topics and of platforms: stories, month, one quiet line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from search.editions.digest import Block, Chart
from search.insights.activity import (
    Activity,
    Month,
    measure_activity,
    measure_month,
    own_sources,
    owned_by,
    said_of,
)
from search.insights.coverage import Readings
from search.insights.reputation import measure_reputation
from search.insights.strands import Strand
from search.sections.story import explain, tell_story
from search.sections.teller import Teller
from search.wording.plain import plain
from watchlists.model import Organisation, Topic

WEEK = 7
FEWEST_REPLIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The strands of one block, heaviest first, and how many of them are shown."""

    strands: tuple[Strand, ...]
    shown: int = 0
    elsewhere: int = 0
    """Strands that another section of the page tells."""

    @property
    def hidden(self) -> int:
        """How many are left for the line that says where they are."""
        return len(self.strands) - self.shown


def tell_organisation(
    teller: Teller, organisation: Organisation, selection: Selection, month: Month
) -> Block:
    """The block of a competitor, a partner, a platform or ourselves."""
    stories = tuple(
        tell_story(teller, strand, why=explain(teller, strand, organisation), about=organisation)
        for strand in selection.strands[: selection.shown]
    )
    has_news = bool(selection.strands) or selection.elsewhere > 0
    has_chart = organisation.role != "platform" and (has_news or month.last > 0)
    return Block(
        id=organisation.id,
        name=_name(teller, organisation),
        role=organisation.role,
        stories=stories,
        more=teller.more(selection.hidden, f"organisation:{organisation.id}"),
        chart=tell_month(teller, organisation, month) if has_chart else None,
        facts=(*_facts(teller, organisation), *_elsewhere(teller, selection)),
        quiet="" if has_news else _quiet(teller, organisation, month),
    )


def _name(teller: Teller, organisation: Organisation) -> str:
    name = plain(organisation.name, limit=60)
    return teller.voice.gettext("{name} (partner)", name=name) if organisation.role == "partner" else name


def _elsewhere(teller: Teller, selection: Selection) -> tuple[str, ...]:
    """Said of a block that has nothing of its own left to tell, lest it look quiet."""
    if selection.strands or not selection.elsewhere:
        return ()
    text = teller.voice.ngettext(
        "{n} story is told in another section.",
        "{n} stories are told in other sections.",
        selection.elsewhere,
    )
    return (text,)


def month_of(teller: Teller, organisation: Organisation, readings: Readings) -> Month:
    """The month of its own places; for ourselves, and where it has none, of its mentions."""
    scope = teller.scope
    sources = own_sources(scope, organisation)
    if counts_mentions(teller, organisation):
        others = [each.id for each in scope.watchlist.sources if each.enabled and each.id not in sources]
        return measure_month(scope, said_of(organisation), sources=others, readings=readings)
    return measure_month(scope, owned_by(organisation), sources=sources, readings=readings)


def counts_mentions(teller: Teller, organisation: Organisation) -> bool:
    """Whether the month of this organisation is drawn from mentions by others."""
    return organisation.role == "own" or not own_sources(teller.scope, organisation)


def tell_month(teller: Teller, organisation: Organisation, month: Month) -> Chart:
    """The month as a chart with its numbers in a sentence."""
    voice, name = teller.voice, plain(organisation.name, limit=60)
    if counts_mentions(teller, organisation):
        title = voice.gettext("Mentions of {name} a day, thirty days", name=name)
    else:
        title = voice.gettext("Posts in the places of {name} a day, thirty days", name=name)
    low, high = month.usual or (None, None)
    return Chart(
        title=title,
        days=tuple(voice.local(bound).date() for bound in month.bounds[1:]),
        counts=month.counts,
        last=month.last,
        low=low,
        high=high,
        sentence=_month_sentence(teller, organisation, month),
    )


def _month_sentence(teller: Teller, organisation: Organisation, month: Month) -> str:
    voice = teller.voice
    if counts_mentions(teller, organisation):
        last = voice.ngettext("{n} mention in 24 hours", "{n} mentions in 24 hours", month.last)
    else:
        last = voice.ngettext("{n} post in 24 hours", "{n} posts in 24 hours", month.last)
    return voice.apart((last, usual_phrase(teller, month)))


def usual_phrase(teller: Teller, month: Month) -> str:
    """What eight days in ten hold, or that it is too early to say."""
    voice = teller.voice
    if month.usual is None:
        return voice.gettext("too early to say what is usual")
    low, high = month.usual
    if low == high:
        return voice.gettext("usually {n} a day", n=low)
    return voice.gettext("usually {low} to {high} a day", low=low, high=high)


def _quiet(teller: Teller, organisation: Organisation, month: Month) -> str:
    voice = teller.voice
    query = said_of(organisation) if counts_mentions(teller, organisation) else owned_by(organisation)
    found = teller.scope.index.search(teller.scope.known(query), sort="-published", limit=1)
    if not found.hits:
        return voice.gettext("Quiet: nothing read about it yet.")
    since = voice.since(found.hits[0].document.published, seen_from=teller.end)
    usual = usual_phrase(teller, month)
    return voice.gettext("Quiet: nothing new {since}; {usual}.", since=since, usual=usual)


def _facts(teller: Teller, organisation: Organisation) -> tuple[str, ...]:
    lines = [_mentions_line(teller, organisation)] if organisation.role == "own" else []
    if own_sources(teller.scope, organisation):
        window = teller.scope.window
        activity = measure_activity(teller.scope, organisation, since=window.back(WEEK), until=window.end)
        lines.append(_activity_line(teller, activity))
    return tuple(line for line in lines if line)


def _mentions_line(teller: Teller, organisation: Organisation) -> str:
    """Who spoke of us in seven days, and in which tone, as counts."""
    voice, window = teller.voice, teller.scope.window
    week = measure_reputation(teller.scope, organisation, since=window.back(WEEK), until=window.end)
    if not week.mentions:
        return ""
    mentions = voice.ngettext("{n} mention", "{n} mentions", week.mentions)
    stories = voice.ngettext("{n} story", "{n} stories", week.stories)
    head = voice.gettext("In seven days: {mentions} in {stories}", mentions=mentions, stories=stories)
    if not week.has_tone:
        return voice.apart((head,))
    tone = voice.gettext(
        "{negative} negative, {neutral} neutral, {positive} positive",
        negative=week.negative,
        neutral=week.neutral,
        positive=week.positive,
    )
    return voice.apart((head, tone))


def _activity_line(teller: Teller, activity: Activity) -> str:
    """How its threads were answered in seven days; empty below the floor of five threads."""
    voice = teller.voice
    if not activity.is_telling:
        return ""
    parts = [voice.ngettext("{n} thread in seven days", "{n} threads in seven days", activity.threads)]
    if activity.replies >= FEWEST_REPLIES:
        share = voice.gettext(
            "staff wrote {n} of {base} replies", n=activity.staff_replies, base=activity.replies
        )
        parts.append(share)
    if activity.first_reply is not None:
        wait = voice.span(timedelta(minutes=activity.first_reply))
        parts.append(voice.gettext("half get a first reply within {wait}", wait=wait))
    if activity.due >= FEWEST_REPLIES:
        late = voice.gettext(
            "{n} of {base} without reply after a day", n=activity.unanswered, base=activity.due
        )
        parts.append(late)
    return voice.apart(parts)


def tell_topic(teller: Teller, topic: Topic, selection: Selection) -> Block:
    """The block of one of the watch's topics: only what was told nowhere above."""
    stories = tuple(
        tell_story(teller, strand, why=explain(teller, strand, topic))
        for strand in selection.strands[: selection.shown]
    )
    more = teller.more(selection.hidden, f"topic:{topic.id}")
    return Block(id=topic.id, name=plain(topic.name, limit=60), role="topic", stories=stories, more=more)
