"""veilleur crawl: read what is due into the archive, and nothing more."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable

import rich_click as click

from crawlers.items import Outcome
from crawlers.progress import Event, Progress
from crawlers.run import CrawlJob, CrawlProcess, start_crawl
from watchlists.commands.context import Context, pass_context
from watchlists.errors import WatchlistError
from watchlists.messages import Messages
from watchlists.model import Watchlist


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


def check_sources(watchlist: Watchlist, sources: Iterable[str]) -> None:
    """Refuse ids that no source of the watch has."""
    for id in sources:
        if watchlist.source(id) is None:
            raise WatchlistError(
                "No source is called {id}.",
                why="The watchlist has these: {known}.",
                remedy="`veilleur sources` lists them.",
                id=id,
                known=", ".join(source.id for source in watchlist.sources) or "-",
            )


def describe(event: Event, messages: Messages) -> str:
    """The event as one plain line; empty for those that say nothing to a reader."""
    match event:
        case Progress(stage="waiting"):
            return f"{event.source}: {messages.gettext('waiting for its host')}"
        case Outcome(state="not_due"):
            return ""
        case Outcome():
            counts = messages.ngettext("{new} new", "{new} new", event.new).format(new=event.new)
            reason = f" ({event.reason})" if event.reason else ""
            return f"{event.source}: {name_state(event, messages)}, {counts}{reason}"
        case _:
            return ""


def name_state(outcome: Outcome, messages: Messages) -> str:
    """The state of an outcome in the reader's words."""
    gettext = messages.gettext
    return {
        "ok": gettext("read"),
        "unchanged": gettext("unchanged"),
        "partial": gettext("read in part"),
        "not_due": gettext("not due"),
        "blocked_by_robots": gettext("refused by robots.txt"),
        "walled": gettext("behind a wall"),
        "failed": gettext("failed"),
        "silent": gettext("silent"),
        "gone": gettext("gone"),
    }[outcome.state]


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
