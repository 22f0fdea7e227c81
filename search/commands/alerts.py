"""`veilleur alerts`: how each organisation stands, and what was told; or what would have been."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import rich_click as click

from search.commands.sheet import form_options, show_sheet
from watchlists.commands.context import Context, pass_context
from watchlists.query_times import parse_period

if TYPE_CHECKING:
    from datetime import datetime

    from search.alerts import Change
    from search.insights.badbuzz import Buzz
    from search.sheet import Sheet
    from search.sheets.alerts import Stand
    from search.wording.voice import Voice

Record = dict[str, object]
Answer = tuple["Sheet", tuple[Record, ...]]
"""Lines and table, and what --json says, which nests the parts of a judgement."""
TOLD_DAYS = 30
LONGEST_REPLAY = timedelta(days=92)


@click.command()
@click.option(
    "--replay",
    nargs=2,
    metavar="FROM TO",
    help="Tell what hourly checks between two times would have told, as 2026-11-18 2026-11-20T18:00.",
)
@form_options
@pass_context
def command(context: Context, replay: tuple[str, str] | None, as_json: bool, as_csv: bool) -> None:
    """Say how each organisation stands: calm, watch, alert or over, with every part of the judgement.

    Alerts are judged at the end of each run; what was told in the last thirty days is listed, too.
    Example: veilleur alerts --replay now-2d now
    """
    sheet, records = _replay(context, *_read_span(context, replay)) if replay else _stand(context)
    if as_json:
        for record in records:
            context.emit(record)
    else:
        show_sheet(context, sheet, as_json=False, as_csv=as_csv)


def _read_span(context: Context, replay: tuple[str, str]) -> tuple[datetime, datetime]:
    zone = ZoneInfo(context.watchlist.timezone)
    periods = [parse_period(each, now=context.now, zone=zone) for each in replay]
    first, last = periods
    if first is None or last is None or not timedelta() <= last.end - first.start <= LONGEST_REPLAY:
        text = "--replay takes two times in order, at most 92 days apart, as 2026-11-18 2026-11-20T18:00"
        raise click.BadParameter(text)
    return first.start, min(last.end, context.now) if last.end > context.now else last.end


def _replay(context: Context, since: datetime, until: datetime) -> Answer:
    from search.alerts import replay
    from search.folder import WatchFolder, opened_index
    from search.sheets.alerts import make_replay_sheet

    folder, watchlist = WatchFolder(root=context.folder), context.watchlist
    with opened_index(folder, watchlist.index, environ=os.environ) as index:
        changes = tuple(replay(index, watchlist, since=since, until=until))
    sheet = make_replay_sheet(_voice(context), watchlist, changes)
    return sheet, tuple(_change_record(each) for each in changes)


def _stand(context: Context) -> Answer:
    from search.alert_book import load_vigils, read_changes
    from search.alerts import watch_over
    from search.books.ledger import Ledger
    from search.folder import WatchFolder, opened_index
    from search.insights.hearing import read_hours
    from search.insights.last_day import measure_last_day
    from search.sheets.alerts import Stand, make_alerts_sheet

    folder, watchlist, now = WatchFolder(root=context.folder), context.watchlist, context.now
    with (
        opened_index(folder, watchlist.index, environ=os.environ) as index,
        Ledger.open(folder.ledger) as ledger,
    ):
        hours = read_hours(index, end=now, timezone=watchlist.timezone)
        checked = watch_over(index, watchlist, now=now, vigils=load_vigils(ledger), hours=hours)
        stands = tuple(
            Stand(vigil=vigil, buzz=buzz, day=measure_last_day(hours, vigil.organisation))
            for vigil, buzz in zip(checked.vigils, checked.buzzes, strict=True)
        )
        until = now + timedelta(seconds=1)
        told = read_changes(ledger, since=now - timedelta(days=TOLD_DAYS), until=until)
    sheet = make_alerts_sheet(_voice(context), watchlist, stands, told)
    return sheet, (*(_stand_record(each) for each in stands), *(_change_record(each) for each in told))


def _voice(context: Context) -> Voice:
    from search.wording.voice import Voice

    watchlist = context.watchlist
    language = context.language or watchlist.language
    return Voice(language=language, timezone=watchlist.timezone, messages=context.messages)


def _stand_record(stand: Stand) -> Record:
    vigil = stand.vigil
    day = {"said": stand.day.said, "negative": stand.day.negative, "usual": stand.day.usual}
    return {
        "type": "state",
        "organisation": vigil.organisation,
        "state": vigil.state,
        "since": vigil.since and vigil.since.isoformat(),
        "red": vigil.is_red,
        "last_day": day,
        "buzz": _buzz_record(stand.buzz),
    }


def _change_record(change: Change) -> Record:
    return {
        "type": "change",
        "organisation": change.organisation,
        "state": change.state,
        "told_at": change.told_at.isoformat(),
        "buzz": _buzz_record(change.buzz),
    }


def _buzz_record(buzz: Buzz) -> Record | None:
    """Every part of the judgement; None where there was nothing to judge."""
    from pydantic import TypeAdapter

    from search.insights.badbuzz import Buzz

    if buzz.level == "calm":
        return None
    record: Record = TypeAdapter(Buzz).dump_python(buzz, mode="json")
    return record
