"""`veilleur search`: query the index."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import rich_click as click

from search.commands.save import save_search
from watchlists.commands.context import Context, pass_context
from watchlists.model import SavedSearch

if TYPE_CHECKING:
    from pipelines.document import Document
    from search.asking import Page
    from search.index import Highlight, Hit, Index
    from watchlists.query import Query

SORTS = ("relevance", "date", "first-seen", "engagement", "replies")
SORT_KEYS = {
    "relevance": "relevance",
    "date": "-published",
    "first-seen": "-first_seen",
    "engagement": "-engagement",
    "replies": "-replies",
}
CSV_HEADER = (
    "id",
    "published",
    "source",
    "kind",
    "language",
    "title",
    "url",
    "author",
    "mentions",
    "tone",
    "story",
)


@click.command()
@click.argument("query", required=False, default="")
@click.option("--sort", type=click.Choice(SORTS), default="relevance", show_default=True)
@click.option(
    "--limit", "-n", type=click.IntRange(1, 10_000), default=10, show_default=True, help="Most hits shown."
)
@click.option("--like", metavar="TEXT|ID", help="By meaning: what is near a sentence, or near a document.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a hit, on a line of its own.")
@click.option("--all", "is_whole", is_flag=True, help="With --json: every match, however many, by id.")
@click.option("--csv", "as_csv", is_flag=True, help="A table for a spreadsheet; every match, formula-safe.")
@click.option("--save", "name", metavar="NAME", help="Keep the query by this name in the watchlist.")
@click.option("--alert", is_flag=True, help="With --save: tell what it newly finds after each run.")
@click.option("--digest", is_flag=True, help="With --save: give it a section in each digest.")
@click.option("--feed", is_flag=True, help="With --save: give it an Atom and a JSON feed.")
@pass_context
def command(
    context: Context,
    /,
    query: str,
    sort: str,
    limit: int,
    like: str | None,
    as_json: bool,
    is_whole: bool,
    as_csv: bool,
    name: str | None,
    **uses: bool,
) -> None:
    """Search what was read: words, "phrases", field:value, dates; AND/ET, OR/OU, NOT/SAUF.

    Example: veilleur search 'panne AND organisation:"Acme" AND published:[now-7d TO now]'
    """
    from search.asking import ask, read_query
    from search.folder import WatchFolder, opened_index

    tree = read_query(query, context.watchlist, now=context.now)
    if name or any(uses.values()):
        if not name or not query:
            raise click.UsageError("--save takes a name, and a query to keep")
        save_search(context, SavedSearch(id="", name=name, query=query, **uses))
        return
    if is_whole and (not as_json or like is not None):
        raise click.UsageError("--all goes with --json, without --like")
    folder = WatchFolder(root=context.folder)
    with opened_index(folder, context.watchlist.index, environ=os.environ) as index:
        if like is None and (as_csv or is_whole):
            export(context, index.scan(tree), as_csv=as_csv)
            return
        if like is not None:
            page = find_page(context, index, like, tree, limit=limit)
        else:
            page = ask(index, tree, sort=SORT_KEYS[sort], limit=limit)  # type: ignore[arg-type]
    show_page(context, page, as_json=as_json, as_csv=as_csv)


def find_page(context: Context, index: Index, like: str, tree: Query, *, limit: int) -> Page:
    """What is near in meaning, without facets."""
    from search.asking import Page
    from search.likeness import find_alike

    return Page(results=find_alike(index, like, tree, now=context.now, limit=limit), facets=())


def show_page(context: Context, page: Page, *, as_json: bool, as_csv: bool) -> None:
    """The page in the form asked for."""
    from search.tables import csv_lines

    if as_json:
        for hit in page.results.hits:
            context.emit(hit_record(hit))
    elif as_csv:
        show_lines(context, csv_lines(CSV_HEADER, (csv_row(hit.document) for hit in page.results.hits)))
    else:
        show_lines(context, page_lines(context, page))


def export(context: Context, documents: Iterable[Document], *, as_csv: bool) -> None:
    """Every document as it comes: never more than a page of them is held."""
    from search.index import Hit
    from search.tables import csv_lines

    if as_csv:
        show_lines(context, csv_lines(CSV_HEADER, map(csv_row, documents)))
        return
    for document in documents:
        context.emit(hit_record(Hit(document=document)))


def show_lines(context: Context, lines: Iterable[str]) -> None:
    """Lines to stdout, as they come."""
    for line in lines:
        context.say(line)


def csv_row(document: Document) -> tuple[object, ...]:
    """One document as the cells of CSV_HEADER."""
    return (
        document.id,
        document.published.isoformat(),
        " ".join(document.sources),
        document.kind,
        document.language,
        document.title,
        document.url,
        document.author,
        " ".join(mention.organisation for mention in document.mentions),
        document.tone or "",
        document.story or "",
    )


def hit_record(hit: Hit) -> dict[str, object]:
    """One hit as JSON: the document's own fields, then why it matched."""
    document = hit.document
    names = (
        "id",
        "kind",
        "url",
        "title",
        "text",
        "language",
        "author",
        "tags",
        "topics",
        "phrases",
        "tone",
        "story",
    )
    record: dict[str, object] = {name: getattr(document, name) for name in names}
    return record | {
        "published": document.published.isoformat(),
        "first_seen": document.first_seen.isoformat(),
        "sources": document.sources,
        "mentions": [mention.organisation for mention in document.mentions],
        "score": round(hit.score, 4),
        "highlights": [highlight.text for highlight in hit.highlights],
    }


def page_lines(context: Context, page: Page) -> Iterator[str]:
    """The page as a person reads it in a terminal."""
    _, ngettext = context.messages.gettext, context.messages.ngettext
    total = page.results.total
    if not total:
        yield _("Nothing found.")
        return
    shown = len(page.results.hits)
    yield ngettext("%(total)d document", "%(total)d documents", total) % {"total": total} + (
        "" if shown == total else " · " + _("the first %(shown)d are shown") % {"shown": shown}
    )
    for hit in page.results.hits:
        yield ""
        yield from _hit_lines(context, hit)
    yield ""
    for facet in page.facets:
        counts = " · ".join(f"{value.term} {value.count}" for value in facet.values)
        yield f"{click.style(facet.field, bold=True)}: {counts}"
    yield click.style(_("Add --json or --csv for the next program; veilleur show ID explains one."), dim=True)


def _hit_lines(context: Context, hit: Hit) -> Iterator[str]:
    document = hit.document
    title = next((mark(each) for each in hit.highlights if each.field == "title"), "") or plain(
        document.title
    )
    yield click.style(title or plain(document.text[:80]), bold=True)
    yield click.style(
        " · ".join(
            (local_time(context, document.published), document.sources[0], document.language, document.id)
        ),
        dim=True,
    )
    for highlight in hit.highlights:
        if highlight.field != "title":
            yield "  " + mark(highlight)
    yield "  " + plain(document.url)


def local_time(context: Context, moment: datetime) -> str:
    """A time in the watch's timezone, to the minute."""
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo(context.watchlist.timezone)).strftime("%Y-%m-%d %H:%M")


def mark(highlight: Highlight) -> str:
    """A passage with its matches underlined, on one line."""
    pieces: list[str] = []
    position = 0
    for start, end in highlight.marks:
        pieces += [
            plain(highlight.text[position:start]),
            click.style(plain(highlight.text[start:end]), underline=True),
        ]
        position = end
    return "".join([*pieces, plain(highlight.text[position:])])


def plain(text: str) -> str:
    """Text from outside that cannot steer a terminal: no control or bidi characters, one line."""
    return "".join(" " if char.isspace() else char for char in _printable(text))


def _printable(text: str) -> Iterable[str]:
    return (char for char in text if char.isprintable() or char.isspace())
