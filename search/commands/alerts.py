"""`veilleur alerts`: how each organisation stands, and what was told; or what would have been."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import rich_click as click

from watchlists.commands.context import Context, pass_context
from watchlists.query_times import parse_period

if TYPE_CHECKING:
    from datetime import datetime

    from search.alerts import Change, Vigil
    from search.insights.badbuzz import Buzz
    from search.wording.voice import Voice

TOLD_DAYS = 30
LONGEST_REPLAY = timedelta(days=92)


@click.command()
@click.option(
    "--replay",
    nargs=2,
    metavar="FROM TO",
    help="Tell what hourly checks between two times would have told, as 2026-11-18 2026-11-20T18:00.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_context
def command(context: Context, replay: tuple[str, str] | None, as_json: bool) -> None:
    """Say how each organisation stands: calm, watch, alert or over, with every part of the judgement.

    Alerts are judged at the end of each run; what was told in the last thirty days is listed, too.
    Example: veilleur alerts --replay now-2d now
    """
    if replay is not None:
        _replay(context, *_read_span(context, replay), as_json=as_json)
    else:
        _stand(context, as_json=as_json)


def _read_span(context: Context, replay: tuple[str, str]) -> tuple[datetime, datetime]:
    zone = ZoneInfo(context.watchlist.timezone)
    periods = [parse_period(each, now=context.now, zone=zone) for each in replay]
    first, last = periods
    if first is None or last is None or not timedelta() <= last.end - first.start <= LONGEST_REPLAY:
        text = "--replay takes two times in order, at most 92 days apart, as 2026-11-18 2026-11-20T18:00"
        raise click.BadParameter(text)
    return first.start, min(last.end, context.now) if last.end > context.now else last.end


def _replay(context: Context, since: datetime, until: datetime, *, as_json: bool) -> None:
    from search.alerts import replay
    from search.folder import WatchFolder, opened_index

    folder, watchlist = WatchFolder(root=context.folder), context.watchlist
    with opened_index(folder, watchlist.index, environ=os.environ) as index:
        changes = replay(index, watchlist, since=since, until=until)
        is_empty = True
        for change in changes:
            is_empty = False
            _tell(context, change, as_json=as_json)
    if is_empty and not as_json:
        context.say(context.messages.gettext("Nothing would have been told."))


def _stand(context: Context, *, as_json: bool) -> None:
    from search.alert_book import load_vigils, read_changes
    from search.alerts import watch_over
    from search.books.ledger import Ledger
    from search.folder import WatchFolder, opened_index

    folder, watchlist = WatchFolder(root=context.folder), context.watchlist
    with (
        opened_index(folder, watchlist.index, environ=os.environ) as index,
        Ledger.open(folder.ledger) as ledger,
    ):
        checked = watch_over(index, watchlist, now=context.now, vigils=load_vigils(ledger))
        told = read_changes(
            ledger, since=context.now - timedelta(days=TOLD_DAYS), until=context.now + timedelta(seconds=1)
        )
    for vigil, buzz in zip(checked.vigils, checked.buzzes, strict=True):
        if as_json:
            context.emit({"type": "state"} | _vigil_record(vigil) | {"buzz": _buzz_record(buzz)})
            continue
        for line in _vigil_lines(context, vigil, buzz):
            context.say(line)
    for change in told:
        _tell(context, change, as_json=as_json)


def _tell(context: Context, change: Change, *, as_json: bool) -> None:
    from search.sections.alerts import tell_change, tell_reason

    if as_json:
        record = {"type": "change", "organisation": change.organisation, "state": change.state}
        context.emit(record | {"told_at": change.told_at.isoformat(), "buzz": _buzz_record(change.buzz)})
        return
    voice = _voice(context)
    context.say(tell_change(voice, context.watchlist, change))
    if change.state != "over":
        context.say(f"  {tell_reason(voice, context.watchlist, change.buzz)}")


def _voice(context: Context) -> Voice:
    from search.wording.voice import Voice

    watchlist = context.watchlist
    language = context.language or watchlist.language
    return Voice(language=language, timezone=watchlist.timezone, messages=context.messages)


def _vigil_lines(context: Context, vigil: Vigil, buzz: Buzz) -> Iterator[str]:
    from search.sections.alerts import name_of, tell_parts, tell_state

    voice = _voice(context)
    yield f"{name_of(context.watchlist, vigil.organisation)}: {tell_state(voice, vigil)}"
    if buzz.level != "calm":
        yield from (f"  {line}" for line in tell_parts(voice, context.watchlist, buzz))


def _vigil_record(vigil: Vigil) -> dict[str, object]:
    return {
        "organisation": vigil.organisation,
        "state": vigil.state,
        "since": vigil.since and vigil.since.isoformat(),
        "red": vigil.is_red,
    }


def _buzz_record(buzz: Buzz) -> dict[str, object]:
    from pydantic import TypeAdapter

    from search.insights.badbuzz import Buzz

    record: dict[str, object] = TypeAdapter(Buzz).dump_python(buzz, mode="json")
    return record
