"""Help texts in the reader's language: the English docstring or help is the key of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc

import rich_click as click

Translate = Callable[[str], str]


def speak(command: click.Command, translate: Translate) -> click.Command:
    """The command with its help, and that of its options, translated, subcommands at hand included."""
    command.help = translate(cleandoc(command.help)) if command.help else command.help
    for param in command.params:
        if isinstance(param, click.Option) and param.help:
            param.help = translate(param.help)
    for each in getattr(command, "commands", {}).values():
        speak(each, translate)
    return command
