"""The demo's digests from both engines: the same, character for character, morning after morning."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.archive import Archive
from pipelines.store import Store
from search.backends import open_index
from search.books.ledger import Ledger
from search.demo import demo_morning, run_demo
from search.folder import WatchFolder, opened_index
from search.index import Index
from search.press.printing import Printed, print_digest
from search.render.formats import FORMATS
from search.sync import put_documents, put_vectors, sync_outcomes
from tests.elasticsearch_server import fresh_settings
from watchlists.load import load_watchlist
from watchlists.messages import load_messages
from watchlists.model import Language, Watchlist

pytestmark = [pytest.mark.elasticsearch, pytest.mark.slow]

DAYS = (6, 3, 2, 1, 0)
"""Days before the demo's last morning that a digest is printed on, one after the other."""
Both = tuple[WatchFolder, Index, Index]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The demo's watch after its forty days, and its documents on both engines."""
    made = run_demo(
        tmp_path_factory.mktemp("demo") / "watch",
        language="fr",
        environ=os.environ,
        tell=lambda _summary: None,
    )
    folder, watchlist = made.folder, load_watchlist(made.folder.watchlist)
    with (
        fresh_settings() as settings,
        closing(open_index(settings, folder=folder.index, environ={})) as server,
        closing(Store.open(folder.understood)) as store,
        Archive.open(folder.archive, readonly=True) as archive,
        opened_index(folder, watchlist.index, environ={}) as embedded,
    ):
        ids = [id for id, _ in store.digests()]
        put_documents(server, store.documents(ids))
        put_vectors(server, store, ids)
        sync_outcomes(server, archive, watchlist, now=made.now, is_whole=True)
        server.commit()
        yield folder, embedded, server


def print_mornings(index: Index, watchlist: Watchlist, ledger: Path) -> list[Printed]:
    """The digests of the mornings, each knowing those before it."""
    messages = load_messages(watchlist.language)
    with Ledger.open(ledger) as kept:
        return [
            print_digest(index, watchlist, kept, now=demo_morning() - timedelta(days=days), messages=messages)
            for days in DAYS
        ]


def test_both_engines_hold_the_same_documents(both: Both) -> None:
    _, embedded, server = both

    assert list(embedded.ids()) == list(server.ids())
    assert len(list(server.ids())) > 400


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_digest_of_the_demo_is_the_same_on_both_engines(
    both: Both, tmp_path: Path, language: Language
) -> None:
    folder, embedded, server = both
    watchlist = replace(load_watchlist(folder.watchlist), language=language)

    ours = print_mornings(embedded, watchlist, tmp_path / "embedded.db")
    theirs = print_mornings(server, watchlist, tmp_path / "server.db")

    for here, there in zip(ours, theirs, strict=True):
        for format in FORMATS:
            assert there.renderings[format] == here.renderings[format], (here.name, format)
    assert len({each.renderings["text"] for each in ours}) == len(DAYS)
