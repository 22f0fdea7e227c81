"""`veilleur sources`: the state of every source, and why it is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import rich_click as click

from crawlers.commands.telling import name_state
from crawlers.items import Outcome
from watchlists.commands.context import Context, pass_context
from watchlists.messages import Messages
from watchlists.model import Source

if TYPE_CHECKING:
    from crawlers.archive.states import FetchState


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """What is known of one source."""

    source: str
    kind: str
    url: str
    state: str
    """never_read, disabled, or the state of the last outcome that is not merely "not due"."""
    last_read: datetime | None = None
    new: int | None = None
    """New items of the last run that read it."""
    newest: datetime | None = None
    silent_since: datetime | None = None
    backing_off_until: datetime | None = None
    next_due: datetime | None = None
    why: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, times in UTC.")
@pass_context
def command(context: Context, as_json: bool) -> None:
    """List the sources with when they were read, what came, and why some are quiet or held back."""
    lines = read_lines(context)
    if as_json:
        for line in lines:
            context.emit(asdict(line))
        return
    zone = ZoneInfo(context.watchlist.timezone)
    for row in make_table(lines, context.messages, zone):
        context.say(row)
    if not lines:
        context.note(
            context.messages.gettext("Nothing is read yet. Add a place with: veilleur add https://…")
        )


def read_lines(context: Context) -> list[SourceLine]:
    """Every source of the watchlist with what the archive knows of it."""
    states: dict[str, FetchState] = {}
    outcomes: dict[str, Outcome] = {}
    path = context.state / "archive.db"
    if path.exists():
        from crawlers.archive import Archive

        with Archive.open(path, readonly=True) as archive:
            states, outcomes = archive.fetch_states(), archive.last_outcomes()
    return [
        make_line(source, states.get(source.id), outcomes.get(source.id))
        for source in context.watchlist.sources
    ]


def make_line(source: Source, state: FetchState | None, outcome: Outcome | None) -> SourceLine:
    """One source's line."""
    fails = state is not None and state.failures > 0
    newest = state.newest if state else None
    return SourceLine(
        source=source.id,
        kind=source.kind,
        url=state.url if state else source.url,
        state=_choose_state(source, state, outcome),
        last_read=state.last_read if state else None,
        new=outcome.new if outcome else None,
        newest=newest,
        silent_since=newest if outcome and outcome.state == "silent" else None,
        backing_off_until=state.next_due if state and fails else None,
        next_due=state.next_due if state else None,
        why=(state.disabled if state else "") or (outcome.reason if outcome else ""),
    )


def _choose_state(source: Source, state: FetchState | None, outcome: Outcome | None) -> str:
    if not source.enabled:
        return "disabled"
    if state is not None and state.disabled:
        return "gone"
    return outcome.state if outcome is not None else "never_read"


def make_table(lines: Sequence[SourceLine], messages: Messages, zone: ZoneInfo) -> list[str]:
    """Aligned columns; the reason on a line of its own, where there is one."""
    gettext = messages.gettext
    head = (gettext("Source"), gettext("State"), gettext("Last read"), gettext("New"), gettext("Next"))
    cells = [_cells(line, messages, zone) for line in lines]
    widths = [max(len(row[column]) for row in [head, *cells]) for column in range(len(head))]
    rows = [_align(head, widths)] if lines else []
    for line, row in zip(lines, cells, strict=True):
        rows.append(_align(row, widths))
        rows += [f"    {note}" for note in _notes(line, messages, zone)]
    return rows


def _cells(line: SourceLine, messages: Messages, zone: ZoneInfo) -> tuple[str, ...]:
    new = "" if line.new is None else str(line.new)
    state = name_state(line.state, messages)
    return (line.source, state, _clock(line.last_read, zone), new, _clock(line.next_due, zone))


def _notes(line: SourceLine, messages: Messages, zone: ZoneInfo) -> list[str]:
    notes = [line.why] if line.why else []
    if line.silent_since:
        notes.append(messages.gettext("silent since {when}").format(when=_clock(line.silent_since, zone)))
    if line.backing_off_until:
        text = messages.gettext("backing off until {when}")
        notes.append(text.format(when=_clock(line.backing_off_until, zone)))
    return notes


def _clock(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else "-"


def _align(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
