"""A server that fails while a watch is read into it: nothing lost or doubled, nothing waits for ever."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from elasticsearch import Elasticsearch

from crawlers.archive import Archive
from crawlers.pseudonyms import load_key
from pipelines.store import Entry, Store
from pipelines.understand import Understanding
from search.backends import erase_index
from search.backends.elasticsearch import ElasticsearchIndex
from search.behind import tell_behind
from search.books.ledger import Ledger
from search.folder import WatchFolder, opened_index
from search.press.printing import print_digest
from search.quarantine import read_quarantine, release
from search.run import RunRequest, run_cycle
from search.summary import RunSummary
from search.sync import EPOCH, SyncReport, sync_documents, sync_outcomes
from search.wording.voice import Voice
from tests.archived import MORNING, item, put
from tests.crawling import Watch, rss
from tests.documents import outcome, sample
from tests.elasticsearch_server import fresh_settings
from tests.faulty_proxy import FaultyProxy, faulty_proxy
from tests.web import Web
from watchlists.errors import IndexUnavailable
from watchlists.load import load_watchlist
from watchlists.messages import load_messages
from watchlists.model import IndexSettings, Watchlist

pytestmark = pytest.mark.elasticsearch

POSTS = 300
HOUR = timedelta(hours=1)
SOURCE = '[[source]]\nid = "blog"\nurl = "https://blog.acme.example/feed.xml"\n'


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A watch that has read three hundred posts and understood them; nothing is indexed."""
    folder = WatchFolder(root=tmp_path_factory.mktemp("read"))
    folder.watchlist.write_text(f'[watch]\nname = "Essai"\n{SOURCE}', encoding="utf-8")
    folder.state.mkdir()
    with Archive.open(folder.archive) as archive:
        put(archive, *(item(f"panne-{number:03d}", title=f"Panne {number}") for number in range(POSTS)))
        archive.put_outcome(outcome("blog", MORNING))
        archive.put_community_sample(sample("blog", MORNING))
    with understood(folder) as understanding:
        for _ in understanding.understand(tuple(understanding.pending()), now=MORNING):
            pass
    return folder.root


@contextmanager
def understood(folder: WatchFolder) -> Iterator[Understanding]:
    """What was understood, without models."""
    watchlist = load_watchlist(folder.watchlist)
    with Archive.open(folder.archive, readonly=True) as archive:
        opened = Understanding.open(
            folder.understood,
            archive=archive,
            watchlist=watchlist,
            key=load_key(folder.state),
            load_models=False,
        )
        with closing(opened) as understanding:
            yield understanding


@pytest.fixture
def settings() -> Iterator[IndexSettings]:
    """An index of its own on the server."""
    with fresh_settings() as found:
        yield found


@pytest.fixture
def server(settings: IndexSettings) -> Iterator[Elasticsearch]:
    """A client of the server itself."""
    with closing(Elasticsearch(settings.url)) as client:
        yield client


@pytest.fixture
def folder(read_once: Path, tmp_path: Path) -> WatchFolder:
    """A copy of that watch."""
    for path in read_once.rglob("*"):
        target = tmp_path / path.relative_to(read_once)
        target.mkdir() if path.is_dir() else target.write_bytes(path.read_bytes())
    return WatchFolder(root=tmp_path)


@pytest.fixture
def proxy(settings: IndexSettings) -> Iterator[FaultyProxy]:
    """What stands between the watch and the server."""
    with faulty_proxy(settings.url) as (_, made):
        made.spoiled = settings.alias
        yield made


def sync(
    folder: WatchFolder, settings: IndexSettings, proxy: FaultyProxy, *, timeout: float = 30.0
) -> SyncReport:
    """Make the index equal to what was understood, by way of the proxy."""
    through = replace(settings, url=proxy.url)
    with (
        understood(folder) as understanding,
        Archive.open(folder.archive, readonly=True) as archive,
        closing(ElasticsearchIndex.open(through, environ={}, pause=0.001, timeout=timeout)) as index,
    ):
        report = sync_documents(index, understanding, quarantine=folder.quarantine, now=MORNING)
        sync_outcomes(index, archive, load_watchlist(folder.watchlist), now=MORNING)
        index.commit()
        return report


def held(settings: IndexSettings) -> list[tuple[str, str]]:
    """What the server holds, asked directly."""
    with closing(ElasticsearchIndex.open(settings, environ={})) as index:
        return list(index.ids())


def wanted(folder: WatchFolder) -> list[tuple[str, str]]:
    """What it should hold."""
    with closing(Store.open(folder.understood)) as store:
        return list(store.digests())


def assert_whole(folder: WatchFolder, settings: IndexSettings) -> None:
    """Everything is there once, outcomes and samples included, and nothing is held back."""
    assert held(settings) == wanted(folder)
    assert len(held(settings)) == POSTS
    with closing(ElasticsearchIndex.open(settings, environ={})) as index:
        until = MORNING + HOUR
        assert len(index.outcomes(since=EPOCH, until=until)) == 1
        assert len(index.samples("blog", since=EPOCH, until=until)) == 1
    assert read_quarantine(folder.quarantine) == ()


class TestOneSync:
    """Faults while documents are sent; afterwards, one more sync on a sound way."""

    def test_a_server_too_busy_for_every_third_document(
        self, folder: WatchFolder, settings: IndexSettings, proxy: FaultyProxy
    ) -> None:
        dice = random.Random(1)
        proxy.spoil = lambda _id: (429, "busy") if dice.random() < 0.3 else None

        report = sync(folder, settings, proxy)

        assert (report.put, report.refused) == (POSTS, ())
        assert_whole(folder, settings)

    def test_one_document_of_a_hundred_is_refused(
        self, folder: WatchFolder, settings: IndexSettings, proxy: FaultyProxy
    ) -> None:
        refused = {id for id, _ in wanted(folder)[::100]}
        proxy.spoil = lambda id: (400, "no such field") if id in refused else None  # noqa: A006

        first, again = sync(folder, settings, proxy), sync(folder, settings, proxy)

        assert (first.put, again.put) == (POSTS - 3, 0)
        assert {each.id for each in read_quarantine(folder.quarantine)} == refused
        assert held(settings) == [each for each in wanted(folder) if each[0] not in refused]

        proxy.spoil = lambda _id: None
        release(folder.quarantine)
        assert sync(folder, settings, proxy).put == 3
        assert_whole(folder, settings)

    def test_a_connection_cut_in_the_middle_of_a_bulk(
        self, folder: WatchFolder, settings: IndexSettings, proxy: FaultyProxy
    ) -> None:
        proxy.cuts = 2

        report = sync(folder, settings, proxy)

        assert report.put == POSTS
        assert_whole(folder, settings)

    def test_slow_answers_are_waited_for(
        self, folder: WatchFolder, settings: IndexSettings, proxy: FaultyProxy
    ) -> None:
        proxy.delay = 0.05

        assert sync(folder, settings, proxy).put == POSTS
        assert_whole(folder, settings)

    def test_answers_that_never_come_end_the_run_in_time(
        self, folder: WatchFolder, settings: IndexSettings, proxy: FaultyProxy
    ) -> None:
        sync_outcome = sync(folder, settings, proxy)
        erase_index(settings, folder=Path(), environ={})
        proxy.after_bulk = lambda _number: setattr(proxy, "delay", 1.0)
        begun = monotonic()

        with pytest.raises(IndexUnavailable, match="did not answer"):
            sync(folder, settings, proxy, timeout=0.5)
        assert monotonic() - begun < 30

        proxy.delay, proxy.after_bulk = 0.0, lambda _number: None
        sync(folder, settings, proxy)
        assert sync_outcome.put == POSTS
        assert_whole(folder, settings)

    def test_an_index_deleted_in_the_middle(
        self,
        folder: WatchFolder,
        settings: IndexSettings,
        proxy: FaultyProxy,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("search.sync.PUT", 100)

        def delete(number: int) -> None:
            if number == 2:
                erase_index(settings, folder=Path(), environ={})

        proxy.after_bulk = delete
        with pytest.raises(IndexUnavailable) as caught:
            sync(folder, settings, proxy)
        assert "veilleur reindex" in caught.value.remedy

        sync(folder, settings, proxy)
        assert_whole(folder, settings)

    def test_only_the_outcomes_were_lost(
        self, folder: WatchFolder, settings: IndexSettings, proxy: FaultyProxy, server: Elasticsearch
    ) -> None:
        sync(folder, settings, proxy)
        for name in server.indices.get_alias(name=f"{settings.alias}-records"):
            server.indices.delete(index=name)

        assert sync(folder, settings, proxy).put == 0
        assert_whole(folder, settings)

    def test_a_disk_that_fills_up(
        self, folder: WatchFolder, settings: IndexSettings, proxy: FaultyProxy, server: Elasticsearch
    ) -> None:
        closing_up = ElasticsearchIndex.open(settings, environ={})
        closing_up.close()
        names = list(server.indices.get(index=f"{settings.alias}*"))
        server.indices.put_settings(index=names, settings={"index.blocks.read_only_allow_delete": True})
        with pytest.raises(IndexUnavailable) as caught:
            sync(folder, settings, proxy)
        assert "disk space" in caught.value.remedy

        server.indices.put_settings(index=names, settings={"index.blocks.read_only_allow_delete": None})
        sync(folder, settings, proxy)
        assert_whole(folder, settings)

    def test_vectors_lost_on_the_way_are_sent_by_the_next_sync(
        self, folder: WatchFolder, settings: IndexSettings, proxy: FaultyProxy
    ) -> None:
        give_meanings(folder)
        sync(folder, settings, proxy)
        with closing(ElasticsearchIndex.open(settings, environ={})) as index:
            index._vectors.delete([id for id, _ in wanted(folder)[:50]])
            index.commit()

        assert sync(folder, settings, proxy).put == 0

        with closing(ElasticsearchIndex.open(settings, environ={})) as index:
            assert len(index.vector_digests([id for id, _ in wanted(folder)])) == POSTS


def give_meanings(folder: WatchFolder) -> None:
    """A vector for each document, none like another."""
    import numpy as np

    from pipelines.embeddings import encoder_version, to_bytes
    from pipelines.encoder import SIZE

    dice = np.random.default_rng(1)
    with closing(Store.open(folder.understood)) as store:
        ids = [id for id, _ in store.digests()]
        stamps = store.stamps(ids)
        store.put(
            [
                Entry(
                    document=each,
                    stamp=stamps[each.id][0],
                    vector=to_bytes(dice.normal(size=SIZE).astype(np.float32)),
                    vector_model=encoder_version(),
                )
                for each in store.documents(ids)
            ]
        )


@pytest.fixture
def web() -> Iterator[Web]:
    """A loopback web with a blog of twenty posts."""
    with Web() as running:
        publish(running, 20)
        yield running


def publish(web: Web, number: int) -> None:
    """Have the blog show that many posts."""
    entries = [
        (f"/{each}", f"Outage number {each}", "Fri, 20 Nov 2026 05:00:00 GMT") for each in range(number)
    ]
    web.page("/feed", rss(*entries))


@pytest.fixture
def watch(tmp_path: Path, web: Web) -> Watch:
    """A watch of that blog."""
    made = Watch(folder=tmp_path)
    made.add("blog", web.url("/feed"), every="1h")
    return made


def run(watch: Watch, settings: IndexSettings, proxy: FaultyProxy, now: datetime) -> RunSummary:
    """One whole run, as `veilleur run` makes it."""
    path = watch.write()
    table = f'[index]\nbackend = "elasticsearch"\nurl = "{proxy.url}"\nalias = "{settings.alias}"\n'
    path.write_text(path.read_text(encoding="utf-8") + table, encoding="utf-8")
    return run_cycle(WatchFolder(root=watch.folder), load_watchlist(path), RunRequest(now=now))


def told(watch: Watch, settings: IndexSettings, now: datetime) -> str:
    """The digest of that time, as text; the server is up."""
    folder = WatchFolder(root=watch.folder)
    found: Watchlist = replace(load_watchlist(folder.watchlist), index=settings)
    messages = load_messages("en")
    voice = Voice(language="en", timezone=found.timezone, messages=messages)
    with (
        Ledger.open(folder.ledger) as ledger,
        opened_index(folder, settings, environ={}) as index,
    ):
        note = tell_behind(folder, index, voice, now=now)
        printed = print_digest(index, found, ledger, now=now, messages=messages, note=note)
    return printed.renderings["text"].decode()


class TestWholeRuns:
    """Runs with their crawl, before and after an outage."""

    @pytest.mark.slow
    def test_a_server_that_is_down_before_a_run(
        self, watch: Watch, web: Web, settings: IndexSettings, proxy: FaultyProxy
    ) -> None:
        run(watch, settings, proxy, MORNING - 2 * HOUR)
        publish(web, 25)
        proxy.is_down = True

        with pytest.raises(IndexUnavailable, match="no connection"):
            run(watch, settings, proxy, MORNING)
        behind = told(watch, settings, MORNING + HOUR / 2)
        proxy.is_down = False
        summary = run(watch, settings, proxy, MORNING + HOUR)

        assert "is not in the index yet" in " ".join(behind.split())
        assert "is not in the index yet" not in told(watch, settings, MORNING + 2 * HOUR)
        assert summary.documents == len(wanted(WatchFolder(root=watch.folder))) == 25
        with opened_index(WatchFolder(root=watch.folder), settings, environ={}) as index:
            assert len(index.outcomes(since=EPOCH, until=MORNING + 2 * HOUR)) == 3

    @pytest.mark.slow
    def test_a_server_that_goes_down_during_a_run_and_after_one(
        self, watch: Watch, settings: IndexSettings, proxy: FaultyProxy
    ) -> None:
        folder = WatchFolder(root=watch.folder)
        proxy.after_bulk = lambda _number: setattr(proxy, "is_down", True)
        with pytest.raises(IndexUnavailable, match="no connection"):
            run(watch, settings, proxy, MORNING)

        proxy.is_down, proxy.after_bulk = False, lambda _number: None
        summary = run(watch, settings, proxy, MORNING + HOUR)
        assert summary.documents == 20
        assert held(settings) == wanted(folder)

        proxy.is_down = True
        with (
            pytest.raises(IndexUnavailable, match="no connection"),
            opened_index(folder, load_watchlist(folder.watchlist).index, environ={}),
        ):
            raise AssertionError("a server that is down was reached")
        proxy.is_down = False
        assert run(watch, settings, proxy, MORNING + 2 * HOUR).indexed == 0
        assert held(settings) == wanted(folder)

    @pytest.mark.slow
    def test_the_digest_says_what_was_refused(
        self, watch: Watch, settings: IndexSettings, proxy: FaultyProxy
    ) -> None:
        dice = random.Random(2)
        refused = set()

        def spoil(id: str) -> tuple[int, str] | None:
            if id in refused or (len(refused) < 2 and dice.random() < 0.5):
                refused.add(id)
                return 400, "no such field"
            return None

        proxy.spoil = spoil
        summary = run(watch, settings, proxy, MORNING)

        assert (summary.refused, summary.documents) == (2, 18)
        page = " ".join(told(watch, settings, MORNING + HOUR).split())
        assert "The index refused 2 documents, which are missing here: veilleur quarantine list" in page
