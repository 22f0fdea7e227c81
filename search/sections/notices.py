"""What is told at once, in words: an alert with its parts and posts; new finds of a saved search."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta

from pipelines.document import Document
from search.alerts import Change
from search.editions.digest import More, Story
from search.editions.notice import Notice
from search.index import Index
from search.insights.scope import Scope
from search.insights.strands import Strand
from search.sections.alerts import name_of, tell_parts, tell_reason
from search.sections.glance import SUBJECT_LENGTH
from search.sections.story import explain, tell_story
from search.sections.teller import Teller
from search.window import Window, query_stamp
from search.wording.plain import plain, shorten
from search.wording.voice import Voice
from watchlists.messages import Messages
from watchlists.model import SavedSearch, Watchlist

MOST_POSTS = 5
MOST_FINDS = 10
HELD_BACK = timedelta(minutes=90)
"""Told so much later than noticed, an alert was held back."""


def open_teller(index: Index, watchlist: Watchlist, messages: Messages, *, now: datetime) -> Teller:
    """What notices are told with: everything known now."""
    # what is first seen at this very moment is known, too
    end = now + timedelta(microseconds=1)
    window = Window(start=now - timedelta(days=1), end=end, timezone=watchlist.timezone)
    voice = Voice(language=watchlist.language, timezone=watchlist.timezone, messages=messages)
    return Teller(scope=Scope(index=index, watchlist=watchlist, window=window), voice=voice)


def tell_alert(teller: Teller, change: Change) -> Notice:
    """An alert, one that turned red, or its end."""
    voice, watchlist = teller.voice, teller.scope.watchlist
    name = name_of(watchlist, change.organisation)
    strands = () if change.state == "over" else teller.weave(_documents(teller, change))
    about, hidden = watchlist.organisation(change.organisation), len(strands) - MOST_POSTS
    return Notice(
        kind="alert",
        watch=plain(watchlist.name, limit=80),
        language=voice.language,
        subject=shorten(_subject(voice, name, change), SUBJECT_LENGTH),
        title=_title(voice, name, change),
        sentences=_told(teller, name, change),
        parts=() if change.state == "over" else tell_parts(voice, watchlist, change.buzz),
        heading=voice.gettext("What is said"),
        stories=tuple(
            tell_story(teller, each, why=explain(teller, each, about), about=about)
            for each in strands[:MOST_POSTS]
        ),
        more=_more(voice, hidden, f"organisation:{change.organisation} AND published:{_since(change)}"),
        documents=change.buzz.volume,
        closing=_closing(voice),
        is_urgent=change.state == "red",
    )


def _documents(teller: Teller, change: Change) -> tuple[Document, ...]:
    found = (teller.scope.index.get(id) for id in change.buzz.documents)
    return tuple(each for each in found if each is not None and each.deleted is None)


def _since(change: Change) -> str:
    began = change.buzz.began or change.buzz.at
    return f"[{query_stamp(began)} TO *]"


def _subject(voice: Voice, name: str, change: Change) -> str:
    if change.state == "over":
        return voice.gettext("Alert over: {name}", name=name)
    authors = voice.ngettext("{n} author", "{n} authors", change.buzz.authors)
    span = voice.ngettext("{n} hour", "{n} hours", change.buzz.hours)
    if change.state == "red":
        return voice.gettext("Red alert: {name}, {authors} in {span}", name=name, authors=authors, span=span)
    return voice.gettext("Alert: {name}, {authors} in {span}", name=name, authors=authors, span=span)


def _title(voice: Voice, name: str, change: Change) -> str:
    titles = {
        "alert": voice.gettext("{name} is spoken badly of"),
        "red": voice.gettext("{name}: the alert turns red"),
        "over": voice.gettext("{name}: the alert is over"),
    }
    return titles[change.state].format(name=name)


def _told(teller: Teller, name: str, change: Change) -> tuple[str, ...]:
    """What happened, why it is an alert, how long after the first text it was noticed."""
    voice, watchlist = teller.voice, teller.scope.watchlist
    when = voice.zoned(change.told_at)
    if change.state == "over":
        lines = [
            voice.gettext(
                "Nothing unusual about {name} for twelve hours; seen on {when}.", name=name, when=when
            )
        ]
    else:
        first = voice.zoned(change.buzz.began or change.buzz.at)
        noticed = voice.gettext(
            "Noticed on {when}, {span} after the first text, of {first}.",
            when=when,
            span=voice.span(change.latency),
            first=first,
        )
        lines = [tell_reason(voice, watchlist, change.buzz), noticed]
    if teller.end - change.told_at > HELD_BACK:
        lines.append(voice.gettext("Told only now: quiet hours, or a server that refused it."))
    return tuple(lines)


def _closing(voice: Voice) -> tuple[str, ...]:
    return (
        voice.gettext("How each organisation stands, with every part: veilleur alerts"),
        voice.gettext(
            "You get this once for each change. To get fewer: min_volume, min_authors, quiet_from and "
            "quiet_until under [alerts] in watchlist.toml; deliver = false there leaves alerts to the digest."
        ),
    )


def tell_finds(teller: Teller, search: SavedSearch, documents: Sequence[Document]) -> Notice | None:
    """What a saved search found since it was last told; None where all of it is muted."""
    voice, name = teller.voice, plain(search.name, limit=60)
    strands = teller.weave(tuple(documents))
    count = sum(len(each.documents) for each in strands)
    if not count:
        return None
    first = min(each.first_seen for strand in strands for each in strand.documents)
    texts = voice.ngettext("{n} new text", "{n} new texts", count)
    title = voice.gettext("{texts} for “{name}”", texts=texts, name=name)
    return Notice(
        kind="search",
        watch=plain(teller.scope.watchlist.name, limit=80),
        language=voice.language,
        subject=shorten(voice.gettext("{name}: {texts}", name=name, texts=texts), SUBJECT_LENGTH),
        title=title,
        sentences=(_searched(voice, search),),
        heading=voice.gettext("What was found"),
        stories=tuple(_found(teller, each) for each in strands[:MOST_FINDS]),
        more=_more(
            voice, len(strands) - MOST_FINDS, _within(search, f"first_seen:[{query_stamp(first)} TO *]")
        ),
        documents=count,
        closing=(
            voice.gettext(
                "Each text is told once. To stop this: veilleur searches --delete {id}", id=search.id
            ),
        ),
    )


def _searched(voice: Voice, search: SavedSearch) -> str:
    return voice.gettext("Your saved search: {query}", query=plain(search.query, limit=200))


def _found(teller: Teller, strand: Strand) -> Story:
    return tell_story(teller, strand, why=explain(teller, strand, None))


def _within(search: SavedSearch, part: str) -> str:
    return f"({search.query}) AND {part}"


def _more(voice: Voice, count: int, query: str) -> More | None:
    """The line that says where the rest is, good for any shell."""
    if count <= 0:
        return None
    sentence = voice.ngettext("and {n} more", "and {n} more", count)
    return More(count=count, sentence=sentence, command=f"veilleur search {shlex.quote(plain(query))}")
