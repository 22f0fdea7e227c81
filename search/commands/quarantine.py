"""`veilleur quarantine`: documents the index refused for good."""

from __future__ import annotations

import rich_click as click

from watchlists.commands.context import Context, pass_context

FILE = "quarantine.json"


@click.group()
def command() -> None:
    """Documents the index refused for good, and why."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@pass_context
def list_(context: Context, as_json: bool) -> None:
    """What is held, since when, and why."""
    from search.quarantine import read_quarantine

    held = read_quarantine(context.state / FILE)
    for each in held:
        if as_json:
            context.emit({"id": each.id, "reason": each.reason, "at": each.at.isoformat()})
        else:
            context.say(f"{each.id}  {each.at:%Y-%m-%d}  {each.reason}")
    if not held:
        context.note(context.messages.gettext("No document is in quarantine."))


@command.command()
@click.argument("ids", nargs=-1)
@pass_context
def retry(context: Context, ids: tuple[str, ...]) -> None:
    """Let documents go, all of them or those of these IDS: the next run sends them again."""
    from search.quarantine import release

    released = release(context.state / FILE, ids or None)
    text = context.messages.ngettext(
        "{n} document will be sent again.", "{n} documents will be sent again.", released
    )
    context.note(text.format(n=released))
