"""Alerts: a judgement an hour becomes calm, watch, alert, over; told once, then quiet until it changes.

`watch_over` looks at every hour since the last check and says what changed. Pure over the index:
states in, states and changes out; the ledger keeps both. What a run found late is judged as known
now: an alert may be told some time after its hour, and says how long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pipelines.document import Document
from search.index import Index
from search.insights.badbuzz import Buzz, Level, Recent, is_promising, judge
from search.insights.hearing import CATCH_UP_HOURS, GUARD_HOURS, Hearing, Hours, known_at, listen, read_hours
from search.insights.hourly_rates import HOUR
from search.window import between
from watchlists.model import Alerts, Watchlist
from watchlists.query import And, Keyword, Or

State = Literal["calm", "watch", "alert", "over"]
News = Literal["alert", "red", "over"]
COOLED = timedelta(hours=12)
"""Hours without anything unusual after which an alert is over."""
WATCHED_ROLES = frozenset({"own", "competitor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something to be seen first: the documents it is about, and why, in the reader's language."""

    documents: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vigil:
    """How one organisation stands, and since when."""

    organisation: str
    state: State = "calm"
    since: datetime | None = None
    """When this state began."""
    hot: datetime | None = None
    """The last hour at which something was unusual."""
    is_red: bool = False
    checked: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something to tell: an alert, one that turned red, or the end of one."""

    organisation: str
    state: News
    told_at: datetime
    """The run that found it."""
    buzz: Buzz

    @property
    def latency(self) -> timedelta:
        """From the first of the texts to the run that told of it."""
        return self.told_at - (self.buzz.began or self.buzz.at)


def advance(vigil: Vigil, buzz: Buzz, *, floors: Alerts) -> tuple[Vigil, tuple[News, ...]]:
    """The state after an hour, and what of it is to be told."""
    at, level = buzz.at, buzz.level
    moved = replace(vigil, checked=at, hot=at if level != "calm" else vigil.hot)
    if level == "alert" and vigil.state != "alert":
        return _alarm(vigil, moved, buzz, floors)
    if vigil.state == "alert":
        if buzz.is_red and not vigil.is_red:
            return replace(moved, is_red=True), ("red",)
        return _end(moved, at)
    if vigil.state == "over":
        return _forget(moved, at, floors), ()
    return _observe(vigil, moved, level, at), ()


def _alarm(vigil: Vigil, moved: Vigil, buzz: Buzz, floors: Alerts) -> tuple[Vigil, tuple[News, ...]]:
    """A new alert; within the cool-down of an older one it goes on in silence, unless it turned red."""
    was_red = vigil.state == "over" and vigil.is_red
    alarmed = replace(moved, state="alert", since=buzz.at, is_red=buzz.is_red or was_red)
    if buzz.is_red and not was_red:
        return alarmed, ("red",)
    return alarmed, () if vigil.state == "over" else ("alert",)


def _end(vigil: Vigil, at: datetime) -> tuple[Vigil, tuple[News, ...]]:
    if vigil.hot is not None and at - vigil.hot < COOLED:
        return vigil, ()
    return replace(vigil, state="over", since=at), ("over",)


def _forget(vigil: Vigil, at: datetime, floors: Alerts) -> Vigil:
    """Over becomes calm once the cool-down has passed without anything unusual."""
    last = vigil.hot or vigil.since or at
    if at - last < COOLED + timedelta(hours=floors.cooldown_hours):
        return vigil
    return replace(vigil, state="calm", since=at, is_red=False)


def _observe(vigil: Vigil, moved: Vigil, level: Level, at: datetime) -> Vigil:
    if level == "watch":
        return moved if vigil.state == "watch" else replace(moved, state="watch", since=at)
    has_cooled = vigil.hot is None or at - vigil.hot >= COOLED
    return replace(moved, state="calm", since=at) if vigil.state == "watch" and has_cooled else moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The states after a check, what is to be told, and how each organisation stands now."""

    vigils: tuple[Vigil, ...]
    changes: tuple[Change, ...]
    buzzes: tuple[Buzz, ...]
    """At the last hour looked at, in the watchlist's order."""


def watch_over(
    index: Index,
    watchlist: Watchlist,
    *,
    now: datetime,
    vigils: Sequence[Vigil] = (),
    hours: Hours | None = None,
) -> Checked:
    """Judge every hour since the last check (at most two days) for us and each competitor.

    `hours` are those before `now`, where the caller looks at them, too: what was read is read once.
    """
    before = {each.organisation: each for each in vigils}
    hours = hours or read_hours(index, end=now, timezone=watchlist.timezone)
    watched = [each for each in watchlist.organisations if each.role in WATCHED_ROLES]
    found = []
    for each in watched:
        vigil = before.get(each.id, Vigil(organisation=each.id))
        hearing = _hear(hours, vigil, watchlist.alerts)
        found.append(follow(hearing, vigil, recent=reader(index, each.id, now), floors=watchlist.alerts))
    return Checked(
        vigils=tuple(vigil for vigil, _, _ in found),
        changes=tuple(change for _, changes, _ in found for change in changes),
        buzzes=tuple(buzz for _, _, buzz in found),
    )


def _hear(hours: Hours, vigil: Vigil, floors: Alerts) -> Hearing:
    """What was said, with what was covered where it matters.

    Hours not covered only raise what is usual: where nothing stands out with all of them, nothing does
    without, and the outcomes of two months are not read.
    """
    hearing = listen(vigil.organisation, hours)
    backs = range(_hours_missed(vigil, hearing.end) + 1)
    is_needed = any(is_promising(hearing, back=back, floors=floors) for back in backs)
    return hearing.only(hours.covered) if is_needed else hearing


def follow(
    hearing: Hearing,
    vigil: Vigil,
    *,
    recent: Recent,
    floors: Alerts,
) -> tuple[Vigil, tuple[Change, ...], Buzz]:
    """One organisation through the hours since it was last checked."""
    changes: list[Change] = []
    buzz = Buzz(organisation=vigil.organisation, at=hearing.end)
    for back in range(_hours_missed(vigil, hearing.end), -1, -1):
        buzz = judge(hearing, back=back, recent=recent, floors=floors)
        vigil, told = advance(vigil, buzz, floors=floors)
        changes += [
            Change(organisation=vigil.organisation, state=state, told_at=hearing.end, buzz=buzz)
            for state in told
        ]
    return vigil, tuple(changes), buzz


def _hours_missed(vigil: Vigil, now: datetime) -> int:
    if vigil.checked is None:
        return 0
    return min(CATCH_UP_HOURS, max(0, int((now - vigil.checked) / HOUR) - 1))


def reader(index: Index, organisation: str, now: datetime) -> Recent:
    """Reads what concerns the organisation, once for all hours asked about."""
    about = Or((Keyword("mentions", organisation), Keyword("owner", organisation)))
    known: dict[datetime, tuple[Document, ...]] = {}
    earliest = now - (CATCH_UP_HOURS + 3 * GUARD_HOURS) * HOUR

    def read(since: datetime, until: datetime) -> Sequence[Document]:
        if now not in known:
            parts = (about, between("published", earliest, now), known_at(now))
            known[now] = tuple(index.scan(And(parts)))
        return [each for each in known[now] if since <= each.published < until]

    return read


def is_quiet(floors: Alerts, at: datetime, *, timezone: str) -> bool:
    """Whether nobody is to be woken at that time."""
    if floors.quiet_from is None or floors.quiet_until is None:
        return False
    local: time = at.astimezone(ZoneInfo(timezone)).time().replace(tzinfo=None)
    if floors.quiet_from <= floors.quiet_until:
        return floors.quiet_from <= local < floors.quiet_until
    return local >= floors.quiet_from or local < floors.quiet_until


def may_leave(change: Change, floors: Alerts, *, at: datetime, timezone: str) -> bool:
    """Whether a change leaves now: red alerts always, the others outside quiet hours."""
    return change.state == "red" or not is_quiet(floors, at, timezone=timezone)


def replay(index: Index, watchlist: Watchlist, *, since: datetime, until: datetime) -> Iterator[Change]:
    """What hourly checks between two times would have told, by what had been read at each hour."""
    vigils: tuple[Vigil, ...] = ()
    hours = int((until - since) / HOUR)
    for number in range(hours + 1):
        checked = watch_over(index, watchlist, now=since + number * HOUR, vigils=vigils)
        vigils = checked.vigils
        yield from checked.changes
