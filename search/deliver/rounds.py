"""A delivery round: which digests, by which channels, under one lock, the outbox keeping count."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from search.behind import tell_behind
from search.books.ledger import Kept, Ledger
from search.deliver.channels import open_channels
from search.deliver.digest_parcel import DigestParcel
from search.deliver.feeds import FeedMaker, find_hits
from search.deliver.files import FolderChannel
from search.deliver.outbox import STILL_NEWS, Delivery, Outbox
from search.deliver.parcel import Channel
from search.deliver.report_parcel import ReportParcel
from search.deliver.reports import make_parcel, waiting_reports
from search.folder import WatchFolder
from search.index import Index
from search.press.printing import Printed, preview_digest, print_digest, reprint
from search.render.json import read_json
from search.wording.voice import Voice
from watchlists.messages import load_messages
from watchlists.model import Watchlist


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """What a delivery needs; the caller holds `folder.deliver_lock`."""

    folder: WatchFolder
    watchlist: Watchlist
    index: Index
    ledger: Ledger
    environ: Mapping[str, str]
    now: datetime
    pause: Callable[[float], object] = time.sleep
    step: Callable[[str], object] = str
    waits_for_hour: bool = False
    """Build no digest before the hour of the day that `delivery.hour` names."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Everybody who gets digests: the folder first, so that links lead somewhere."""
        folder = digest_folder(self.folder, self.watchlist)
        files = FolderChannel(folder=folder, make_feeds=self._feeds)
        return (files, *open_channels(self.watchlist, self.environ))

    def _feeds(self) -> dict[str, bytes]:
        maker = FeedMaker(
            ledger=self.ledger,
            watchlist=self.watchlist,
            messages=load_messages(self.watchlist.language),
            now=self.now,
            public_url=public_folder(self.watchlist),
            find=lambda search: find_hits(self.index, self.watchlist, search, now=self.now),
        )
        return maker()

    def deliver(self) -> Iterator[Delivery]:
        """Build the digest if today is one of its days, then hand over all that waits."""
        outbox = self._outbox
        yield from outbox.sweep()
        if self._is_due:
            messages = load_messages(self.watchlist.language)
            note = self._tell_behind()
            print_digest(self.index, self.watchlist, self.ledger, now=self.now, messages=messages, note=note)
        newest = self.ledger.last()
        for kept in self._waiting():
            parcel = self._parcel(reprint(self.ledger, kept), kept)
            if self._is_worth_sending(parcel):
                outbox.plan(parcel.key, self.channels, is_newest=kept == newest)
                yield from outbox.deliver(parcel, self.channels)
        for report in self._reports():
            outbox.plan(report.key, self.channels)
            yield from outbox.deliver(report, self.channels)

    def _reports(self) -> Iterator[ReportParcel]:
        """The reports that wait; they come after the digest."""
        public = public_folder(self.watchlist)
        for kind, window in waiting_reports(self.watchlist, self._outbox, now=self.now):
            yield make_parcel(
                self.index, self.watchlist, kind=kind, window=window, now=self.now, public=public
            )

    def preview(self) -> Iterator[tuple[str, str]]:
        """Recipient and what it would get now; nothing is kept, nothing leaves."""
        parcels = [self._parcel(reprint(self.ledger, kept), kept) for kept in self._waiting()]
        if self._is_due:
            parcels.append(self._draft())
        for parcel in filter(self._is_worth_sending, parcels):
            done = self._outbox.done(parcel.key)
            channels = (each for each in self.channels if each.recipient not in done)
            yield from ((each.recipient, each.preview(parcel)) for each in channels)
        for report in self._reports():
            done = self._outbox.done(report.key)
            waiting = (each for each in self.channels if each.recipient not in done)
            yield from ((each.recipient, each.preview(report)) for each in waiting)

    def _waiting(self) -> tuple[Kept, ...]:
        """The digests to hand over, oldest first: those kept since the last one handed over (at the very
        first delivery the newest), and those not fully handed over; as far back as is still news."""
        planned, undone = self._outbox.planned("digest"), self._outbox.undone("digest")
        newest = self.ledger.last()
        last = max(planned, default=newest.key - 1 if newest else 0)
        since = self.now - STILL_NEWS
        return tuple(
            each
            for each in self.ledger.all()
            if each.window.end >= since and (each.key in undone or each.key > last)
        )

    def _draft(self) -> DigestParcel:
        messages = load_messages(self.watchlist.language)
        note = self._tell_behind()
        printed = preview_digest(
            self.index, self.watchlist, self.ledger, now=self.now, messages=messages, note=note
        )
        language = self.watchlist.language
        kept = Kept(key=0, window=printed.window, built_at=self.now, language=language)
        return self._parcel(printed, printed.kept or kept)

    def _tell_behind(self) -> str:
        """What the index lacks of what was read, in a sentence."""
        language, timezone = self.watchlist.language, self.watchlist.timezone
        voice = Voice(language=language, timezone=timezone, messages=load_messages(language))
        return tell_behind(self.folder, self.index, voice, now=self.now)

    @property
    def _outbox(self) -> Outbox:
        return Outbox(ledger=self.ledger, now=self.now, pause=self.pause, step=self.step)

    @property
    def _is_due(self) -> bool:
        """Today is one of the days, and no digest of today was handed over yet."""
        local, wanted = self.now.astimezone(ZoneInfo(self.watchlist.timezone)), self.watchlist.delivery
        is_early = self.waits_for_hour and local.time() < wanted.hour
        is_day = local.weekday() in wanted.days and not is_early
        planned = self._outbox.planned("digest")
        return is_day and not any(each.key in planned for each in self.ledger.of_day(local.date()))

    def _is_worth_sending(self, parcel: DigestParcel) -> bool:
        digest = parcel.digest
        return self.watchlist.delivery.when_empty or bool(digest.documents or digest.must_see)

    def _parcel(self, printed: Printed, kept: Kept) -> DigestParcel:
        digest = read_json(printed.renderings["json"])
        public = public_folder(self.watchlist)
        return DigestParcel(
            kept=kept,
            name=printed.name,
            digest=digest,
            renderings=printed.renderings,
            link=f"{public}{printed.name}.html" if public else "",
            messages=load_messages(digest.language),
            now=self.now,
        )


def digest_folder(folder: WatchFolder, watchlist: Watchlist) -> Path:
    """The folder that gets every digest as files."""
    own = watchlist.delivery.folder
    return folder.root / own if own else folder.digests


def public_folder(watchlist: Watchlist) -> str:
    """The address of that folder, ending in a slash; empty where there is none."""
    public = watchlist.delivery.public_url
    return f"{public.rstrip('/')}/" if public else ""
