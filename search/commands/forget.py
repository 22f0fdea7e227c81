"""`veilleur forget`: erase a person or a post, everywhere, for good."""

from __future__ import annotations

import os

import rich_click as click

from watchlists.commands.context import Context, pass_context


@click.command()
@click.argument("subject", metavar="AUTHOR|URL")
@click.option("--yes", "-y", is_flag=True, help="Do not ask first.")
@pass_context
def command(context: Context, subject: str, yes: bool) -> None:
    """Erase everything by an author, or the post of an address, and refuse it from now on.

    AUTHOR is a name, a pseudonym as the digest shows it, or the address of an account. It reaches the
    archive, the index, and every digest that was kept. Example: veilleur forget opale-3f9a2c1
    """
    from search.folder import WatchFolder
    from search.upkeep.forget import forget

    _ = context.messages.gettext
    folder = WatchFolder(root=context.folder)
    watchlist = context.watchlist
    if not yes:
        question = _("Erase everything of “{subject}”, for good?").format(subject=subject)
        click.confirm(question, abort=True, err=True)
    done = forget(folder, watchlist, subject=subject, now=context.now, environ=os.environ)
    text = context.messages.ngettext("{count} item erased.", "{count} items erased.", done.items)
    context.note(text.format(count=done.items))
    if not done.items:
        context.note(_("Nothing of it was there; it is refused from now on."))
    if done.digests:
        text = _("Digests rebuilt without it: {digests}. Files removed: {files}.")
        context.note(text.format(digests=done.digests, files=done.files))
    context.note(_("Out of reach: what was mailed, sent to chats or exported, backups, and others’ posts."))
