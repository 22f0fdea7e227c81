"""`veilleur show`: explain one document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import rich_click as click

from watchlists.commands.context import Context, pass_context
from watchlists.errors import VeilleurError

if TYPE_CHECKING:
    from search.dossier import Dossier


@click.command()
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@pass_context
def command(context: Context, id: str, as_json: bool) -> None:
    """Explain one document: where it was seen, how it changed, what was understood and by which rule.

    ID is what search and the digest show; an address works too.
    """
    from search.dossier import open_dossier
    from search.folder import WatchFolder

    dossier = open_dossier(WatchFolder(root=context.folder), context.watchlist, id)
    if dossier is None:
        raise VeilleurError(
            "Nothing is known under {id}.",
            why="No item has that id or address.",
            remedy="Find its id with: veilleur search …",
            id=repr(id),
        )
    if as_json:
        context.emit(asdict(dossier))
        return
    for line in dossier_lines(context, dossier):
        context.say(line)


def dossier_lines(context: Context, dossier: Dossier) -> Iterator[str]:
    """The dossier as a person reads it."""
    from search.commands.search import local_time, plain

    _ = context.messages.gettext
    document = dossier.document
    yield click.style(plain(document.title or document.text[:80]), bold=True)
    yield f"{document.id} · {document.kind} · {document.language} · {plain(document.url)}"
    yield _("published %(published)s · first seen %(first_seen)s · by %(author)s") % {
        "published": local_time(context, document.published),
        "first_seen": local_time(context, document.first_seen),
        "author": plain(document.author) or _("unknown"),
    }
    yield ""
    yield _("Sightings")
    for sighting in dossier.sightings:
        yield f"  {local_time(context, sighting.first_seen)}  {sighting.source}" + (
            f"  ({_('history')})" if sighting.is_backfill else ""
        )
    yield _("Revisions")
    for revision in dossier.revisions:
        yield f"  {revision.number}  {local_time(context, revision.at)}  {plain(revision.item.title)}"
    yield from _understood_lines(context, dossier)


def _understood_lines(context: Context, dossier: Dossier) -> Iterator[str]:
    from search.commands.search import plain

    _ = context.messages.gettext
    document = dossier.document
    yield _("Understood")
    for mention in document.mentions:
        found = f"{plain(mention.surface)} ×{mention.count} · {mention.rule} · {mention.tone}"
        yield f"  {mention.organisation}: {found}"
    for entity in document.entities:
        yield f"  {plain(entity.name)} ({entity.label}) ×{entity.count} · {entity.rule}"
    facts = {
        _("phrases"): ", ".join(document.phrases),
        _("topics"): ", ".join(document.topics),
        _("tone"): f"{document.tone} ({document.tone_confidence:.2f})" if document.tone else "",
        _("intent"): f"{document.intent} ({document.intent_confidence:.2f})" if document.intent else "",
        _("story"): document.story or "",
        _("notes"): ", ".join(document.notes),
    }
    for name, value in facts.items():
        if value:
            yield f"  {name}: {plain(value)}"
