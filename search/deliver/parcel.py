"""What is handed over, to whom, and what came of it: records between the outbox and its channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from search.render.payloads import Brief
from search.wording.plain import plain

State = Literal["due", "sending", "sent", "refused", "unsure"]
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a mail; `kind` is its MIME type: text/csv."""

    name: str
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A parcel as a mail: both parts, finished."""

    subject: str
    text: str
    html: str
    language: str
    seed: str
    """The same seed and address always give the same Message-ID."""
    is_urgent: bool = False
    attachments: tuple[Attachment, ...] = ()


class Parcel(Protocol):
    """Something on its way to several people: a digest, an alert, a report.

    `key` is what the ledger calls it, its kind and its number: `digest:12`.
    """

    @property
    def key(self) -> str:
        """Kind and number."""

    @property
    def now(self) -> datetime:
        """When it leaves."""

    def letter(self) -> Letter:
        """For a mail."""

    def brief(self, *, texts: bool = False) -> Brief:
        """For a chat: titles and counts, quotes only when `texts`."""

    def files(self) -> Mapping[str, bytes]:
        """For a folder: bodies by file name; empty for what is kept in no folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a channel knows after trying.

    `refused` is certain: nothing arrived, and it may be tried again. `unsure` may have arrived, and
    is never repeated. `is_passing` marks a refusal that may be over in a minute.
    """

    state: Literal["sent", "refused", "unsure"]
    reason: str = ""
    is_passing: bool = False


SENT = Receipt(state="sent")


def refused(reason: object, *, is_passing: bool = False) -> Receipt:
    """Nothing arrived, for certain."""
    return Receipt(state="refused", reason=plain(str(reason), limit=LONGEST_REASON), is_passing=is_passing)


def unsure(reason: object) -> Receipt:
    """It may have arrived, or not."""
    return Receipt(state="unsure", reason=plain(str(reason), limit=LONGEST_REASON))


class Channel(Protocol):
    """One recipient: a mail address, a webhook, a folder, an apprise address."""

    @property
    def recipient(self) -> str:
        """What the ledger and people call it; holds no secret."""

    def send(self, parcel: Parcel) -> Receipt:
        """Try once. Whatever goes wrong outside becomes a receipt, not an error."""

    def preview(self, parcel: Parcel) -> str:
        """What would go there, in a line."""
