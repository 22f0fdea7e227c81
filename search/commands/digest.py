"""`veilleur digest`: this morning's page, or that of a past day."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import rich_click as click
from click import launch

from search.commands.deliver import hand_over
from watchlists.commands.context import Context, pass_context
from watchlists.errors import VeilleurError

if TYPE_CHECKING:
    from search.books.ledger import Kept, Ledger
    from search.press.printing import Printed
    from search.render.formats import Format
    from search.window import Window
    from watchlists.model import Language, Watchlist

FORMAT_NAMES = ("html", "text", "markdown", "json")


def read_day(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A day as 2026-11-20, or the time of one of its digests as 2026-11-20T08:00; else a usage error."""
    if value is None:
        return None
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        text = f"{value} is not a day like 2026-11-20, nor a time like 2026-11-20T08:00"
        raise click.BadParameter(text) from error
    return value


@click.command()
@click.option(
    "--format",
    "format",
    type=click.Choice(FORMAT_NAMES),
    help="Rendering (default: text; html with --open).",
)
@click.option("--open", "is_opened", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--date", "day", metavar="DAY", callback=read_day, help="Show the digest of a past day as it was kept."
)
@click.option(
    "--recompute", is_flag=True, help="With --date: rebuild it as of then, with today's rules; not kept."
)
@click.option("--deliver", "is_sent", is_flag=True, help="Send today's to every channel, at most once each.")
@click.option("--if-due", is_flag=True, help="With --deliver: not before the hour of the watchlist.")
@click.option("--dry-run", is_flag=True, help="Show what --deliver would send where; keep and send nothing.")
@pass_context
def command(
    context: Context,
    format: Format | None,
    is_opened: bool,
    day: str | None,
    recompute: bool,
    is_sent: bool,
    if_due: bool,
    dry_run: bool,
) -> None:
    """Write this morning's digest: what happened since the last one, from what was read.

    Each digest is kept as written. Text, Markdown and JSON go to stdout; html becomes a file in
    .veilleur/digests, whose path is printed. Example: veilleur digest --date 2026-11-20
    """
    if is_sent or dry_run:
        if format or is_opened or day or recompute:
            text = "--deliver and --dry-run stand alone: every channel has its own format"
            raise click.UsageError(text)
        hand_over(context, dry_run=dry_run, waits_for_hour=if_due)
        return
    from search.books.ledger import Ledger
    from search.folder import WatchFolder, refuse_worker

    chosen: Format = format or ("html" if is_opened else "text")
    context.watchlist  # noqa: B018  (a folder without a watch gets no ledger)
    folder = WatchFolder(root=context.folder)
    refuse_worker(folder)
    with Ledger.open(folder.ledger) as ledger:
        if day is not None and not recompute:
            printed = _find_kept(context, ledger, day)
        else:
            printed = _build(context, ledger, day)
    show(context, printed, chosen, is_opened=is_opened)


def _build(context: Context, ledger: Ledger, day: str | None) -> Printed:
    from search.behind import tell_behind
    from search.folder import WatchFolder, opened_index
    from search.press.printing import print_digest, recompute
    from search.wording.voice import Voice

    chosen: Language = "en" if context.language == "en" else "fr"
    watchlist = replace(context.watchlist, language=chosen) if context.language else context.watchlist
    messages = context.messages
    folder = WatchFolder(root=context.folder)
    with opened_index(folder, watchlist.index, environ=os.environ) as index:
        if day is not None:
            asked = day_of(day, ledger, watchlist)
            return recompute(index, watchlist, ledger, asked=asked, now=context.now, messages=messages)
        voice = Voice(language=watchlist.language, timezone=watchlist.timezone, messages=messages)
        note = tell_behind(folder, index, voice, now=context.now)
        printed = print_digest(index, watchlist, ledger, now=context.now, messages=messages, note=note)
    if not printed.is_new and printed.kept:
        text = messages.gettext("Nothing new since the digest of {at}: here it is again.")
        context.note(text.format(at=_local(printed.kept)))
    return printed


def day_of(day: str, ledger: Ledger, watchlist: Watchlist) -> Kept | Window:
    """The digest kept for a day, else the window that day's digest would have had."""
    from search.window import day_window

    date_ = date.fromisoformat(day[:10])
    kept = next((each for each in ledger.of_day(date_) if _local(each).startswith(day)), None)
    return kept or day_window(date_, hour=watchlist.delivery.hour, timezone=watchlist.timezone)


def _find_kept(context: Context, ledger: Ledger, day: str) -> Printed:
    """The digest kept for a day (the first of it, or the one of that time), others named on stderr."""
    from search.press.printing import reprint

    editions = ledger.of_day(date.fromisoformat(day[:10]))
    wanted = [each for each in editions if _local(each).startswith(day)]
    if not wanted:
        raise _nothing_kept(ledger, day)
    others = [_local(each) for each in editions if each is not wanted[0]]
    if others:
        text = context.messages.gettext("Also kept for that day: {editions}")
        context.note(text.format(editions=", ".join(f"--date {each}" for each in others)))
    return reprint(ledger, wanted[0])


def _local(kept: Kept) -> str:
    """The time a digest was kept for, as `--date` takes it."""
    local = kept.window.end.astimezone(ZoneInfo(kept.window.timezone))
    return f"{local:%Y-%m-%dT%H:%M:%S}"


def _nothing_kept(ledger: Ledger, day: str) -> VeilleurError:
    days = ledger.days()
    return VeilleurError(
        "No digest was kept for {date}.",
        why="Days with a digest in the ledger: {days}; the last one: {last}."
        if days
        else "The ledger holds no digest yet.",
        remedy="Rebuild it from what was read: veilleur digest --date {date} --recompute",
        date=day,
        days=len(days),
        last=days[-1] if days else "",
    )


def show(context: Context, printed: Printed, format: Format, *, is_opened: bool) -> None:
    """Text, Markdown and JSON to stdout, byte for byte; html (and what is opened) to a file."""
    from search.folder import WatchFolder
    from search.press.printing import write_file

    if format != "html" and not is_opened:
        click.echo(printed.renderings[format], nl=False)
        return
    path = write_file(WatchFolder(root=context.folder).digests, printed, format)
    context.say(str(path))
    if is_opened:
        launch(path.absolute().as_uri())
