"""Alerts in the ledger: how each organisation stood at the last check, and everything that was told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import TypeAdapter

from search.alerts import Alarm, Change, Checked, Vigil, watch_over
from search.books.ledger import Ledger
from search.folder import WatchFolder, opened_index
from search.index import Index
from search.sections.alerts import tell_reason
from search.wording.voice import Voice
from watchlists.model import Watchlist

VIGILS: TypeAdapter[Vigil] = TypeAdapter(Vigil)
CHANGES: TypeAdapter[Change] = TypeAdapter(Change)


def load_vigils(ledger: Ledger) -> tuple[Vigil, ...]:
    """How each organisation stood at the last check."""
    return tuple(VIGILS.validate_json(body) for body in ledger.vigils())


def check_alerts(index: Index, watchlist: Watchlist, ledger: Ledger, *, now: datetime) -> Checked:
    """Judge the hours since the last check and keep what came of it; nothing where alerts are off.

    A clock set back finds hours already judged: they are not judged again.
    """
    vigils = load_vigils(ledger)
    is_done = any(each.checked is not None and each.checked >= now for each in vigils)
    if not watchlist.alerts.enabled or is_done:
        return Checked(vigils=vigils, changes=(), buzzes=())
    checked = watch_over(index, watchlist, now=now, vigils=vigils)
    ledger.keep_alerts(
        ((each.organisation, VIGILS.dump_json(each).decode()) for each in checked.vigils),
        ((each.told_at, CHANGES.dump_json(each).decode()) for each in checked.changes),
    )
    return checked


def alert(
    folder: WatchFolder, watchlist: Watchlist, *, now: datetime, environ: Mapping[str, str]
) -> tuple[Change, ...]:
    """The last step of a run: what alerts changed since the last one, kept in the ledger."""
    if not watchlist.alerts.enabled:
        return ()
    with (
        opened_index(folder, watchlist.index, environ=environ) as index,
        Ledger.open(folder.ledger) as ledger,
    ):
        return check_alerts(index, watchlist, ledger, now=now).changes


def read_changes(ledger: Ledger, *, since: datetime, until: datetime) -> tuple[Change, ...]:
    """What was told in [since, until), oldest first."""
    return tuple(CHANGES.validate_json(body) for body in ledger.changes(since=since, until=until))


def number_changes(ledger: Ledger, *, since: datetime) -> tuple[tuple[int, Change], ...]:
    """What was told since a time, oldest first, each with its number in the ledger."""
    stamp = since.astimezone(UTC).isoformat(timespec="microseconds")
    rows = ledger.select("SELECT key, body FROM changes WHERE told >= ? ORDER BY told, key", stamp)
    return tuple((key, CHANGES.validate_json(body)) for key, body in rows)


def read_alarms(
    ledger: Ledger, watchlist: Watchlist, voice: Voice, *, since: datetime, until: datetime
) -> tuple[Alarm, ...]:
    """The alerts told in [since, until) as a digest shows them: one an organisation, at its worst."""
    worst: dict[str, Change] = {}
    for change in read_changes(ledger, since=since, until=until):
        before = worst.get(change.organisation)
        if change.state != "over" and (before is None or change.buzz.authors > before.buzz.authors):
            worst[change.organisation] = change
    return tuple(
        Alarm(documents=change.buzz.documents, reason=tell_reason(voice, watchlist, change.buzz))
        for change in sorted(worst.values(), key=lambda each: (-each.buzz.authors, each.organisation))
    )
