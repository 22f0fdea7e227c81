"""`veilleur run`: one cycle of the watch."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import rich_click as click

from watchlists.commands.context import Context, pass_context
from watchlists.errors import WatchlistError

if TYPE_CHECKING:
    from search.deliver.outbox import Delivery
    from search.run import Observer, RunRequest
    from search.summary import RunSummary

NOTES = {
    "index_rebuilt": "The index was damaged and has been built anew from what was understood.",
}


@click.command()
@click.argument("sources", nargs=-1)
@click.option("--force", is_flag=True, help="Read sources that are not due yet, too.")
@click.option(
    "--shard", metavar="K/N", help="Be worker K of N: read its share of the sources, tell the desk."
)
@click.option("--desk", is_flag=True, help="Be the desk: take in what workers told; stories, index, alerts.")
@click.option("--alone", is_flag=True, help="In a desk's folder: read all sources here from now on.")
@click.option("--json", "as_json", is_flag=True, help="Facts as JSON Lines: one a source, then the summary.")
@pass_context
def command(
    context: Context,
    sources: tuple[str, ...],
    force: bool,
    shard: str | None,
    desk: bool,
    alone: bool,
    as_json: bool,
) -> None:
    """Read the sources that are due, understand and index what is new.

    Run it every hour (see `veilleur schedule`). SOURCES are ids; without any, all are meant.
    """
    from crawlers.commands.telling import check_sources
    from search.commands.live import Live
    from search.run import RunRequest

    check_sources(context.watchlist, sources)
    request = RunRequest(now=context.now, sources=sources, force=force, environ=os.environ)
    run = choose_role(context, request, shard=shard, is_desk=desk, is_alone=alone)
    with Live(context, is_silent=as_json or context.is_quiet) as live:
        summary = run(live.show)
    if as_json:
        for record in summary_records(summary):
            context.emit(record)
    else:
        for line in summary_lines(context, summary):
            context.say(line)
    sys.exit(130 if summary.was_stopped else summary.exit_code)


def choose_role(
    context: Context, request: RunRequest, *, shard: str | None, is_desk: bool, is_alone: bool
) -> Callable[[Observer], RunSummary]:
    """The run that the options ask for; raises WatchlistError where they contradict each other."""
    from crawlers.shards import parse_shard
    from search.cluster.roles import run_alone, run_desk, run_whole, run_worker
    from search.cluster.workers import Worker
    from search.folder import WatchFolder

    folder, watchlist = WatchFolder(root=context.folder), context.watchlist
    if is_alone and (is_desk or shard is not None):
        raise click.UsageError("--alone is a run without workers: give it without --shard and --desk")
    if is_desk and (shard is not None or request.sources or request.force):
        raise WatchlistError(
            "The desk reads no sources itself.",
            why="It takes in what workers read.",
            remedy="Give --desk alone; to read sources: veilleur run --shard K/N, in a folder of its own.",
        )
    if is_desk:
        return lambda show: run_desk(folder, watchlist, request, observe=show)
    if shard is None:
        run = run_alone if is_alone else run_whole
        return lambda show: run(folder, watchlist, request, observe=show)
    worker = Worker(
        folder=folder,
        watchlist=watchlist,
        shard=parse_shard(shard),
        host=platform.node(),
        environ=request.environ,
    )
    return lambda show: run_worker(worker, request, observe=show)


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
        "deliveries": [asdict(each) for each in summary.deliveries],
        "notes": summary.notes,
        "remarks": [remark.fill(str) for remark in summary.remarks],
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
    text = _("Understood: %(understood)d; indexed: %(indexed)d; documents in all: %(documents)d")
    yield (_("Understood: %(understood)d") if summary.is_share else text) % {
        "understood": summary.understood,
        "indexed": summary.indexed,
        "documents": summary.documents,
    }
    yield _("Time: %(seconds).0f s, %(requests)d requests") % {
        "seconds": summary.seconds,
        "requests": summary.requests,
    }
    if summary.was_stopped:
        yield _("Stopped early: what was read is kept.")
    elif not summary.is_share:
        yield _("Next: veilleur digest --open")
    yield from alert_lines(context, summary)
    yield from (delivery_line(context, each) for each in summary.deliveries)
    for remark in summary.remarks:
        yield remark.fill(_)
    for note in summary.notes:
        yield _(NOTES.get(note, note))


def delivery_line(context: Context, delivery: Delivery) -> str:
    """What came of telling somebody at once."""
    gettext = context.messages.gettext
    kinds = {"alert": gettext("Alert"), "search": gettext("Saved search"), "digest": gettext("Digest")}
    texts = {
        "sent": gettext("{what}: sent to {recipient}."),
        "refused": gettext("{what}: refused by {recipient}, the next run tries again: {reason}"),
    }
    unknown = gettext("{what}: not known whether it reached {recipient}, and not repeated: {reason}")
    what = kinds.get(delivery.kind, gettext("Report"))
    text = texts.get(delivery.state, unknown)
    return text.format(what=what, recipient=delivery.recipient, reason=delivery.reason)


def alert_lines(context: Context, summary: RunSummary) -> Iterator[str]:
    """Alerts that began, turned red or ended in this run."""
    from search.sections.alerts import tell_change
    from search.wording.voice import Voice

    language = context.language or context.watchlist.language
    voice = Voice(language=language, timezone=context.watchlist.timezone, messages=context.messages)
    for change in summary.alerts:
        yield tell_change(voice, context.watchlist, change)
