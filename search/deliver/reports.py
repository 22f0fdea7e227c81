"""Which reports wait to be handed over, and what they are built from: once a week, once a month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from search.deliver.outbox import STILL_NEWS, Outbox
from search.deliver.report_parcel import ReportParcel, number_of
from search.editions.report import Kind
from search.index import Index
from search.press.reporting import build_report, period_before
from search.window import Window
from watchlists.messages import load_messages
from watchlists.model import Watchlist


def waiting_reports(watchlist: Watchlist, outbox: Outbox, *, now: datetime) -> Iterator[tuple[Kind, Window]]:
    """The reports the watch asks for whose period ended not long ago and which somebody is still to get."""
    wanted: tuple[tuple[Kind, bool], ...] = (
        ("week", watchlist.delivery.weekly),
        ("month", watchlist.delivery.monthly),
    )
    for kind, is_wanted in wanted:
        window = period_before(kind, now, timezone=watchlist.timezone)
        is_news = now - window.end < STILL_NEWS
        if is_wanted and is_news and outbox.is_waiting(kind, number_of(kind, window)):
            yield kind, window


def make_parcel(
    index: Index, watchlist: Watchlist, *, kind: Kind, window: Window, now: datetime, public: str
) -> ReportParcel:
    """The report of that period; its figures are those of the period's end, whenever it is built."""
    messages = load_messages(watchlist.language)
    report = build_report(index, watchlist, kind=kind, window=window, now=now, messages=messages)
    link = f"{public}{report.name}.html" if public else ""
    return ReportParcel(report=report, link=link, messages=messages, now=now)
