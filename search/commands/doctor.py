"""`veilleur doctor`: what is missing, and the command that fixes it."""

from __future__ import annotations

import os
import sys

import rich_click as click

from watchlists.commands.context import Context, pass_context

SIGNS = {"ok": ("✓", "green"), "missing": ("○", "yellow"), "broken": ("✗", "red")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding.")
@pass_context
def command(context: Context, as_json: bool) -> None:
    """Look for what is missing or broken, and name the command that fixes it."""
    from search.folder import WatchFolder
    from search.upkeep.doctor import examine

    findings = tuple(examine(WatchFolder(root=context.folder), context.watchlist, environ=os.environ))
    for finding in findings:
        text, remedy = finding.fill(context.messages.gettext)
        if as_json:
            context.emit({"state": finding.state, "text": text, "remedy": remedy})
            continue
        sign, colour = SIGNS[finding.state]
        context.say(f"{click.style(sign, fg=colour)} {text}" + (f"\n    → {remedy}" if remedy else ""))
    sys.exit(1 if any(finding.state == "broken" for finding in findings) else 0)
