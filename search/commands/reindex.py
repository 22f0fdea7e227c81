"""`veilleur reindex`: build the index anew from what was understood."""

from __future__ import annotations

import os

import rich_click as click

from watchlists.commands.context import Context, pass_context


@click.command()
@click.option(
    "--understand", is_flag=True, help="Understand every item again first (after a change of models)."
)
@pass_context
def command(context: Context, understand: bool) -> None:
    """Build the index anew from the archive; nothing is fetched."""
    from search.folder import WatchFolder
    from search.rebuild import rebuild

    _ = context.messages.gettext
    report = rebuild(
        WatchFolder(root=context.folder),
        context.watchlist,
        now=context.now,
        environ=os.environ,
        is_understood_anew=understand,
    )
    context.note(
        _("%(put)d documents indexed, %(understood)d understood anew, %(refused)d refused.")
        % {"put": report.put, "understood": report.understood, "refused": len(report.refused)}
    )
