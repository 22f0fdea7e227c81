"""`veilleur import visits FILE`: one's own figures of traffic, day by day."""

from __future__ import annotations

from typing import BinaryIO

import rich_click as click

from watchlists.commands.context import Context, pass_context


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--source", "source_id", default="visits", show_default=True, help="Place they are the visits of."
)
@pass_context
def command(context: Context, file: BinaryIO, source_id: str) -> None:
    """Bring in the visits of a site: a CSV with the columns date and visits."""
    from crawlers.commands.note import open_archive
    from crawlers.parsers.imported import LARGEST, parse_visits

    context.watchlist  # noqa: B018  (a folder without a watch gets no archive)
    samples = parse_visits(file.read(LARGEST), source=source_id, now=context.now)
    with open_archive(context) as archive:
        for sample in samples:
            archive.put_community_sample(sample)
    text = context.messages.ngettext("{count} day brought in.", "{count} days brought in.", len(samples))
    context.note(text.format(count=len(samples)))
