"""The time a figure covers, as commands take it: --days N, or --since and --until."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import rich_click as click

from watchlists.commands.context import Context
from watchlists.query_times import parse_period

if TYPE_CHECKING:
    from datetime import datetime

    from search.window import Window

LONGEST = timedelta(days=366)
LONGEST_DAYS = 366


def usual_period(days_help: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add --days, --since and --until, read with `read_window`; `days_help` says how many days are usual."""
    options = (
        click.option("--days", type=click.IntRange(1, LONGEST_DAYS), help=days_help),
        click.option("--since", metavar="WHEN", help="From then on: 2026-11-01, now-30d, yesterday."),
        click.option("--until", metavar="WHEN", help="Until then (default: now); a day is included."),
    )

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def read_window(
    context: Context, *, days: int | None, since: str | None, until: str | None, usual_days: int = 7
) -> Window:
    """The window these options name, ending now unless they say otherwise; else a usage error."""
    from search.window import Window, wall_clock

    if days is not None and since is not None:
        raise click.UsageError("--days and --since exclude each other")
    timezone = context.watchlist.timezone
    end = min(_read(context, until)[1], context.now) if until else context.now
    start = _read(context, since)[0] if since else wall_clock(end, -(days or usual_days), timezone=timezone)
    if not timedelta() < end - start <= LONGEST:
        raise click.UsageError("the period must begin before it ends, at most 366 days before")
    return Window(start=start, end=end, timezone=timezone)


def _read(context: Context, text: str) -> tuple[datetime, datetime]:
    period = parse_period(text, now=context.now, zone=ZoneInfo(context.watchlist.timezone))
    if period is None:
        raise click.BadParameter(f"{text} is no time like 2026-11-20, now-7d or 2026-11-20T08:00")
    return period.start, period.end
