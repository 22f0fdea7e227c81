"""Every digest to every recipient at most once, whatever breaks between.

The ledger's `deliveries` hold the intent before anything leaves, and the result after. An intent
without result is a crash: it may have arrived, so it is never repeated, and the next digest says so.
Only what was certainly refused is tried again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from search.deliver.parcel import Channel, Parcel, Receipt, State, unsure
from search.ledger import Kept, Ledger
from search.voice import Voice

PAUSES = (5.0, 30.0)
"""Seconds before a passing refusal is tried again; then it waits for the next delivery."""
STILL_NEWS = timedelta(days=3)
"""A refused digest older than this is not tried again."""
LEFT_OVER = "the program ended before the answer was known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How one digest's way to one recipient stands."""

    digest: int
    recipient: str
    state: State
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The ledger's deliveries. One process at a time works on them (search.deliver.rounds holds a lock)."""

    ledger: Ledger
    now: datetime
    pause: Callable[[float], object]
    step: Callable[[str], object] = str
    """Told of each step as it is done; tests stop the program there."""

    def plan(self, kept: Kept, channels: Sequence[Channel], *, is_newest: bool) -> None:
        """Note who is to get a digest. Later recipients get the newest one too, but no older one."""
        recipients = json.dumps([each.recipient for each in channels])
        self.ledger.change(
            "INSERT OR IGNORE INTO deliveries (digest, recipient, state, attempted, reason)"
            " SELECT ?, value, 'due', ?, '' FROM json_each(?)"
            " WHERE ? OR NOT EXISTS (SELECT 1 FROM deliveries WHERE digest = ?)",
            kept.key,
            _stamp(self.now),
            recipients,
            int(is_newest),
            kept.key,
        )
        self.step("planned")

    def deliver(self, parcel: Parcel, channels: Sequence[Channel]) -> Iterator[Delivery]:
        """Hand the parcel to every channel that may still get it; what came of each attempt."""
        for channel in channels:
            if self._claim(parcel.kept, channel.recipient):
                yield self._hand(parcel, channel)

    def _claim(self, kept: Kept, recipient: str) -> bool:
        """Record the intent; False when it was sent before, or may have been, or was never planned."""
        claimed = self.ledger.change(
            "UPDATE deliveries SET state = 'sending', attempted = ?, reason = ''"
            " WHERE digest = ? AND recipient = ? AND state IN ('due', 'refused')",
            _stamp(self.now),
            kept.key,
            recipient,
        )
        self.step("intended")
        return claimed == 1

    def _hand(self, parcel: Parcel, channel: Channel) -> Delivery:
        receipt = self._try(parcel, channel)
        for seconds in PAUSES:
            if not receipt.is_passing:
                break
            self.pause(seconds)
            receipt = self._try(parcel, channel)
        self.step("handed")
        self._settle(parcel.kept.key, channel.recipient, receipt)
        self.step("recorded")
        return Delivery(
            digest=parcel.kept.key, recipient=channel.recipient, state=receipt.state, reason=receipt.reason
        )

    def _try(self, parcel: Parcel, channel: Channel) -> Receipt:
        try:
            return channel.send(parcel)
        except Exception as error:  # noqa: BLE001  (a channel of somebody else's may raise anything, at any point)
            return unsure(f"{type(error).__name__}")

    def _settle(self, digest: int, recipient: str, receipt: Receipt) -> None:
        self.ledger.change(
            "UPDATE deliveries SET state = ?, reason = ? WHERE digest = ? AND recipient = ?",
            receipt.state,
            receipt.reason,
            digest,
            recipient,
        )

    def sweep(self) -> tuple[Delivery, ...]:
        """Attempts a crash left without result, now marked as unsure."""
        left = read_deliveries(self.ledger, "WHERE state = 'sending'")
        for each in left:
            self._settle(each.digest, each.recipient, unsure(LEFT_OVER))
        return left

    def waiting(self) -> tuple[Kept, ...]:
        """The digests to hand over, oldest first: those kept since the last one handed over (at the very
        first delivery the newest), and those not fully handed over; as far back as is still news."""
        planned = {each.digest for each in read_deliveries(self.ledger)}
        undone = {each.digest for each in read_deliveries(self.ledger, "WHERE state IN ('due', 'refused')")}
        newest = self.ledger.last()
        last = max(planned, default=newest.key - 1 if newest else 0)
        since = self.now - STILL_NEWS
        return tuple(
            each
            for each in self.ledger.all()
            if each.window.end >= since and (each.key in undone or each.key > last)
        )

    def is_planned(self, kept: Kept) -> bool:
        """Whether handing this digest over was begun."""
        return bool(read_deliveries(self.ledger, "WHERE digest = ?", kept.key))

    def done(self, kept: Kept) -> frozenset[str]:
        """Who is not to get this digest any more."""
        found = read_deliveries(self.ledger, "WHERE digest = ? AND state NOT IN ('due', 'refused')", kept.key)
        return frozenset(each.recipient for each in found)


def read_deliveries(ledger: Ledger, rest: str = "", *values: str | int) -> tuple[Delivery, ...]:
    """The deliveries a WHERE clause of ours chooses, in order."""
    fields = "digest, recipient, state, reason"
    rows = ledger.select(f"SELECT {fields} FROM deliveries {rest} ORDER BY digest, recipient", *values)  # noqa: S608  (our own literals)
    return tuple(
        Delivery(digest=digest, recipient=recipient, state=state, reason=reason)
        for digest, recipient, state, reason in rows
    )


def tell_missing(ledger: Ledger, voice: Voice, *, since: datetime) -> str:
    """What may not have arrived, attempted since that time, in a sentence; empty when all is known."""
    found = read_deliveries(ledger, "WHERE state IN ('unsure', 'sending') AND attempted >= ?", _stamp(since))
    if not found:
        return ""
    ends = {each.key: each.window.end for each in ledger.all()}
    days = voice.listed(list(dict.fromkeys(voice.zoned(ends[each.digest]) for each in found)))
    names = voice.listed(list(dict.fromkeys(each.recipient for each in found)))
    return voice.gettext(
        "It is not known whether the digest of {days} reached {names}; it was not sent again.",
        days=days,
        names=names,
    )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
