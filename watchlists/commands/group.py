"""A group of commands whose modules load only when one of them is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import rich_click as click

from watchlists.commands.context import reader_messages
from watchlists.commands.speaking import speak


class LazyGroup(click.RichGroup):
    """`modules` maps each subcommand to the module that holds it as `command`."""

    def __init__(self, *args: Any, modules: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every subcommand, in the order of the table."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name, with the options the group was given; None when there is none."""
        if cmd_name not in self._modules:
            return None
        command: click.Command = importlib.import_module(self._modules[cmd_name]).command
        command.name = cmd_name
        taken = {name for param in command.params for name in param.opts}
        shared = [param for param in self.params if isinstance(param, click.Option)]
        command.params.extend(option for option in shared if taken.isdisjoint(option.opts))
        return speak(command, reader_messages(ctx).gettext)
