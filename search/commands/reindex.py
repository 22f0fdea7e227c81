"""`veilleur reindex`: build the index anew, or move it to the other engine, from what was understood."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import rich_click as click

from watchlists.commands.context import Context, pass_context

if TYPE_CHECKING:
    from search.folder import WatchFolder
    from search.sync import Observer
    from search.upkeep.rebuild import Anew
    from search.upkeep.switching import Target

BACKENDS = ("embedded", "elasticsearch")


@click.command()
@click.option(
    "--understand", is_flag=True, help="Understand every item again first (after a change of models)."
)
@click.option(
    "--to", type=click.Choice(BACKENDS), help="Move the index to this engine, and use it from then on."
)
@click.option(
    "--url", default="", help="With --to elasticsearch: the server's address, written to the watchlist."
)
@click.option(
    "--adopt", is_flag=True, help="Replace the index even where another watch wrote it: what is there goes."
)
@pass_context
def command(context: Context, understand: bool, to: str | None, url: str, adopt: bool) -> None:
    """Build the index anew from the archive; nothing is fetched."""
    from search.folder import WatchFolder
    from search.upkeep.rebuild import Anew
    from search.upkeep.switching import Target

    if url and to != "elasticsearch":
        raise click.UsageError("--url goes with --to elasticsearch")
    if to is None or to == context.watchlist.index.backend:
        if url and url != context.watchlist.index.url:
            raise click.UsageError("the watch uses a server already; change its url in the watchlist")
        _rebuild(context, WatchFolder(root=context.folder), Anew(understands=understand, adopts=adopt))
    elif understand:
        raise click.UsageError("--understand and --to are two works: one after the other")
    else:
        _switch(context, WatchFolder(root=context.folder), Target(backend=to, url=url, adopts=adopt))


def _rebuild(context: Context, folder: WatchFolder, anew: Anew) -> None:
    from search.upkeep.rebuild import rebuild

    _ = context.messages.gettext
    with shown_progress(context) as observe:
        report = rebuild(
            folder,
            context.watchlist,
            now=context.now,
            environ=os.environ,
            anew=anew,
            observe=observe,
        )
    context.note(
        _("%(put)d documents indexed, %(understood)d understood anew, %(refused)d refused.")
        % {"put": report.put, "understood": report.understood, "refused": len(report.refused)}
    )


def _switch(context: Context, folder: WatchFolder, target: Target) -> None:
    from search.upkeep.switching import switch

    _ = context.messages.gettext
    with shown_progress(context) as observe:
        report = switch(
            folder,
            context.watchlist,
            target,
            now=context.now,
            environ=os.environ,
            observe=observe,
        )
    context.note(
        _("%(put)d documents sent, %(documents)d there and compared, %(refused)d refused.")
        % {"put": report.put, "documents": report.documents, "refused": report.refused}
    )
    context.note(_("The watch uses this engine from now on: %(backend)s.") % {"backend": target.backend})
    if report.refused:
        context.note(_("See which documents were refused, and why: veilleur quarantine list"))
    if report.left_over:
        context.note(
            _("The index used before could not be removed: %(reason)s") % {"reason": report.left_over}
        )


@contextmanager
def shown_progress(context: Context) -> Iterator[Observer]:
    """A bar on a terminal's stderr; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    is_hidden = context.is_quiet or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=is_hidden) as progress:
        task = progress.add_task(context.messages.gettext("Indexing"), total=None)

        def observe(done: int, wanted: int) -> None:
            progress.update(task, completed=done, total=wanted)

        yield observe
