"""How a thread was answered: figures of its opening post, from the items read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from crawlers.items import Item
from pipelines.document import ThreadMeasures

IsStaff = Callable[[Item], bool]


def measure_thread(opener: Item, items: Sequence[Item], *, is_staff: IsStaff) -> ThreadMeasures:
    """Figures of the thread `opener` opens; `items` are all that was read of it.

    Bots are left out everywhere. A first reply is by another than the opener; two anonymous
    authors are two people. Replies that were deleted since still count: they were given.
    """
    replies = [item for item in items if item.id != opener.id and not _is_bot(item)]
    others = [item for item in replies if _author(item) is None or _author(item) != _author(opener)]
    staff = [item for item in others if is_staff(item)]
    named = {_author(item) for item in others} - {None}
    moments = [item.published for item in (opener, *replies) if item.published is not None]
    return ThreadMeasures(
        replies=len(replies),
        staff_replies=len(staff),
        repliers=len(named) + sum(_author(item) is None for item in others),
        first_reply_minutes=_first(opener, others),
        first_staff_reply_minutes=_first(opener, staff),
        last_activity=max(moments, default=None),
        is_solved=_is_solved(opener, items),
    )


def _first(opener: Item, replies: Sequence[Item]) -> float | None:
    """Minutes until the earliest of them; never negative (clocks of two servers may differ)."""
    moments = [item.published for item in replies if item.published is not None]
    if opener.published is None or not moments:
        return None
    return max(0.0, _minutes(opener.published, min(moments)))


def _minutes(start: datetime, end: datetime) -> float:
    return round((end - start).total_seconds() / 60, 2)


def _author(item: Item) -> str | None:
    if item.author is None:
        return None
    return item.author.native_id or item.author.name.strip().casefold() or None


def _is_bot(item: Item) -> bool:
    return item.author is not None and item.author.is_bot is True


def _is_solved(opener: Item, items: Sequence[Item]) -> bool | None:
    if opener.is_solved or any(item.is_accepted for item in items):
        return True
    return opener.is_solved
