"""`veilleur run`: one cycle of the watch."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import rich_click as click

from watchlists.commands.context import Context, pass_context

if TYPE_CHECKING:
    from search.summary import RunSummary

NOTES = {
    "index_rebuilt": "The index was damaged and has been built anew from what was understood.",
}


@click.command()
@click.argument("sources", nargs=-1)
@click.option("--force", is_flag=True, help="Read sources that are not due yet, too.")
@click.option("--json", "as_json", is_flag=True, help="Facts as JSON Lines: one a source, then the summary.")
@pass_context
def command(context: Context, sources: tuple[str, ...], force: bool, as_json: bool) -> None:
    """Read the sources that are due, understand and index what is new.

    Run it every hour (see `veilleur schedule`). SOURCES are ids; without any, all are meant.
    """
    from crawlers.commands.telling import check_sources
    from search.commands.live import Live
    from search.folder import WatchFolder
    from search.run import RunRequest, run_cycle

    check_sources(context.watchlist, sources)
    request = RunRequest(now=context.now, sources=sources, force=force, environ=os.environ)
    with Live(context, is_silent=as_json or context.is_quiet) as live:
        summary = run_cycle(WatchFolder(root=context.folder), context.watchlist, request, observe=live.show)
    if as_json:
        for record in summary_records(summary):
            context.emit(record)
    else:
        for line in summary_lines(context, summary):
            context.say(line)
    sys.exit(130 if summary.was_stopped else summary.exit_code)


def summary_records(summary: RunSummary) -> Iterator[dict[str, object]]:
    """A JSON record for each source, then one for the run."""
    for outcome in summary.outcomes:
        yield {"type": "outcome"} | asdict(outcome)
    yield {
        "type": "summary",
        "sources": len(summary.outcomes),
        "read": summary.count("ok", "partial", "silent"),
        "unchanged": summary.count("unchanged"),
        "not_due": summary.count("not_due"),
        "blocked_by_robots": summary.count("blocked_by_robots"),
        "failed": [outcome.source for outcome in summary.failed],
        "newly_failed": summary.newly_failed,
        "new": summary.new,
        "changed": summary.changed,
        "requests": summary.requests,
        "understood": summary.understood,
        "indexed": summary.indexed,
        "refused": summary.refused,
        "documents": summary.documents,
        "seconds": round(summary.seconds, 1),
        "stopped": summary.was_stopped,
        "notes": summary.notes,
        "exit_code": summary.exit_code,
    }


def summary_lines(context: Context, summary: RunSummary) -> Iterator[str]:
    """The run in six lines; then what was repaired, if anything."""
    _ = context.messages.gettext
    yield _("Sources: %(read)d read, %(unchanged)d unchanged, %(not_due)d not due") % {
        "read": summary.count("ok", "partial"),
        "unchanged": summary.count("unchanged"),
        "not_due": summary.count("not_due"),
    }
    yield _("Not read: %(failed)s; refused by robots.txt: %(refused)d; silent: %(silent)d") % {
        "failed": ", ".join(outcome.source for outcome in summary.failed) or _("none"),
        "refused": summary.count("blocked_by_robots"),
        "silent": summary.count("silent"),
    }
    yield _("Items: %(new)d new, %(changed)d changed") % {"new": summary.new, "changed": summary.changed}
    yield _("Understood: %(understood)d; indexed: %(indexed)d; documents in all: %(documents)d") % {
        "understood": summary.understood,
        "indexed": summary.indexed,
        "documents": summary.documents,
    }
    yield _("Time: %(seconds).0f s, %(requests)d requests") % {
        "seconds": summary.seconds,
        "requests": summary.requests,
    }
    yield (
        _("Stopped early: what was read is kept.")
        if summary.was_stopped
        else _("Next: veilleur digest --open")
    )
    yield from alert_lines(context, summary)
    for note in summary.notes:
        yield _(NOTES.get(note, note))


def alert_lines(context: Context, summary: RunSummary) -> Iterator[str]:
    """Alerts that began, turned red or ended in this run."""
    from search.sections.alerts import tell_change
    from search.voice import Voice

    language = context.language or context.watchlist.language
    voice = Voice(language=language, timezone=context.watchlist.timezone, messages=context.messages)
    for change in summary.alerts:
        yield tell_change(voice, context.watchlist, change)
