"""The calendar of others: launches, contests and events that organisations announce in their own places.

Only what an organisation says itself counts: posts by its staff, and what it publishes in places that
are no communities. A text is one of the three kinds by the cues below: in its title, or anywhere at its
beginning when it was understood as an announcement. Texts of one story are one entry. The day is the one
the text states; without one, that of its publication.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pipelines.document import Document
from pipelines.folding import fold
from search.insights.activity import owned_by
from search.insights.scope import Scope, is_noise
from search.insights.stated_dates import StatedDay, find_days
from search.insights.strands import Strand, weave
from search.window import between
from watchlists.model import Organisation
from watchlists.query import Keyword, Not

EntryKind = Literal["launch", "contest", "event"]
COMMUNITIES = frozenset(
    {"discourse", "flarum", "nodebb", "forum", "lemmy", "reddit", "stackexchange", "hackernews", "reviews"}
)
"""Kinds of places where customers write, too: there, only staff speaks for the organisation."""
READ_CHARACTERS = 600
CUES: dict[EntryKind, str] = {
    "contest": r"""
        concours | tirage\ au\ sort | gagnante?s? | laureate?s? | a\ gagner
        | contests? | giveaways? | prize\ draw | winners? | hackathons? | photo\ competition
    """,
    "event": r"""
        rendez-vous\ (?:le|a|au) | portes\ ouvertes | ouvre\ ses\ portes | webinaires? | conferences? | salon
        | festival | soiree | journees?\ (?:de|des|portes|du) | semaine\ (?:de|des|du) | fete\ (?:de|des|du)
        | venez | essayez | inscri(?:vez|ption)\w* | marche\ de\ noel | reunion | live\ ce\ soir
        | webinars? | meet-?ups? | save\ the\ date | join\ us | will\ take\ place | open\ day | workshops?
        | come\ and\ (?:see|try) | register | live\ tonight | sessions?
    """,
    "launch": r"""
        lance(?:nt|ment)? | nous\ lancons | inaugur\w+ | devoil\w+ | nouveau(?:te|x)? | nouvelles? | arrivent?
        | debarquent? | (?:est|sont)\ la(?=\s*(?:[.,;:!?…)]|$))
        | disponibles? | des\ aujourd'hui | a\ partir\ du | ouverture
        | ouvr(?:e|ent|ons) | premier(?:e|s|es)?\ (?:stations?|velos?|version) | generation
        | launch\w* | introduc(?:es?|ing) | meet | unveil\w* | now\ (?:available|open) | rolling\ out
        | rolls\ out | open(?:s|ing) | new | release[sd]? | available\ (?:today|now|from)
    """,
}
"""The first kind whose cue is found counts; over folded letters (lower case, no accents)."""
_COMPILED = {kind: re.compile(rf"\b(?:{cues})\b", re.VERBOSE) for kind, cues in CUES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A launch, a contest or an event of one organisation."""

    organisation: Organisation
    kind: EntryKind
    lead: Document
    """The first text that tells it."""
    starts: date | None
    ends: date | None
    """As the texts state them; None where they do not."""
    announced: datetime
    texts: int
    """Texts of the organisation that tell it."""
    echoes: int
    """Texts of the same story in other places."""
    day: date
    """What it is listed under: the day stated, else that of the announcement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Entries that are still to come or still last, nearest first; and past ones, latest first."""

    upcoming: tuple[Entry, ...]
    past: tuple[Entry, ...]


def read_calendar(
    scope: Scope, organisations: Sequence[Organisation], *, since: datetime, until: datetime
) -> Calendar:
    """What these organisations announced in [since, until), seen from the scope's day."""
    entries = [entry for each in organisations for entry in _entries(scope, each, since, until)]
    today = scope.window.day
    ahead = [each for each in entries if _last_day(each) >= today]
    return Calendar(
        upcoming=tuple(sorted(ahead, key=lambda each: (each.day, each.organisation.id, each.lead.id))),
        past=tuple(
            sorted(
                (each for each in entries if _last_day(each) < today),
                key=lambda each: (-each.day.toordinal(), each.organisation.id, each.lead.id),
            )
        ),
    )


def _last_day(entry: Entry) -> date:
    """Until when an entry lasts; one without a day stated is over with its announcement."""
    return max(filter(None, (entry.ends, entry.starts)), default=date.min)


def _entries(scope: Scope, organisation: Organisation, since: datetime, until: datetime) -> Iterator[Entry]:
    query = scope.known(owned_by(organisation), between("published", since, until), Keyword("bot", "false"))
    official = (each for each in scope.index.scan(query) if is_official(scope, each))
    told: defaultdict[EntryKind, list[Document]] = defaultdict(list)
    for each in official:
        if kind := classify(each):
            told[kind].append(each)
    for kind, texts in told.items():
        for strand in weave(texts, find=scope.index.get):
            yield _tell(scope, organisation, strand, kind)


def is_official(scope: Scope, document: Document) -> bool:
    """Whether the organisation itself speaks: its staff, or a place where only it publishes."""
    if is_noise(document) or document.is_copy:
        return False
    source = scope.watchlist.source(document.community.source)
    is_publication = source is not None and source.kind not in COMMUNITIES
    return document.author_is_staff or (is_publication and document.parent is None)


def classify(document: Document) -> EntryKind | None:
    """Launch, contest or event by the cues; None when it is none."""
    beginning = document.text[:READ_CHARACTERS] if document.intent == "announcement" else ""
    for text in (document.title[:READ_CHARACTERS], beginning):
        folded = fold(text)
        found = next((kind for kind, cues in _COMPILED.items() if cues.search(folded)), None)
        if found:
            return found
    return None


def _tell(scope: Scope, organisation: Organisation, strand: Strand, kind: EntryKind) -> Entry:
    first = strand.documents[0]
    starts, ends = _choose_days(_days(strand.documents, scope.window.timezone))
    return Entry(
        organisation=organisation,
        kind=kind,
        lead=first,
        starts=starts,
        ends=ends,
        announced=first.published,
        texts=len(strand.documents),
        echoes=_echoes(scope, organisation, first),
        day=starts or ends or _local_day(first.published, scope.window.timezone),
    )


def _days(texts: Iterable[Document], timezone: str) -> list[StatedDay]:
    return [
        stated
        for each in texts
        for stated in find_days(f"{each.title}\n{each.text}", published=_local_day(each.published, timezone))
    ]


def _local_day(moment: datetime, timezone: str) -> date:
    return moment.astimezone(ZoneInfo(timezone)).date()


def _choose_days(stated: Sequence[StatedDay]) -> tuple[date | None, date | None]:
    """The first day stated as a beginning, and the first end after it."""
    starts = next((each.day for each in stated if not each.is_end), None)
    ends = next((each.day for each in stated if each.is_end and (starts is None or each.day >= starts)), None)
    return starts, ends


def _echoes(scope: Scope, organisation: Organisation, first: Document) -> int:
    if not first.story:
        return 0
    return scope.index.count(scope.known(Keyword("story", first.story), Not(owned_by(organisation))))
