"""`veilleur demo`: the main job on a small fictional web, without any outside network."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import rich_click as click

from watchlists.commands.context import Context, machine_language, pass_context

DEMO_CYCLES = 70
"""About how many cycles the demo makes: what the progress bar counts."""


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-watch"))
@click.option("--open", "is_opened", is_flag=True, help="Open the digest in the browser.")
@pass_context
def command(context: Context, folder: Path, is_opened: bool) -> None:
    """Read 40 days of a small fictional web with the real spiders, and write today's digest.

    Everything happens on this machine. FOLDER gets the watch (default: demo-watch).
    """
    from click import launch

    from search.demo import run_demo
    from watchlists.messages import load_messages

    language = context.language or machine_language(os.environ)
    _ = load_messages(language).gettext
    context.note(_("A small web on this machine is read day by day, then hour by hour; about half a minute."))
    with click.progressbar(length=DEMO_CYCLES, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        report = run_demo(folder, language=language, environ=os.environ, tell=lambda _summary: bar.update(1))
    context.say(str(report.digest.resolve()))
    context.note(_("This is a demo. Try next:"))
    for line in (
        f"veilleur digest --watch {folder} --date {report.now:%Y-%m-%d}",
        f"veilleur search --watch {folder} --now {report.now:%Y-%m-%dT%H:%M}Z 'vélo cargo OR \"cargo bike\"'",
        "veilleur init",
    ):
        context.note(f"  {line}")
    if is_opened:
        launch(report.digest.resolve().as_uri())
