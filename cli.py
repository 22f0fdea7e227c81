"""The door: the `veilleur` command, whose subcommands are loaded only when asked for."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any

import rich_click as click

from watchlists.commands.context import Context, machine_language, reader_messages
from watchlists.commands.speaking import speak
from watchlists.errors import VeilleurError
from watchlists.messages import load_messages

COMMANDS: dict[str, str] = {
    "init": "watchlists.commands.init",
    "add": "crawlers.commands.add",
    "check": "watchlists.commands.check",
    "run": "search.commands.run",
    "digest": "search.commands.digest",
    "alerts": "search.commands.alerts",
    "compare": "search.commands.compare",
    "report": "search.commands.report",
    "voice": "search.commands.voice",
    "tone": "search.commands.tone",
    "trends": "search.commands.trends",
    "reception": "search.commands.reception",
    "calendar": "search.commands.calendar",
    "campaigns": "search.commands.campaigns",
    "presence": "search.commands.presence",
    "search": "search.commands.search",
    "searches": "search.commands.searches",
    "show": "search.commands.show",
    "mute": "search.commands.mute",
    "promote": "search.commands.promote",
    "places": "search.commands.places",
    "explain": "pipelines.commands.explain",
    "sources": "crawlers.commands.sources",
    "crawl": "crawlers.commands.crawl",
    "note": "crawlers.commands.note",
    "import": "watchlists.commands.import_",
    "export": "watchlists.commands.export",
    "reindex": "search.commands.reindex",
    "quarantine": "search.commands.quarantine",
    "forget": "search.commands.forget",
    "doctor": "search.commands.doctor",
    "schedule": "search.commands.schedule",
    "demo": "search.commands.demo",
}
"""Subcommand -> the module that holds it as `command`, in the order a newcomer meets them."""


class Moment(click.ParamType[datetime]):
    """A date and time as ISO 8601; without an offset it is this machine's local time."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment in UTC, or a usage error that shows the form."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a time like 2026-11-20T08:00:00+01:00", param, ctx)


def _share(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """A callback that stores an option's value in the Context, wherever on the line it stood."""

    def store(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        known = ctx.find_object(Context)
        assert known is not None
        if value is not None and value is not False:
            ctx.obj = replace(known, **{name: value})

    return store


def shared_options() -> list[click.Option]:
    """The options every command takes, before or after its name."""
    folder = click.Path(file_okay=False, path_type=Path)
    return [
        click.RichOption(
            ["--watch", "-w"],
            type=folder,
            expose_value=False,
            callback=_share("folder"),
            help="Folder of the watch (default: the current folder).",
        ),
        click.RichOption(
            ["--now"],
            type=Moment(),
            expose_value=False,
            callback=_share("now"),
            help="Act as if it were this time, as 2026-11-20T08:00:00+01:00.",
        ),
        click.RichOption(
            ["--lang"],
            type=click.Choice(["fr", "en"]),
            expose_value=False,
            callback=_share("language"),
            help="Language of messages (default: the watch's).",
        ),
        click.RichOption(
            ["--quiet", "-q"],
            is_flag=True,
            expose_value=False,
            callback=_share("is_quiet"),
            help="Say only what was asked for.",
        ),
        click.RichOption(
            ["--verbose", "-v"],
            is_flag=True,
            expose_value=False,
            callback=_share("is_verbose"),
            help="Say more of what happens.",
        ),
    ]


def with_shared_options(command: click.Command) -> click.Command:
    """The command (and, for a group, what is under it) with the shared options at its end."""
    taken = {name for param in command.params for name in param.opts}
    command.params.extend(option for option in shared_options() if taken.isdisjoint(option.opts))
    for each in getattr(command, "commands", {}).values():
        with_shared_options(each)
    return command


class Door(click.RichGroup):
    """A group that imports a subcommand's module only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every subcommand, in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        command.name = cmd_name
        return speak(with_shared_options(command), reader_messages(ctx).gettext)

    def get_help(self, ctx: click.Context) -> str:
        """The door's own help, translated as its commands' is."""
        speak(self, reader_messages(ctx).gettext)
        return super().get_help(ctx)


@click.command(
    cls=Door, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "VEILLEUR"}
)
@click.version_option(version("veilleur"), "--version", "-V", prog_name="veilleur")
@click.pass_context
def veilleur(ctx: click.Context) -> None:
    """Keep watch over competitors' communities, and read what matters each morning."""
    ctx.ensure_object(Context)
    logging.basicConfig(
        level=logging.INFO if ctx.obj.is_verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )


with_shared_options(veilleur)


def start_context() -> Context:
    """The Context of this process, before any option is read."""
    return Context(folder=Path.cwd(), now=datetime.now(UTC))


def tell(error: VeilleurError) -> None:
    """The error on stderr: what, why, what to do, a line each."""
    translate = load_messages(machine_language(os.environ)).gettext
    for number, part in enumerate(error.parts(translate)):
        click.echo(part if number == 0 else f"  {part}", err=True)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line; a VeilleurError becomes a message and an exit code."""
    signal.signal(signal.SIGTERM, _end)  # a container that is stopped ends a run as Ctrl-C does
    try:
        veilleur(obj=start_context())
    except VeilleurError as error:
        tell(error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
