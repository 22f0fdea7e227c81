"""`veilleur schedule`: ready lines for cron, systemd or compose."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from watchlists.commands.context import Context, pass_context

if TYPE_CHECKING:
    from search.schedule import Task


@click.command()
@click.argument("scheduler", type=click.Choice(["cron", "systemd", "compose"]))
@click.option("--shard", metavar="K/N", help="For worker K of N: its share, every hour, and no digest.")
@click.option("--desk", is_flag=True, help="For the desk: it takes in what workers told, and tells people.")
@pass_context
def command(context: Context, scheduler: str, shard: str | None, desk: bool) -> None:
    """Print ready lines: a run every hour, the digest at its hour, in the watch's timezone.

    In a desk's folder they are the desk's. Example: veilleur schedule systemd --shard 2/8
    """
    from search.schedule import compose_file, cron_lines, systemd_units, timers_of

    _ = context.messages.gettext
    task = choose_task(context, shard=shard, asks_desk=desk)
    folder = context.folder.resolve()
    program = str(Path(shutil.which(sys.argv[0]) or sys.argv[0]).absolute())
    if scheduler == "compose":
        owner = f"{os.getuid()}:{os.getgid()}"
        context.say(compose_file(context.watchlist, folder=folder, owner=owner, task=task))
        return
    if scheduler == "cron":
        context.note(_("# Add these lines with: crontab -e"))
        for line in cron_lines(context.watchlist, folder=folder, program=program, task=task):
            context.say(line)
        return
    told = _("# Put each part in ~/.config/systemd/user, then: systemctl --user enable --now {timers}")
    context.note(told.format(timers=" ".join(f"{name}.timer" for name in timers_of(task))))
    for name, text in systemd_units(context.watchlist, folder=folder, program=program, task=task):
        context.say(f"# --- {name}\n{text}")


def choose_task(context: Context, *, shard: str | None, asks_desk: bool) -> Task:
    """What is to be run here; raises VeilleurError where the folder or the watch does not allow it."""
    from crawlers.shards import parse_shard
    from search.cluster.workers import need_cluster
    from search.folder import WatchFolder, is_desk, refuse_desk, refuse_worker
    from search.schedule import DESK, WHOLE, worker_task

    if asks_desk and shard is not None:
        raise click.UsageError("--shard and --desk are two folders' work")
    folder = WatchFolder(root=context.folder)
    if shard is not None:
        need_cluster(context.watchlist)
        refuse_desk(folder)
        return worker_task(str(parse_shard(shard)))
    refuse_worker(folder)
    if asks_desk:
        need_cluster(context.watchlist)
        return DESK
    has_cluster = context.watchlist.index.backend == "elasticsearch"
    return DESK if has_cluster and is_desk(folder) else WHOLE
