"""Every parcel to every recipient at most once, whatever breaks between.

The ledger's `postings` hold the intent before anything leaves, and the result after. An intent
without result is a crash: it may have arrived, so it is never repeated, and the next digest says so.
Only what was certainly refused is tried again. A parcel is known by its kind and number: `digest:12`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from search.books.ledger import Ledger
from search.deliver.parcel import Channel, Parcel, Receipt, State, unsure

PAUSES = (5.0, 30.0)
"""Seconds before a passing refusal is tried again; then it waits for the next delivery."""
STILL_NEWS = timedelta(days=3)
"""What was refused and is older than this is not tried again."""
LEFT_OVER = "the program ended before the answer was known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How one parcel's way to one recipient stands."""

    parcel: str
    recipient: str
    state: State
    reason: str

    @property
    def kind(self) -> str:
        """What it is: a digest, an alert, the finds of a saved search."""
        return self.parcel.partition(":")[0]

    @property
    def number(self) -> int:
        """Its number among those of its kind."""
        return int(self.parcel.partition(":")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """The ledger's postings. One process at a time works on them (holding WatchFolder.deliver_lock)."""

    ledger: Ledger
    now: datetime
    pause: Callable[[float], object]
    step: Callable[[str], object] = str
    """Told of each step as it is done; tests stop the program there."""
    pauses: tuple[float, ...] = PAUSES

    def plan(self, parcel: str, channels: Sequence[Channel], *, is_newest: bool = False) -> None:
        """Note who is to get a parcel. Later recipients get the newest one too, but no older one."""
        recipients = json.dumps([each.recipient for each in channels])
        self.ledger.change(
            "INSERT OR IGNORE INTO postings (parcel, recipient, state, attempted, reason)"
            " SELECT ?, value, 'due', ?, '' FROM json_each(?)"
            " WHERE ? OR NOT EXISTS (SELECT 1 FROM postings WHERE parcel = ?)",
            parcel,
            _stamp(self.now),
            recipients,
            int(is_newest),
            parcel,
        )
        self.step("planned")

    def deliver(self, parcel: Parcel, channels: Sequence[Channel]) -> Iterator[Delivery]:
        """Hand the parcel to every channel that may still get it; what came of each attempt."""
        for channel in channels:
            if self._claim(parcel.key, channel.recipient):
                yield self._hand(parcel, channel)

    def _claim(self, parcel: str, recipient: str) -> bool:
        """Record the intent; False when it was sent before, or may have been, or was never planned."""
        claimed = self.ledger.change(
            "UPDATE postings SET state = 'sending', attempted = ?, reason = ''"
            " WHERE parcel = ? AND recipient = ? AND state IN ('due', 'refused')",
            _stamp(self.now),
            parcel,
            recipient,
        )
        self.step("intended")
        return claimed == 1

    def _hand(self, parcel: Parcel, channel: Channel) -> Delivery:
        receipt = self._try(parcel, channel)
        for seconds in self.pauses:
            if not receipt.is_passing:
                break
            self.pause(seconds)
            receipt = self._try(parcel, channel)
        self.step("handed")
        self._settle(parcel.key, channel.recipient, receipt)
        self.step("recorded")
        return Delivery(
            parcel=parcel.key, recipient=channel.recipient, state=receipt.state, reason=receipt.reason
        )

    def _try(self, parcel: Parcel, channel: Channel) -> Receipt:
        try:
            return channel.send(parcel)
        except Exception as error:  # noqa: BLE001  (a channel of somebody else's may raise anything, at any point)
            return unsure(f"{type(error).__name__}")

    def _settle(self, parcel: str, recipient: str, receipt: Receipt) -> None:
        self.ledger.change(
            "UPDATE postings SET state = ?, reason = ? WHERE parcel = ? AND recipient = ?",
            receipt.state,
            receipt.reason,
            parcel,
            recipient,
        )

    def sweep(self) -> tuple[Delivery, ...]:
        """Attempts a crash left without result, now marked as unsure."""
        receipt = unsure(LEFT_OVER)
        left = read_deliveries(self.ledger, "WHERE state = 'sending'")
        for each in left:
            self._settle(each.parcel, each.recipient, receipt)
        return tuple(replace(each, state=receipt.state, reason=receipt.reason) for each in left)

    def planned(self, kind: str) -> frozenset[int]:
        """Numbers of the parcels of a kind whose handing over was begun."""
        return _numbers(read_deliveries(self.ledger, "WHERE parcel GLOB ?", f"{kind}:*"))

    def undone(self, kind: str) -> frozenset[int]:
        """Numbers of the parcels of a kind that somebody is still to get."""
        rest = "WHERE parcel GLOB ? AND state IN ('due', 'refused')"
        return _numbers(read_deliveries(self.ledger, rest, f"{kind}:*"))

    def is_waiting(self, kind: str, number: int) -> bool:
        """Whether handing a parcel over was not begun, or is not done."""
        return number not in self.planned(kind) or number in self.undone(kind)

    def done(self, parcel: str) -> frozenset[str]:
        """Who is not to get this parcel any more."""
        rest = "WHERE parcel = ? AND state NOT IN ('due', 'refused')"
        return frozenset(each.recipient for each in read_deliveries(self.ledger, rest, parcel))


def read_deliveries(ledger: Ledger, rest: str = "", *values: str | int) -> tuple[Delivery, ...]:
    """The deliveries a WHERE clause of ours chooses, in order."""
    fields = "parcel, recipient, state, reason"
    rows = ledger.select(f"SELECT {fields} FROM postings {rest} ORDER BY parcel, recipient", *values)  # noqa: S608  (our own literals)
    return tuple(
        Delivery(parcel=parcel, recipient=recipient, state=state, reason=reason)
        for parcel, recipient, state, reason in rows
    )


def attempted_since(ledger: Ledger, since: datetime) -> tuple[Delivery, ...]:
    """The deliveries last tried since a time."""
    return read_deliveries(ledger, "WHERE attempted >= ?", _stamp(since))


def _numbers(deliveries: Sequence[Delivery]) -> frozenset[int]:
    return frozenset(each.number for each in deliveries)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
