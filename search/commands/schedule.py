"""`veilleur schedule`: ready lines for cron, systemd or compose."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import rich_click as click

from watchlists.commands.context import Context, pass_context


@click.command()
@click.argument("scheduler", type=click.Choice(["cron", "systemd", "compose"]))
@pass_context
def command(context: Context, scheduler: str) -> None:
    """Print ready lines: a run every hour, the digest at its hour, in the watch's timezone."""
    from search.schedule import compose_file, cron_lines, systemd_units

    _ = context.messages.gettext
    folder = context.folder.resolve()
    program = str(Path(shutil.which(sys.argv[0]) or sys.argv[0]).absolute())
    if scheduler == "compose":
        owner = f"{os.getuid()}:{os.getgid()}"
        context.say(compose_file(context.watchlist, folder=folder, owner=owner))
        return
    if scheduler == "cron":
        context.note(_("# Add these lines with: crontab -e"))
        for line in cron_lines(context.watchlist, folder=folder, program=program):
            context.say(line)
        return
    context.note(
        _("# Put each part in ~/.config/systemd/user, then: systemctl --user enable --now veilleur-run.timer")
    )
    for name, text in systemd_units(context.watchlist, folder=folder, program=program):
        context.say(f"# --- {name}\n{text}")
