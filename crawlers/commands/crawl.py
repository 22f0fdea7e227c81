"""veilleur crawl: read what is due into the archive, and nothing more."""

from __future__ import annotations

import dataclasses
import sys

import rich_click as click

from crawlers.commands.telling import check_sources, tell_outcome, tell_progress
from crawlers.items import Outcome
from crawlers.progress import Event, Progress
from crawlers.run import CrawlJob, CrawlProcess, start_crawl
from watchlists.commands.context import Context, pass_context
from watchlists.messages import Messages


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--force", is_flag=True, help="Read also what is not due yet, and what was given up.")
@click.option("--json", "as_json", is_flag=True, help="Print one outcome a line, as JSON.")
@pass_context
def command(context: Context, sources: tuple[str, ...], force: bool, as_json: bool) -> None:
    """Read the sources that are due into the archive, without understanding them.

    `veilleur run` does this and the rest; this command is for those who look at one source.
    """
    check_sources(context.watchlist, sources)
    job = CrawlJob(
        watchlist=context.watchlist_path.resolve(),
        archive=(context.state / "archive.db").resolve(),
        now=context.now,
        sources=sources,
        force=force,
    )
    process = start_crawl(job)
    try:
        outcomes = _follow(context, process, as_json=as_json)
    except KeyboardInterrupt:
        process.stop()
        outcomes = _follow(context, process, as_json=as_json)
    finally:
        code = process.wait()
    _sum_up(context, outcomes)
    if code != 0:
        sys.exit(code)


def describe(event: Event, messages: Messages) -> str:
    """The event as one plain line; empty for those that say nothing to a reader."""
    match event:
        case Progress(stage="waiting"):
            return f"{event.source}: {tell_progress(event, messages)}"
        case Outcome() if event.state != "not_due":
            return f"{event.source}: {tell_outcome(event, messages)}"
        case _:
            return ""


def _follow(context: Context, process: CrawlProcess, *, as_json: bool) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for event in process.events():
        if isinstance(event, Outcome):
            outcomes.append(event)
            if as_json:
                context.emit(dataclasses.asdict(event))
        if line := describe(event, context.messages):
            context.note(line)
    return outcomes


def _sum_up(context: Context, outcomes: list[Outcome]) -> None:
    read = [outcome for outcome in outcomes if outcome.state != "not_due"]
    new = sum(outcome.new for outcome in outcomes)
    text = context.messages.gettext("Sources due: {read} of {all}. New items: {new}. Requests: {requests}.")
    requests = sum(outcome.requests for outcome in outcomes)
    context.note(text.format(read=len(read), all=len(outcomes), new=new, requests=requests))
