"""How a busy morning fits its 600 words: what the page would be, what is left of it, block by block.

python benchmarks/busy_days.py [--folder DEMO --at 2026-11-20T07:00Z]

Without a folder, a world of its own: 500 mentions of us a day, six rivals with a blog and a forum each.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from crawlers.items import Outcome
from pipelines.document import Community, Document, Mention, ThreadMeasures
from search.backends import open_index
from search.editions.digest import Digest
from search.folder import WatchFolder, opened_index
from search.index import Index
from search.press import fitting
from search.press.edition import build_digest
from search.press.fitting import count_words
from search.render.formats import render_all
from search.window import Window
from watchlists.load import load_watchlist
from watchlists.messages import load_messages
from watchlists.model import IndexSettings, Organisation, Source, Topic, Watchlist

END = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
RIVALS = 6
TEXT = (
    "la station du quartier reste fermée depuis mardi et personne ne répond aux messages des usagers qui "
    "attendent un vélo chaque matin devant la gare avec leurs enfants sous une pluie froide malgré les "
    "promesses répétées par les équipes pendant la réunion publique de novembre"
)
WORDS = TEXT.split()


def make_watchlist() -> Watchlist:
    """Ourselves, six rivals, twenty media, four topics."""
    rivals = tuple(Organisation(id=f"rival{n}", name=f"Rival {n}") for n in range(RIVALS))
    places = [("nous-forum", "nous")]
    places += [(f"rival{n}-{kind}", f"rival{n}") for n in range(RIVALS) for kind in ("blog", "forum")]
    media = [(f"media{n}", None) for n in range(20)]
    return Watchlist(
        name="Journées chargées",
        organisations=(Organisation(id="nous", name="Nous", role="own"), *rivals),
        sources=tuple(
            Source(id=id, url=f"https://{id}.example/", name=id.replace("-", " ").title(), organisation=owner)
            for id, owner in [*places, *media]
        ),
        topics=tuple(Topic(id=f"sujet{n}", name=f"Sujet {n}", query="x") for n in range(4)),
    )


def write(chance: random.Random, least: int, most: int) -> str:
    """A sentence of so many words."""
    words = [chance.choice(WORDS) for _ in range(chance.randint(least, most))]
    return " ".join(words).capitalize()


def make_documents(chance: random.Random, watchlist: Watchlist) -> Iterator[Document]:
    """Thirty days; the last one in full."""
    for day in range(30, -1, -1):
        share = 1.0 if day == 0 else 0.2
        for source in watchlist.sources:
            per_day = 25 if source.organisation is None else 40
            for number in range(int(per_day * share)):
                yield _document(chance, watchlist, source, day, number)


def _document(chance: random.Random, watchlist: Watchlist, source: Source, day: int, number: int) -> Document:
    id = f"{source.id}-{day}-{number}"
    published = END - timedelta(days=day, minutes=chance.randint(5, 1_430))
    is_forum = source.id.endswith("forum")
    named = "nous" if source.organisation is None and chance.random() < 0.9 else f"rival{number % RIVALS}"
    title = write(chance, 6, 18)
    story = None if is_forum else f"histoire-{day}-{named}-{number % 9}"
    return Document(
        id=id,
        kind="question" if is_forum else "article",
        url=f"https://{source.id}.example/{id}",
        title=title,
        text=". ".join([title, *(write(chance, 8, 30) for _ in range(4))]) + ".",
        sources=(source.id,),
        community=Community(source=source.id, organisation=source.organisation),
        published=published,
        first_seen=published + timedelta(minutes=20),
        language="fr",
        author=f"auteur-{chance.randint(1, 900)}",
        mentions=(Mention(organisation=named, surface=named, start=0, rule="name", tone="neutral"),),
        thread=id if is_forum else None,
        story=story,
        topics=(f"sujet{number % 4}",) if number % 5 == 0 else (),
        measures=ThreadMeasures(replies=number % 4, repliers=number % 4) if is_forum else None,
    )


def make_outcomes(watchlist: Watchlist) -> Iterator[Outcome]:
    """Every source read four times a day for thirty days."""
    for hours in range(30 * 24, -1, -6):
        at = END - timedelta(hours=hours, minutes=1)
        for each in watchlist.sources:
            yield Outcome(
                source=each.id, run=at.isoformat(), at=at, state="ok",
                covered_from=at - timedelta(hours=6), covered_until=at,
            )  # fmt: skip


def build(index: Index, watchlist: Watchlist, end: datetime, *, most: int) -> Digest:
    """The digest of the day before `end`, with so many words at most."""
    fitting.MOST_WORDS = most
    window = Window(start=end - timedelta(days=1), end=end, timezone=watchlist.timezone)
    return build_digest(index, watchlist, window=window, now=end, messages=load_messages(watchlist.language))


def tell(name: str, digest: Digest) -> None:
    """Words, stories, quotes and bytes of a page, then its blocks."""
    messages = load_messages(digest.language)
    quotes = sum(len(each.quotes) for each in digest.stories)
    size = max(len(body) for body in render_all(digest, messages).values())
    print(
        f"{name}: {count_words(digest, messages)} words, {len(digest.stories)} stories, {quotes} quotes,"
        f" {len(digest.rising.terms)} rising terms, {size / 1000:.0f} KB at most"
    )
    for block in (*digest.competitors, *digest.own, *digest.topics):
        more = f", and {block.more.count} more" if block.more else ""
        print(f"   {block.name}: {len(block.stories)} stories{more}{' (quiet)' if block.quiet else ''}")
    print(f"   must see {len(digest.must_see)}, conversations {len(digest.conversations.stories)}")


def main() -> None:
    """Say what fits, of a demo's morning or of a generated one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="A watch that was read, as `veilleur demo` leaves it.")
    parser.add_argument("--at", type=datetime.fromisoformat, default=END)
    options = parser.parse_args()
    with ExitStack() as stack:
        if options.folder:
            folder = WatchFolder(root=options.folder)
            watchlist = load_watchlist(folder.watchlist)
            index = stack.enter_context(opened_index(folder, watchlist.index, environ=os.environ))
        else:
            watchlist = make_watchlist()
            root = Path(stack.enter_context(TemporaryDirectory()))
            with closing(open_index(IndexSettings(), folder=root, environ={})) as writing:
                writing.put(list(make_documents(random.Random(1), watchlist)))
                writing.put_outcomes(make_outcomes(watchlist))
                writing.commit()
            reading = open_index(IndexSettings(), folder=root, readonly=True, environ={})
            index = stack.enter_context(closing(reading))
        tell("whole", build(index, watchlist, options.at, most=10**6))
        tell("fitted", build(index, watchlist, options.at, most=600))


if __name__ == "__main__":
    main()
