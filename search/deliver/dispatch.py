"""The last step of a run: what cannot wait for the digest goes to everybody who gets digests.

Alerts that changed (docs/alerts.md) and finds of saved searches, each once to each recipient, by the
same outbox as digests. Quiet hours hold all back but red alerts. A server that fails stops nothing:
the run's summary says so, the next run tries again for a day, the next digest tells what is missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawlers.locks import hold_lock
from search.alert_book import number_changes
from search.alerts import is_quiet, may_leave
from search.books.ledger import Ledger
from search.deliver.channels import open_channels
from search.deliver.notice_parcel import NoticeParcel
from search.deliver.outbox import Delivery, Outbox
from search.deliver.parcel import Channel
from search.editions.notice import Notice
from search.finds import note_finds, read_documents, read_finds
from search.folder import WatchFolder, opened_index
from search.index import Index
from search.sections.notices import open_teller, tell_alert, tell_finds
from search.sections.teller import Teller
from watchlists.errors import LockHeld
from watchlists.messages import Messages, load_messages
from watchlists.model import Watchlist

STILL_URGENT = timedelta(days=1)
"""What could not leave for so long is told by the digest alone."""
PAUSES = (5.0,)
"""A run waits once for a server that asks to; the next run is an hour away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """What sending needs; the caller holds `folder.deliver_lock`."""

    watchlist: Watchlist
    index: Index
    ledger: Ledger
    channels: Sequence[Channel]
    now: datetime
    pause: Callable[[float], object] = time.sleep
    step: Callable[[str], object] = str

    def send(self) -> Iterator[Delivery]:
        """What came of each attempt; first what an earlier program left unfinished."""
        outbox = Outbox(ledger=self.ledger, now=self.now, pause=self.pause, step=self.step, pauses=PAUSES)
        yield from outbox.sweep()
        for parcel in self._parcels(outbox):
            outbox.plan(parcel.key, self.channels)
            yield from outbox.deliver(parcel, self.channels)

    def _parcels(self, outbox: Outbox) -> Iterator[NoticeParcel]:
        yield from self._alerts(outbox)
        if not self._is_quiet:
            note_finds(self.index, self.watchlist, self.ledger, now=self.now)
            yield from self._finds(outbox)

    def _alerts(self, outbox: Outbox) -> Iterator[NoticeParcel]:
        floors, timezone = self.watchlist.alerts, self.watchlist.timezone
        if not (floors.enabled and floors.deliver):
            return
        for number, change in number_changes(self.ledger, since=self.now - STILL_URGENT):
            is_free = may_leave(change, floors, at=self.now, timezone=timezone)
            if is_free and outbox.is_waiting("alert", number):
                yield self._parcel(f"alert:{number}", tell_alert(self._teller, change), change.told_at)

    def _finds(self, outbox: Outbox) -> Iterator[NoticeParcel]:
        for find in read_finds(self.ledger, self.watchlist, since=self.now - STILL_URGENT):
            if outbox.is_waiting("search", find.number):
                notice = tell_finds(self._teller, find.search, read_documents(self.index, find))
                if notice is not None:
                    yield self._parcel(f"search:{find.number}", notice, find.made)

    def _parcel(self, key: str, notice: Notice, made: datetime) -> NoticeParcel:
        return NoticeParcel(
            key=key,
            notice=notice,
            messages=self._messages,
            timezone=self.watchlist.timezone,
            made=made,
            now=self.now,
        )

    @property
    def _teller(self) -> Teller:
        return open_teller(self.index, self.watchlist, self._messages, now=self.now)

    @property
    def _messages(self) -> Messages:
        return load_messages(self.watchlist.language)

    @property
    def _is_quiet(self) -> bool:
        return is_quiet(self.watchlist.alerts, self.now, timezone=self.watchlist.timezone)


def dispatch(
    folder: WatchFolder, watchlist: Watchlist, *, now: datetime, environ: Mapping[str, str]
) -> tuple[Delivery, ...]:
    """Send what cannot wait; nothing while a digest is being handed over: the next run does it then."""
    channels = open_channels(watchlist, environ)
    if not channels:
        return ()
    try:
        with (
            hold_lock(folder.deliver_lock),
            opened_index(folder, watchlist.index, environ=environ) as index,
            Ledger.open(folder.ledger) as ledger,
        ):
            errand = Dispatch(watchlist=watchlist, index=index, ledger=ledger, channels=channels, now=now)
            return tuple(errand.send())
    except LockHeld:
        return ()
