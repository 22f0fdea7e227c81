"""A delivery round: which digests, by which channels, under one lock, the outbox keeping count."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from crawlers.secrets import read_secret
from search.deliver.feeds import FeedMaker, find_hits
from search.deliver.files import FolderChannel
from search.deliver.mail import MailChannel
from search.deliver.notify import AppriseChannel
from search.deliver.outbox import Delivery, Outbox
from search.deliver.parcel import Channel, Parcel
from search.deliver.webhook import WebhookChannel
from search.folder import WatchFolder
from search.index import Index
from search.ledger import Kept, Ledger
from search.press import Printed, preview_digest, print_digest, reprint
from search.render.json import read_json
from watchlists.errors import DeliveryError
from watchlists.messages import load_messages
from watchlists.model import Watchlist


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """What a delivery needs; the caller holds the lock of `lock_path`."""

    folder: WatchFolder
    watchlist: Watchlist
    index: Index
    ledger: Ledger
    environ: Mapping[str, str]
    now: datetime
    pause: Callable[[float], object] = time.sleep
    step: Callable[[str], object] = str

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Everybody who gets digests: the folder first, so that links lead somewhere."""
        delivery, secret = self.watchlist.delivery, self._secret
        mail, name = delivery.mail, self.watchlist.name
        mails = (
            MailChannel(settings=mail, address=address, watch=name, read_secret=secret)
            for address in dict.fromkeys(mail.to if mail else ())
            if mail
        )
        hooks = (WebhookChannel(settings=each, read_secret=secret) for each in delivery.webhooks)
        others = (AppriseChannel(variable=each, read_secret=secret) for each in delivery.apprise_env)
        return (
            FolderChannel(folder=digest_folder(self.folder, self.watchlist), make_feeds=self._feeds),
            *mails,
            *hooks,
            *others,
        )

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

    def _secret(self, name: str) -> str:
        value = read_secret(name, self.environ)
        if not value:
            raise DeliveryError("The secret {name} is not set.", name=name)
        return value

    def deliver(self) -> Iterator[Delivery]:
        """Build the digest if today is one of its days, then hand over all that waits."""
        outbox = self._outbox
        yield from outbox.sweep()
        if self._is_due:
            messages = load_messages(self.watchlist.language)
            print_digest(self.index, self.watchlist, self.ledger, now=self.now, messages=messages)
        newest = self.ledger.last()
        for kept in outbox.waiting():
            parcel = self._parcel(reprint(self.ledger, kept), kept)
            if self._is_worth_sending(parcel):
                outbox.plan(kept, self.channels, is_newest=kept == newest)
                yield from outbox.deliver(parcel, self.channels)

    def preview(self) -> Iterator[tuple[str, str]]:
        """Recipient and what it would get now; nothing is kept, nothing leaves."""
        parcels = [self._parcel(reprint(self.ledger, kept), kept) for kept in self._outbox.waiting()]
        if self._is_due:
            parcels.append(self._draft())
        for parcel in filter(self._is_worth_sending, parcels):
            done = self._outbox.done(parcel.kept)
            channels = (each for each in self.channels if each.recipient not in done)
            yield from ((each.recipient, each.preview(parcel)) for each in channels)

    def _draft(self) -> Parcel:
        messages = load_messages(self.watchlist.language)
        printed = preview_digest(self.index, self.watchlist, self.ledger, now=self.now, messages=messages)
        language = self.watchlist.language
        kept = Kept(key=0, window=printed.window, built_at=self.now, language=language)
        return self._parcel(printed, printed.kept or kept)

    @property
    def _outbox(self) -> Outbox:
        return Outbox(ledger=self.ledger, now=self.now, pause=self.pause, step=self.step)

    @property
    def _is_due(self) -> bool:
        """Today is one of the days, and no digest of today was handed over yet."""
        local = self.now.astimezone(ZoneInfo(self.watchlist.timezone))
        is_day = local.weekday() in self.watchlist.delivery.days
        return is_day and not any(map(self._outbox.is_planned, self.ledger.of_day(local.date())))

    def _is_worth_sending(self, parcel: Parcel) -> bool:
        digest = parcel.digest
        return self.watchlist.delivery.when_empty or bool(digest.documents or digest.must_see)

    def _parcel(self, printed: Printed, kept: Kept) -> Parcel:
        digest = read_json(printed.renderings["json"])
        public = public_folder(self.watchlist)
        return Parcel(
            kept=kept,
            name=printed.name,
            digest=digest,
            renderings=printed.renderings,
            link=f"{public}{printed.name}.html" if public else "",
            messages=load_messages(digest.language),
            now=self.now,
        )


def lock_path(folder: WatchFolder) -> Path:
    """Held while digests are handed over."""
    return folder.state / "deliver.lock"


def digest_folder(folder: WatchFolder, watchlist: Watchlist) -> Path:
    """The folder that gets every digest as files."""
    own = watchlist.delivery.folder
    return folder.root / own if own else folder.digests


def public_folder(watchlist: Watchlist) -> str:
    """The address of that folder, ending in a slash; empty where there is none."""
    public = watchlist.delivery.public_url
    return f"{public.rstrip('/')}/" if public else ""
