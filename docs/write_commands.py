"""Write docs/commands.md from the commands, and the README's table of kinds from docs/kinds.md.

Run: `python docs/write_commands.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import rich_click as click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import cli  # noqa: E402  (from the checkout this file lies in)

PAGE = ROOT / "docs" / "commands.md"
README = ROOT / "README.md"
KINDS = ROOT / "docs" / "kinds.md"
MARKS = ("<!-- kinds -->", "<!-- /kinds -->")
INTRODUCTION = """# Commands

Written from the commands themselves by `python docs/write_commands.py`; a test keeps it true.

Data goes to stdout, everything else to stderr. Exit codes: 0 ok · 1 nothing could be read, or a delivery
failed · 2 wrong usage or watchlist · 3 partial: over 20 % of the sources failed, or one newly.

Every command takes these options, before or after its name; each has an environment variable too
(`VEILLEUR_WATCH`, or `VEILLEUR_RUN_FORCE` for an option of `run`):

"""


def option_lines(options: list[click.Option]) -> Iterator[str]:
    """One line an option: its names, its values, its help."""
    for option in options:
        names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
        kind = "" if option.is_flag else f" {option.make_metavar(click.Context(cli.veilleur))}"
        yield f"- {names}{kind}: {option.help or ''}".rstrip(": ")


def own_options(command: click.Command) -> list[click.Option]:
    """A command's options, without those every command takes."""
    shared = {name for option in cli.shared_options() for name in option.opts}
    options = [param for param in command.params if isinstance(param, click.Option)]
    return [option for option in options if shared.isdisjoint(option.opts)]


def command_lines(name: str, command: click.Command) -> Iterator[str]:
    """A command's section, then those of its subcommands."""
    context = click.Context(cli.veilleur, info_name="veilleur", obj=cli.start_context())
    arguments = [param.make_metavar(context) for param in command.params if isinstance(param, click.Argument)]
    yield f"\n## veilleur {' '.join([name, *arguments])}\n"
    yield cleandoc(command.help or "")
    if options := own_options(command):
        yield ""
        yield from option_lines(options)
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from command_lines(f"{name} {each}", found)


def write_page() -> str:
    """The whole page."""
    context = click.Context(cli.veilleur, obj=cli.start_context())
    lines = [INTRODUCTION.rstrip("\n"), "", *option_lines(list(cli.shared_options()))]
    for name in cli.COMMANDS:
        command = cli.veilleur.get_command(context, name)
        assert command is not None
        lines += command_lines(name, command)
    return "\n".join(lines) + "\n"


def fill_readme(text: str, kinds: str) -> str:
    """The README's text with the table of docs/kinds.md between its marks."""
    before, rest = text.split(MARKS[0])
    table = kinds[kinds.index("| kind") :].rstrip()
    return f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{rest.split(MARKS[1])[1]}"


if __name__ == "__main__":
    README.write_text(fill_readme(README.read_text("utf-8"), KINDS.read_text("utf-8")), encoding="utf-8")
    PAGE.write_text(write_page(), encoding="utf-8")
