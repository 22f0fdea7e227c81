"""What is handed over, to whom, and what came of it: records between the outbox and its channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from search.digest import Digest
from search.ledger import Kept
from search.plain import plain
from search.render.formats import Format
from watchlists.messages import Messages

State = Literal["due", "sending", "sent", "refused", "unsure"]
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A kept digest on its way: its model, its renderings as kept, and its page's address, if any."""

    kept: Kept
    name: str
    digest: Digest
    renderings: Mapping[Format, bytes]
    link: str
    messages: Messages
    now: datetime


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
