"""`veilleur explain`: what is understood of one text, and by which rule."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from watchlists.commands.context import Context, pass_context
from watchlists.errors import UnderstandingError
from watchlists.model import Watchlist

if TYPE_CHECKING:
    from crawlers.items import Item
    from pipelines.document import Document
    from pipelines.explaining import Explanation

MOST_BYTES = 5_000_000
"""Bytes read of a file or of standard input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    item: Item
    source: str | None = None


@click.command()
@click.argument("subject", metavar="TEXT|FILE|URL")
@click.option("--source", help="Read it as if it came from this source of the watchlist.")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@pass_context
def command(context: Context, subject: str, source: str | None, as_json: bool) -> None:
    """Explain what is understood of one text: language, names, phrases, topics, and by which rule.

    FILE holds plain text or HTML; - reads standard input. A URL is looked up in the archive, never
    fetched. Works without a watchlist: then no name is watched.
    """
    from pipelines.explaining import explain_item, with_company

    if not context.watchlist_path.exists():
        context = replace(context, language=context.language or "en")
    watchlist = _watchlist(context)
    found = _find(context, subject)
    explanation = explain_item(
        found.item, watchlist=watchlist, source=source or found.source, now=context.now
    )
    explanation = with_company(explanation, _stored(context, found.item.id))
    if as_json:
        context.emit(asdict(explanation))
        return
    for line in explanation_lines(context, explanation, watchlist):
        context.say(line)


def explanation_lines(context: Context, explanation: Explanation, watchlist: Watchlist) -> Iterator[str]:
    """The explanation as an aligned table: one fact a row, its name once."""
    groups = dict(_groups(context, explanation, watchlist))
    width = max(map(len, groups))
    for name, rows in groups.items():
        for place, row in enumerate(rows):
            yield f"{name if place == 0 else '':{width}}  {_plain(row)}"


def _groups(
    context: Context, explanation: Explanation, watchlist: Watchlist
) -> Iterator[tuple[str, tuple[str, ...]]]:
    _ = context.messages.gettext
    document = explanation.document
    analysed = "" if document.is_analysed else " · " + _("watched names only")
    groups = {
        _("language"): (document.language + analysed,),
        _("text"): (document.title, document.text[:400]),
        _("mentions"): tuple(_mentions(document, watchlist)),
        _("names"): tuple(f"{e.name} · {e.label} ×{e.count} · {e.rule}" for e in document.entities),
        _("phrases"): (", ".join(document.phrases),),
        _("topics"): (", ".join(document.topics),),
        _("unlisted subject"): (document.subject,),
        _("tone"): (_scored(document.tone, document.tone_confidence),),
        _("emotions"): (", ".join(document.emotions),),
        _("intent"): (_scored(document.intent, document.intent_confidence),),
        _("hashtags"): (", ".join(document.hashtags),),
        _("links"): document.links,
        _("quoted, not counted"): explanation.quotes,
        _("code"): explanation.code,
        _("notes"): (", ".join(document.notes),),
    }
    for name, rows in groups.items():
        if kept := tuple(row for row in rows if row):
            yield name, kept


def _mentions(document: Document, watchlist: Watchlist) -> Iterator[str]:
    for mention in document.mentions:
        organisation = watchlist.organisation(mention.organisation)
        name = organisation.name if organisation else mention.organisation
        tone = f" · {mention.tone} ({mention.tone_confidence:.2f})" if mention.tone_confidence else ""
        yield f"{name} · {mention.surface} ×{mention.count} · {mention.rule}{tone}"


def _scored(value: str | None, confidence: float) -> str:
    return f"{value} ({confidence:.2f})" if value else ""


def _plain(text: str) -> str:
    """On one line, without what a terminal would obey."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _watchlist(context: Context) -> Watchlist:
    if context.watchlist_path.exists():
        return context.watchlist
    return Watchlist(name="", language="fr" if context.language == "fr" else "en")


def _find(context: Context, subject: str) -> _Subject:
    from pipelines.explaining import item_of_text

    if subject.startswith(("http://", "https://")) and len(subject.split()) == 1:
        return _from_archive(context, subject)
    if subject == "-":
        return _Subject(item=item_of_text(_decode(sys.stdin.buffer.read(MOST_BYTES)), now=context.now))
    if _is_file(subject):
        with Path(subject).open("rb") as file:
            return _Subject(item=item_of_text(_decode(file.read(MOST_BYTES)), now=context.now))
    return _Subject(item=item_of_text(subject, now=context.now))


def _from_archive(context: Context, url: str) -> _Subject:
    from crawlers.archive import Archive

    path = context.state / "archive.db"
    if path.exists():
        with Archive.open(path, readonly=True) as archive:
            id = archive.resolve(url)
            item = archive.item(id) if id else None
            if item is not None:
                seen = archive.sightings([item.id]).get(item.id, ())
                return _Subject(item=item, source=seen[0].source if seen else None)
    raise UnderstandingError(
        "{url} is not in the archive.",
        why="explain fetches nothing: it looks at what was read.",
        remedy="Add the source with `veilleur add`, read it with `veilleur run`, or give the text itself.",
        url=url,
    )


def _stored(context: Context, id: str) -> Document | None:
    """The document as the last run left it; None of a text that was never in one."""
    from pipelines.store import Store

    store = Store.look(context.state / "understood.db")
    if store is None:
        return None
    try:
        return next(store.documents([id]), None)
    finally:
        store.close()


def _is_file(subject: str) -> bool:
    try:
        return Path(subject).is_file()
    except (OSError, ValueError):  # a text too long for a path, or with a NUL
        return False


def _decode(data: bytes) -> str:
    return data.decode("utf-8-sig", "replace")
