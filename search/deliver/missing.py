"""What may not have arrived, and what did not: the sentence under the next digest's title."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from search.books.ledger import Ledger
from search.deliver.outbox import Delivery, attempted_since
from search.wording.voice import Voice

UNKNOWN = ("unsure", "sending")


def tell_missing(ledger: Ledger, voice: Voice, *, since: datetime) -> str:
    """What of all attempted since that time is not known to have arrived; empty when all is known.

    A digest that was refused waits for the next delivery and is not named; what was to be told at
    once, and was not, is.
    """
    tried = attempted_since(ledger, since)
    unknown = [each for each in tried if each.state in UNKNOWN]
    digests = [each for each in unknown if each.kind == "digest"]
    others = [each for each in unknown if each.kind != "digest"]
    refused = [each for each in tried if each.state == "refused" and each.kind != "digest"]
    sentences = (
        _tell_digests(ledger, voice, digests),
        _tell(others, _unknown, voice),
        _tell(refused, _refused, voice),
    )
    return " ".join(each for each in sentences if each)


def _tell_digests(ledger: Ledger, voice: Voice, found: Sequence[Delivery]) -> str:
    if not found:
        return ""
    ends = {each.key: each.window.end for each in ledger.all()}
    days = voice.listed(list(dict.fromkeys(voice.zoned(ends[each.number]) for each in found)))
    return voice.gettext(
        "It is not known whether the digest of {days} reached {names}; it was not sent again.",
        days=days,
        names=_names(voice, found),
    )


def _tell(found: Sequence[Delivery], say: Callable[[Voice, int, str], str], voice: Voice) -> str:
    if not found:
        return ""
    return say(voice, len({each.parcel for each in found}), _names(voice, found))


def _unknown(voice: Voice, count: int, names: str) -> str:
    return voice.ngettext(
        "It is not known whether {n} message (alert, search or report) reached {names}; "
        "it was not sent again.",
        "It is not known whether {n} messages (alerts, searches or reports) reached {names}; "
        "they were not sent again.",
        count,
        names=names,
    )


def _refused(voice: Voice, count: int, names: str) -> str:
    return voice.ngettext(
        "{n} message (alert, search or report) did not reach {names}.",
        "{n} messages (alerts, searches or reports) did not reach {names}.",
        count,
        names=names,
    )


def _names(voice: Voice, found: Sequence[Delivery]) -> str:
    return voice.listed(list(dict.fromkeys(each.recipient for each in found)))
