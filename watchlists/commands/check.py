"""`veilleur check`: every error of the watchlist at once, each with its line and its remedy."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import rich_click as click

from watchlists.commands.context import Context, pass_context
from watchlists.messages import load_messages

if TYPE_CHECKING:
    from watchlists.model import Watchlist
    from watchlists.problems import InvalidWatchlist


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object with the counts, or with the errors.")
@pass_context
def command(context: Context, as_json: bool) -> None:
    """Read the watchlist and say every error in it, with its line and what to do about it."""
    from watchlists.problems import InvalidWatchlist

    try:
        watchlist = context.watchlist
    except InvalidWatchlist as error:
        if not as_json:
            raise
        _emit_problems(context, error)
        sys.exit(error.exit_code)
    counts = _count(watchlist)
    if as_json:
        context.emit({"ok": True, **counts})
    else:
        _tell(context, counts)


def _count(watchlist: Watchlist) -> dict[str, int]:
    return {
        "organisations": len(watchlist.organisations),
        "sources": len(watchlist.sources),
        "topics": len(watchlist.topics),
        "campaigns": len(watchlist.campaigns),
        "searches": len(watchlist.searches),
    }


def _tell(context: Context, counts: dict[str, int]) -> None:
    _ = context.messages.gettext
    context.say(_("{file} is in order.").format(file=context.watchlist_path.name))
    line = _(
        "Organisations: {organisations} · sources: {sources} · topics: {topics} · "
        "campaigns: {campaigns} · saved searches: {searches}"
    )
    context.say(line.format(**counts))
    if not counts["sources"]:
        context.note(_("Nothing is read yet. Add a place with: veilleur add https://forum.example.org"))


def _emit_problems(context: Context, error: InvalidWatchlist) -> None:
    translate = load_messages(context.language or "en").gettext
    problems = []
    for problem in error.problems:
        message, remedy = problem.texts(translate)
        problems.append({"line": problem.line, "message": message, "remedy": remedy})
    context.emit({"ok": False, "file": error.file, "problems": problems})
