"""One morning's digest, built from the index and the watchlist alone: the same input, the same page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.document import Document
from search.alerts import Alarm
from search.books.looks import Look
from search.editions.digest import Block, Digest, Footer, More
from search.index import Index
from search.insights.activity import Month
from search.insights.conversations import Conversation, find_conversations
from search.insights.coverage import Readings, read_coverage
from search.insights.places import Emergence, find_places
from search.insights.rising import Rise, find_rising
from search.insights.scope import News, Scope, gather_news
from search.insights.strands import Strand, strand_key
from search.press.fitting import fit
from search.press.layout import MOST_MUST_SEE, Layout, lay_out
from search.sections.conversations import tell_conversations
from search.sections.coverage import tell_coverage
from search.sections.glance import Sights, heaviest_first, tell_glance, tell_preheader, tell_subject
from search.sections.organisations import month_of, tell_organisation, tell_topic
from search.sections.rising import tell_places, tell_rising
from search.sections.searches import tell_searches
from search.sections.spoken import tell_ahead
from search.sections.story import explain, tell_story
from search.sections.teller import Teller
from search.sections.tone import is_tone_day, tell_tone
from search.window import Window
from search.wording.plain import plain
from search.wording.voice import Voice
from watchlists.messages import Messages
from watchlists.model import Watchlist


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a digest knows of those before it, and of what is wrong today."""

    told: frozenset[str] = frozenset()
    """Ids of documents earlier digests held since `reach`."""
    reach: datetime | None = None
    """How far before its window to look for documents indexed late; None is not at all."""
    alarms: tuple[Alarm, ...] = ()
    note: str = ""
    """Shown under the title: that this is a rebuilt page."""
    looks: tuple[Look, ...] = ()
    """What was found at emerging places."""


FIRST = History()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A digest, and the documents it accounts for."""

    digest: Digest
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the insights found, before anything is told."""

    news: News
    readings: Readings
    months: dict[str, Month]
    alarms: tuple[tuple[Strand, str], ...]
    conversations: tuple[Conversation, ...]
    rises: tuple[Rise, ...] | None
    places: tuple[Emergence, ...]
    looks: tuple[Look, ...] = ()


def build_digest(
    index: Index,
    watchlist: Watchlist,
    *,
    window: Window,
    now: datetime,
    messages: Messages,
    history: History = FIRST,
) -> Digest:
    """The digest of a window, in the watch's language."""
    return build_edition(index, watchlist, window=window, now=now, messages=messages, history=history).digest


def build_edition(
    index: Index,
    watchlist: Watchlist,
    *,
    window: Window,
    now: datetime,
    messages: Messages,
    history: History = FIRST,
) -> Edition:
    """The digest of a window with the documents it accounts for: what the ledger keeps."""
    voice = Voice(language=watchlist.language, timezone=watchlist.timezone, messages=messages)
    scope = Scope(index=index, watchlist=watchlist, window=window, told=history.told, reach=history.reach)
    teller = Teller(scope=scope, voice=voice)
    findings = _find(teller, history)
    digest = _crown(teller, findings, _compose(teller, findings, now=now, note=history.note))
    fitting = _crown(teller, findings, fit(digest, teller))  # its top counts what is left on the page
    return Edition(digest=fitting, documents=findings.news.everything)


def _find(teller: Teller, history: History) -> Findings:
    scope = teller.scope
    news, readings = gather_news(scope), read_coverage(scope)
    return Findings(
        news=news,
        readings=readings,
        months={each.id: month_of(teller, each, readings) for each in scope.watchlist.organisations},
        alarms=_alarms(teller, history),
        conversations=_unmuted(teller, find_conversations(scope)),
        rises=find_rising(scope, news.worth_telling),
        places=find_places(scope, news.worth_telling),
        looks=history.looks,
    )


def _alarms(teller: Teller, history: History) -> tuple[tuple[Strand, str], ...]:
    found: list[tuple[Strand, str]] = []
    for alarm in history.alarms:
        documents = tuple(each for id in alarm.documents if (each := teller.find(id)))
        found += [(strand, alarm.reason) for strand in teller.weave(documents)[:1]]
    return tuple(found)


def _more_alarms(teller: Teller, count: int) -> More | None:
    """The line that says where further alerts are told."""
    if count <= 0:
        return None
    sentence = teller.voice.ngettext("and {n} more alert", "and {n} more alerts", count)
    return More(count=count, sentence=sentence, command="veilleur alerts")


def _unmuted(teller: Teller, found: tuple[Conversation, ...]) -> tuple[Conversation, ...]:
    muted = teller.scope.decided("mute").keys()
    return tuple(each for each in found if not {each.opening.id, strand_key(each.opening)} & muted)


def _compose(teller: Teller, findings: Findings, *, now: datetime, note: str) -> Digest:
    voice, window, watchlist = teller.voice, teller.scope.window, teller.scope.watchlist
    is_weekly = is_tone_day(teller, has_alert=bool(findings.alarms))
    layout = lay_out(teller, findings.news, alarms=findings.alarms, conversations=findings.conversations)
    competitors = _blocks(teller, findings, layout, "competitor", "partner")
    return Digest(
        watch=plain(watchlist.name, limit=80),
        language=voice.language,
        timezone=window.timezone,
        day=window.day,
        start=window.start,
        end=window.end,
        built_at=now,
        title=voice.gettext("The morning watch of {day}", day=voice.day(window.day)),
        note=note,
        documents=len(findings.news.everything),
        must_see=tuple(
            tell_story(teller, strand, why=reason or explain(teller, strand, None))
            for strand, reason in layout.must_see
        ),
        must_see_more=_more_alarms(teller, len(findings.alarms) - MOST_MUST_SEE),
        competitors=_ahead(teller, competitors) if is_weekly else competitors,
        own=_blocks(teller, findings, layout, "own"),
        conversations=tell_conversations(teller, layout.waiting, layout.conversations),
        topics=_topics(teller, layout),
        rising=tell_rising(teller, findings.rises),
        searches=tell_searches(teller, findings.news),
        platforms=_with_news(_blocks(teller, findings, layout, "platform")),
        places=tell_places(teller, findings.places, findings.looks),
        tone=tell_tone(teller) if is_weekly else None,
        coverage=tell_coverage(teller, findings.readings, findings.news.late),
        footer=_footer(teller),
    )


def _crown(teller: Teller, findings: Findings, digest: Digest) -> Digest:
    """The digest with its top: glance, subject and pre-header, which look at the whole page."""
    sights = Sights(
        news=findings.news,
        readings=findings.readings,
        alerts=digest.must_see,
        stories=heaviest_first(digest),
        unusual=tuple(
            block
            for block in (*digest.competitors, *digest.own)
            if block.chart is not None and findings.months[block.id].is_unusual
        ),
        terms=tuple(each.term for each in digest.rising.terms),
        places=tuple(each.domain for each in digest.places),
    )
    glance = tell_glance(teller, sights)
    subject, preheader = tell_subject(teller, sights), tell_preheader(sights, glance)
    return replace(digest, glance=glance, subject=subject, preheader=preheader)


def _blocks(teller: Teller, findings: Findings, layout: Layout, *roles: str) -> tuple[Block, ...]:
    return tuple(
        tell_organisation(teller, each, layout.organisations[each.id], findings.months[each.id])
        for each in teller.scope.organisations(*roles)
    )


def _ahead(teller: Teller, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Blocks of rivals with what they announced for the days to come."""
    told = {each.id: tell_ahead(teller, each) for each in teller.scope.organisations("competitor", "partner")}
    return tuple(replace(block, facts=(*block.facts, *told[block.id])) for block in blocks)


def _topics(teller: Teller, layout: Layout) -> tuple[Block, ...]:
    topics = teller.scope.watchlist.topics
    return _with_news(tuple(tell_topic(teller, each, layout.topics[each.id]) for each in topics))


def _with_news(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.stories or block.more)


def _footer(teller: Teller) -> Footer:
    voice, watchlist = teller.voice, teller.scope.watchlist
    sources = voice.ngettext("{n} source", "{n} sources", sum(each.enabled for each in watchlist.sources))
    watched = voice.ngettext("{n} organisation", "{n} organisations", len(watchlist.organisations))
    because = voice.gettext(
        "You get this because {watch} watches {organisations} in {sources}; watchlist.toml says which.",
        watch=plain(watchlist.name, limit=80),
        organisations=watched,
        sources=sources,
    )
    day = teller.scope.window.day.isoformat()
    return Footer(sentences=(because,), replay=f"veilleur digest --date {day}")
